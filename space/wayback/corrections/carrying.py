"""After an accepted challenge: the workbook for the source department, and whether a release carries it.

Decides when a correction is done: not when it was promised, but when a published release holds the
value. Until then the record stays flagged.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import Engine, Row, select, update

from catalog import revisions
from catalog.evidence import record
from catalog.home import Home
from catalog.store import reading, writing
from catalog.store.tables.forms import corrections
from catalog.store.tables.identity import organisations
from space.errors import SpaceError
from space.wayback.backflow.authoritative import Source, source, value_by_key
from space.wayback.corrections.cases import lift_flag, notify, of_row

# Headings of the workbook, in the department's language.
HEADINGS: Final = (
    "校核编号",
    "数据集",
    "主键",
    "信息项",
    "现值",
    "应为",
    "理由",
    "提出单位",
    "提出时间",
    "答复时间",
)


# How the asker is told of an outcome.
TOLD: Final = {"carried": "is in", "not_carried": "is not yet in", "row_gone": "has no row any more in"}


class NothingAccepted(SpaceError):
    """No accepted correction waits for a department."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a release made of an accepted correction.

    Attributes:
        outcome: ``carried``; ``not_carried``: the old or another value; ``row_gone``: no such row.
    """

    correction: str
    dataset: str
    release: str
    outcome: Literal["carried", "not_carried", "row_gone"]


def write_workbook(engine: Engine, department_code: str, path: Path) -> int:
    """Write the accepted corrections a department has still to carry into its system.

    Args:
        engine: the store.
        department_code: whose.
        path: of the workbook; made readable by its owner alone, because it holds values.

    Returns:
        How many rows it has.

    Raises:
        NothingAccepted: none waits.
    """
    c = corrections.c
    with reading(engine) as connection:
        query = (
            select(corrections, organisations.c.name.label("asker_name"))
            .join(organisations, organisations.c.code == c.asker)
            .where(c.department_code == department_code, c.state == "accepted")
            .order_by(c.dataset, c.opened_at, c.id)
        )
        waiting = connection.execute(query).all()
        titles = {row.dataset: revisions.current(connection, row.dataset).contract for row in waiting}
    if not waiting:
        raise NothingAccepted(f"no accepted correction waits for {department_code}")
    lines = [_line(row, titles[row.dataset].field(row.field).business_name) for row in waiting]
    _save(path, lines)
    return len(lines)


def check(home: Home, engine: Engine, now: datetime) -> tuple[Checked, ...]:
    """Look for every accepted value in the releases published since it was accepted.

    Args:
        home: the installation.
        engine: its store.
        now: aware instant.

    Returns:
        What was found, one per correction that had a new release to look at.
    """
    with reading(engine) as connection:
        waiting = connection.execute(
            select(corrections).where(corrections.c.state == "accepted").order_by(corrections.c.opened_at)
        ).all()
        published = {row.dataset: source(connection, row.dataset) for row in waiting}
    done = []
    for row in waiting:
        found = published[row.dataset]
        is_newer = found.release.published_at > row.answered_at
        if is_newer and found.release.id != row.checked_release_id:
            outcome = _outcome(home, row, found)
            _settle(engine, row, found.release.id, outcome, now)
            done.append(Checked(row.id, row.dataset, found.release.id, outcome))
    return tuple(done)


def _outcome(home: Home, row: Row[Any], found: Source) -> Literal["carried", "not_carried", "row_gone"]:
    # A corrected key field names the row by its new value from then on.
    key = {name: row.new_value if name == row.field else value for name, value in row.row_key.items()}
    held = value_by_key(home, found, key, row.field)
    if held is None:
        return "not_carried" if row.field in row.row_key else "row_gone"
    return "carried" if held[0] == row.new_value else "not_carried"


def _settle(engine: Engine, row: Row[Any], release_id: str, outcome: str, now: datetime) -> None:
    carried = outcome == "carried"
    with writing(engine) as connection:
        changed = connection.execute(
            update(corrections)
            .where(corrections.c.id == row.id, corrections.c.state == "accepted")
            .values(
                state="carried" if carried else "accepted",
                checked_release_id=release_id,
                closed_at=now if carried else None,
            )
        )
        if changed.rowcount != 1:
            return
        if carried:
            lift_flag(connection, row.id, now)
        record(
            connection,
            event="correction:challenge:check",
            subject=row.id,
            body={"release": release_id, "outcome": outcome},
            now=now,
        )
        message = f"{row.dataset}.{row.field}: the accepted value {TOLD[outcome]} the newest release"
        notify(connection, of_row(row), message, now)


def _line(row: Row[Any], title: str) -> tuple[str, ...]:
    key = "; ".join(f"{name}={value}" for name, value in row.row_key.items())
    return (
        row.id,
        row.dataset,
        key,
        title,
        row.old_value or "",
        row.new_value,
        row.reason,
        row.asker_name,
        row.opened_at.isoformat(),
        row.answered_at.isoformat(),
    )


def _save(path: Path, lines: list[tuple[str, ...]]) -> None:
    from openpyxl import Workbook
    from openpyxl.utils.exceptions import IllegalCharacterError

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "校核更正"
    for number, line in enumerate([HEADINGS, *lines], start=1):
        for place, text in enumerate(line, start=1):
            cell = sheet.cell(row=number, column=place)
            try:
                cell.value = text
            except IllegalCharacterError:
                cell.value = "".join(c for c in text if c.isprintable())
            cell.data_type = "s"  # a value that begins with "=" is a value, never a formula
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        book.save(out)
