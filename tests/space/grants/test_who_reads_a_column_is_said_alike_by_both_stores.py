"""Every kind of reader of a column is found on either store, in one statement, and said in the same words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import JSON, Date, Engine, Table, insert

from catalog.cataloging.entering import catalogue
from catalog.lineage.affected import Use, affected_by
from catalog.store import reading, writing
from catalog.store.schema import Instant
from catalog.store.tables.authority import authority_terms
from catalog.store.tables.backflow import grassroots_bodies, subscriptions
from catalog.store.tables.forms import forms
from catalog.store.tables.libraries import libraries, library_members
from catalog.store.tables.linking import links
from contracts.model import Join, Rule, RuleKind
from tests.servers import moved_to_server
from tests.space.bureau import DEPARTMENT, NOON, TODAY, Bureau
from tests.space.bureau_contracts import AIR, SILENT

KINDS = {"grant", "form", "subscription", "rule", "join", "authority", "library", "link"}
LATER = TODAY + timedelta(days=90)
# Readers of the station, and what is none: it reads another dataset, or has ended.
ROWS: tuple[tuple[Table, Mapping[str, Any]], ...] = (
    (forms, {"code": "f1", "title": "空气日报", "issuer": "环保局", "items": [
        {"name": "s", "title": "站点", "dataset": AIR.name, "field": "station", "key": "station"},
        {"name": "n", "title": "签字"}], "valid_to": LATER}),
    (forms, {"code": "f2", "items": [{"title": "x", "dataset": AIR.name, "field": "station"}],
             "valid_to": TODAY - timedelta(days=1)}),
    (grassroots_bodies, {"code": DEPARTMENT["code"]}),
    (subscriptions, {"id": "s1", "subscriber": DEPARTMENT["code"], "area": "990101", "dataset": AIR.name,
                     "fields": ["station", "pm25"], "plain": [], "state": "active"}),
    (subscriptions, {"id": "s2", "subscriber": DEPARTMENT["code"], "dataset": AIR.name, "fields": ["station"],
                     "plain": [], "state": "ended"}),
    (authority_terms, {"id": "a1", "element": "站点", "subject": "空气", "dataset": AIR.name,
                       "field": "station", "department": "环保局"}),
    (authority_terms, {"id": "a2", "element": "站点", "subject": "水", "dataset": SILENT.name,
                       "field": "station"}),
    (libraries, {"id": "l1", "name": "空气库", "title": "空气专题库", "owner": "环保局"}),
    (library_members, {"id": "m1", "library_id": "l1", "dataset": AIR.name, "sources": []}),
    (library_members, {"id": "m2", "library_id": "l1", "dataset": SILENT.name, "sources": []}),
    (links, {"id": "k1", "dataset": AIR.name, "kind": "file", "target": "air.csv", "digest": "1",
             "tied_by": "李四"}),
    (links, {"id": "k2", "dataset": SILENT.name, "kind": "file", "target": "silent.csv", "digest": "2"}),
)  # fmt: skip


def whole(table: Table, given: Mapping[str, Any]) -> dict[str, Any]:
    """A row with something in every column that has to have something."""
    made = dict(given)
    for column in table.columns:
        if not column.nullable and column.name not in made:
            days, instants = isinstance(column.type, Date), isinstance(column.type, Instant)
            empty = [] if isinstance(column.type, JSON) else ""
            made[column.name] = TODAY if days else NOON if instants else empty
    return made


@pytest.fixture
def read(bureau: Bureau) -> Bureau:
    """One reader of each kind."""
    bureau.permitted(DEPARTMENT, {AIR.name: ("station",)})
    bureau.sign(DEPARTMENT, {AIR.name: ("station",)})
    known = Rule("q_known", RuleKind.REFERENCE, ("station",), {"dataset": AIR.name, "fields": ["station"]})
    other = replace(SILENT, rules=(known,), joins=(Join("station", AIR.name, "station"),), version="2.0.0")
    catalogue(bureau.engine, other, path=None, by="李四", reason="rule", now=NOON)
    with writing(bureau.engine) as connection:
        for table, given in ROWS:
            connection.execute(insert(table), [whole(table, given)])
    return bureau


def uses(engine: Engine, field: str) -> tuple[Use, ...]:
    with reading(engine) as connection:
        return affected_by(connection, AIR.name, field, TODAY).uses


def test_every_kind_of_reader_is_found_on_either_store(read: Bureau, request: pytest.FixtureRequest) -> None:
    here = {field: uses(read.engine, field) for field in ("station", "pm25")}
    moved = moved_to_server(read.home, read.engine, request.getfixturevalue("postgres"))
    there = {field: uses(moved, field) for field in here}
    moved.dispose()

    assert {use.kind for use in here["station"]} == KINDS
    assert {use.id for use in here["station"]}.isdisjoint({"f2", "s2", "k2"})
    assert {use.kind for use in here["pm25"]} == {"subscription", "library", "link"}
    assert there == here
