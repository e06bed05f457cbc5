"""Taking an existing catalogue over: its codes, days of publication, states and history.

Decides what such a catalogue must show; its entries are entered like any other's, in one transaction.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert, select, update

from catalog import evidence, numbering
from catalog.bulk.entering import entered
from catalog.bulk.making import Given
from catalog.cataloging.values import Acts, Catalogued
from catalog.errors import CatalogError
from catalog.store import writing
from catalog.store.tables.bulk import adopted_entries, adopted_history
from catalog.store.tables.ledger import entries
from policies.clocks import ZONE

# Headings of a history.
_HISTORY: Final = ("信息资源代码", "日期", "操作", "操作人", "说明")


@dataclass(frozen=True, slots=True)
class Happened:
    """One act in the former catalogue of an entry that is taken over.

    Attributes:
        code: of the entry there.
        day: on which.
        act, actor, words: what, by whom and why, as the former catalogue says it.
    """

    code: str
    day: date
    act: str
    actor: str
    words: str


class AdoptionRefused(CatalogError):
    """A catalogue that cannot be taken over as it is."""


def read_history(path: Path) -> list[Happened]:
    """What happened in the former catalogue, from a CSV in UTF-8.

    Raises:
        AdoptionRefused: a column is missing, or a day is none.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines)
            if set(_HISTORY) - set(rows.fieldnames or ()):
                raise AdoptionRefused(
                    f"{path}: the heading lacks one of {', '.join(_HISTORY)} — add the column"
                )
            return [_happened(path, number, row) for number, row in enumerate(rows, 2)]
    except UnicodeDecodeError:
        raise AdoptionRefused(f"{path}: is no CSV in UTF-8 — save it so") from None


def _happened(path: Path, number: int, row: Mapping[str, str | None]) -> Happened:
    said = {name: (row[name] or "").strip() for name in _HISTORY}
    try:
        day = date.fromisoformat(said["日期"])
    except ValueError:
        raise AdoptionRefused(f"{path}, line {number}: 日期 is no day — write YYYY-MM-DD") from None
    return Happened(said["信息资源代码"], day, said["操作"], said["操作人"], said["说明"])


def adopt(
    engine: Engine, given: Sequence[Given], history: Sequence[Happened], acts: Acts, *, origin: str
) -> tuple[Catalogued, ...]:
    """Take a catalogue over: its codes, days of publication, states and history, in one transaction.

    Args:
        engine: of the store.
        given: its entries, as :func:`catalog.bulk.adoptable.given_by` takes them.
        history: what happened to them there.
        acts: who takes it over, on which basis (the reason), and when.
        origin: what the former catalogue is called.

    Raises:
        FormFaulty: an entry is refused; nothing is entered.
        AdoptionRefused: the history tells of an entry that is not among them.
    """
    codes = {one.code: one for one in given}
    unknown = sorted({each.code for each in history} - codes.keys())
    if unknown:
        raise AdoptionRefused(
            f"the history tells of {unknown[0]}, which the form does not have — give both of one catalogue"
        )
    acts = replace(acts, codes={one.contract.name: one.code for one in given})
    published = [one for one in given if one.state == "published"]
    others = [one for one in given if one.state != "published"]
    with writing(engine) as connection:
        for code in codes:
            numbering.reserve(connection, code)
        made = entered(connection, published, acts, submit=True, publish=True)
        made += entered(connection, others, acts, submit=False)
        _keep(connection, [*published, *others], made, acts, origin)
        _tell(connection, history, {one.code: one.entry_id for one in made})
        body = {
            "origin": origin, "entries": len(made), "published": len(published), "actor": acts.by,
            "basis": acts.reason,
        }  # fmt: skip
        evidence.record(connection, event="catalog:catalogue:adopt", subject=origin, body=body, now=acts.now)
    return made


def history_of(connection: Connection, name: str) -> tuple[dict[str, Any], ...]:
    """What the former catalogue says happened to an entry, the first act first."""
    h = adopted_history.c
    rows = connection.execute(
        select(h.day, h.act, h.actor, h.words)
        .join(entries, entries.c.id == h.entry_id)
        .where(entries.c.name == name)
        .order_by(h.place)
    )
    return tuple({**row._mapping, "day": row.day.isoformat()} for row in rows)


def _keep(
    connection: Connection, given: Sequence[Given], made: Sequence[Catalogued], acts: Acts, origin: str
) -> None:
    rows = []
    for one, done in zip(given, made, strict=True):
        on = _day(one.published) if one.published else None
        rows.append(
            {
                "entry_id": done.entry_id, "origin": origin, "code": one.code, "published_on": on,
                "state": done.state, "basis": acts.reason, "adopted_by": acts.by, "adopted_at": acts.now,
            }
        )  # fmt: skip
        if on is not None and done.in_force is not None:
            first = datetime.combine(on, time(), ZONE).astimezone(UTC)
            of_entry = entries.c.id == done.entry_id
            connection.execute(update(entries).where(of_entry).values(published_at=first))
    if rows:
        connection.execute(insert(adopted_entries), rows)


def _tell(connection: Connection, history: Sequence[Happened], ids: Mapping[str, str]) -> None:
    places: dict[str, int] = {}
    rows = []
    for each in sorted(history, key=lambda h: (h.code, h.day)):
        places[each.code] = places.get(each.code, 0) + 1
        rows.append(
            {
                "entry_id": ids[each.code], "place": places[each.code], "day": each.day, "act": each.act,
                "actor": each.actor, "words": each.words,
            }
        )  # fmt: skip
    if rows:
        connection.execute(insert(adopted_history), rows)


def _day(text: str) -> date:
    return date.fromisoformat(text)
