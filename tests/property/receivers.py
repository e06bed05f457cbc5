"""Rows of a store that is only told about: a release nobody keeps any more, and a case about a row of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Date, Float, Integer

from catalog.store.schema import Instant
from catalog.store.tables.releases import releases


def an_old_release(now: datetime) -> dict[str, Any]:
    """A release whose version is gone: nothing can be excluded of it."""
    made: dict[str, Any] = {}
    for column in releases.columns:
        kind = column.type
        if isinstance(kind, Instant):
            made[column.name] = now
        elif isinstance(kind, Date):
            made[column.name] = date(2026, 9, 1)
        elif isinstance(kind, Boolean):
            made[column.name] = False
        elif isinstance(kind, Integer | BigInteger | Float):
            made[column.name] = 1
        elif isinstance(kind, JSON):
            made[column.name] = {}
        else:
            made[column.name] = "x"
    facts = {"units": [], "unit_columns": [], "unique_keys": [], "columns": [], "size_class": "<10^1",
             "derived_from": []}  # fmt: skip
    return made | {"facts": facts, "id": "rel_old", "dataset": "civil.population", "number": 1, "revision": 1}


def a_case(row: str, now: datetime) -> dict[str, Any]:
    """An accepted case about one value of that row."""
    return {
        "id": "cor_1", "asker": "asker", "dataset": "civil.population", "release_id": "rel_old", "row": row,
        "field": "phone", "row_key": {"id_card": "x"}, "old_value": "1", "new_value": "2", "reason": "r",
        "department": "公安局", "department_code": "POLICE", "state": "accepted", "opened_by": "a",
        "opened_at": now, "due_on": date(2026, 10, 15), "due_provisional": False, "due_rule": "r",
        "answered_at": now, "evidence_id": "ev_0",
    }  # fmt: skip
