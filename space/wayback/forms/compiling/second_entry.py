"""A second entry 二次录入 that still exists: answers exported in an old system's import layout, and counted.

Decides that what is in such a file counts as typed twice, in the log and in the figures, for as long as
the old system asks for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select

from catalog.evidence import record
from catalog.home import Home
from catalog.lake import files_of
from catalog.stops import closed
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.form_workbooks import second_entries
from catalog.store.tables.forms import submissions
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.wayback.backflow.bodies import body
from space.wayback.forms.admission import listing
from space.wayback.forms.compiling.old_layouts import OldLayout, RowFault, row_of, written
from space.wayback.forms.contracting import BODY, PERIOD, SUBJECT


@dataclass(frozen=True, slots=True)
class Exported:
    """An export.

    Attributes:
        content: of the file.
        rows: that are in it; cells: of items that hold something, each typed twice.
        faults: of rows that are not in it.
    """

    id: str
    system: str
    content: bytes
    rows: int
    cells: int
    faults: tuple[RowFault, ...]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form, without the file."""
        faults = [{"row": f.row, "heading": f.heading, "what": f.what} for f in self.faults]
        return {
            "id": self.id,
            "system": self.system,
            "rows": self.rows,
            "cells": self.cells,
            "faults": faults,
        }


@dataclass(frozen=True, slots=True)
class Counted:
    """Second entries of a form, body and period."""

    form: str
    body: str
    period: str
    system: str
    rows: int
    cells: int


def export(
    home: Home,
    engine: Engine,
    wanted: tuple[str, str, str],
    layout: OldLayout,
    *,
    by: str,
    now: datetime,
) -> Exported:
    """Export what a body submitted of a form in a period.

    Args:
        home: the installation.
        engine: its store.
        wanted: form, body and period.
        layout: of the old system.
        by: the person who exports.
        now: aware instant.

    Raises:
        Unknown: there is no such body.
        Refused: the form has no such item, nothing was submitted, or a stop closes a dataset behind the form.
    """
    form, body_code, period = wanted
    with reading(engine) as connection:
        body(connection, body_code)
        _refuse_unknown(connection, form, body_code, layout)
        answers = list(_answers(home, connection, form, body_code, period))
    if not answers:
        told = "submit the form first"
        raise Refused(
            Deny((Reason("form.export.nothing", "nothing was submitted", f"{form} {period}", told),))
        )
    rows, faults, cells = [], [], 0
    items = [place for place, column in enumerate(layout.columns) if column.item]
    for number, answer in enumerate(answers, 1):
        row, wrong = row_of(layout, answer, number)
        faults += wrong
        if not wrong:
            rows.append(row)
            cells += sum(bool(row[place]) for place in items)
    refused = len({fault.row for fault in faults})
    export_id = new_id("sec")
    values = {
        "form": form, "period": period, "body": body_code, "system": layout.system, "layout": layout.digest,
        "rows": len(rows), "cells": cells, "refused": refused,
    }  # fmt: skip
    with writing(engine) as connection:
        evidence = record(
            connection,
            event="form:second_entry:export",
            subject=export_id,
            body={**values, "by": by},
            now=now,
        )
        connection.execute(
            insert(second_entries).values(
                id=export_id, **values, basis=layout.basis, made_by=by, made_at=now, evidence_id=evidence
            )
        )
    return Exported(export_id, layout.system, written(layout, rows), len(rows), cells, tuple(faults))


def counted(connection: Connection, *, since: datetime | None = None) -> tuple[Counted, ...]:
    """Cells typed twice, by form, body, period and system: the last export of each counts.

    Args:
        connection: to read with.
        since: exports from then on; None = all.
    """
    s = second_entries.c
    last = select(s.form, s.body, s.period, s.system, func.max(s.made_at).label("made_at"))
    if since is not None:
        last = last.where(s.made_at >= since)
    newest = last.group_by(s.form, s.body, s.period, s.system).subquery()
    n = newest.c
    query = (
        select(second_entries)
        .join(newest, (s.form == n.form) & (s.body == n.body) & (s.period == n.period)
              & (s.system == n.system) & (s.made_at == n.made_at))
        .order_by(s.form, s.body, s.period, s.system)
    )  # fmt: skip
    return tuple(
        Counted(row.form, row.body, row.period, row.system, row.rows, row.cells)
        for row in connection.execute(query)
    )


def _refuse_unknown(connection: Connection, code: str, body_code: str, layout: OldLayout) -> None:
    form = next((each for each in listing(connection) if each.code == code), None)
    if form is None:
        raise Refused(Deny((Reason("form.export.form", "no such form is on the list", code),)))
    stop = closed(connection, body_code, list(form.datasets))
    if stop is not None:
        raise Refused(Deny((stop,)))
    known = {item.name for item in form.items} | {SUBJECT, PERIOD, BODY}
    unknown = [column.item for column in layout.columns if column.item and column.item not in known]
    if unknown:
        raise Refused(
            Deny(tuple(Reason("form.item.unknown", "the form has no such item", n) for n in unknown))
        )


def _answers(
    home: Home, connection: Connection, form: str, body_code: str, period: str
) -> Iterator[dict[str, str]]:
    """The whole rows that were submitted, in the order of submission."""
    s = submissions.c
    query = (
        select(s.rows_path, func.min(s.submitted_at))
        .where(s.form == form, s.body == body_code, s.period == period, s.rows_path.is_not(None))
        .group_by(s.rows_path)
        .order_by(func.min(s.submitted_at), s.rows_path)
    )
    files = files_of(home)
    for path, _ in connection.execute(query):
        content = files.read(path)
        if content is None:
            raise Unknown("file of a submission of", form, "restore `lake/landing/forms` from backup")
        yield from map(json.loads, content.splitlines())
