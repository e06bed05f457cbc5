"""After an accepted challenge: the workbook for the source department, and whether a release carries it.

Decides when a correction is done: not when it was promised, but when a published release holds the value.
Until then the record stays flagged. A release that should have carried it and did not opens the case again,
under a clock of its own, and counts against the source.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import Connection, Engine, Row, select

from catalog import revisions
from catalog.clocks import running
from catalog.home import Home
from catalog.store import reading, writing
from catalog.store.tables.forms import corrections
from catalog.store.tables.identity import organisations
from space.errors import SpaceError
from space.wayback.backflow.authoritative import Source, source
from space.wayback.corrections import flags
from space.wayback.corrections.cases import notify, tell
from space.wayback.corrections.course import Bench, Correction, Step, correction, end_clocks, take
from space.wayback.recall.rows import value_at

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
# The clock of a department whose release did not carry what it had accepted.
REOPENED: Final = "correction_reopened"
# States in which a value is waited for.
_AWAITED: Final = ("accepted", "reopened")


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
            .where(c.department_code == department_code, c.state.in_(_AWAITED))
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
        awaited = select(corrections).where(corrections.c.state.in_(_AWAITED))
        waiting = connection.execute(awaited.order_by(corrections.c.opened_at)).all()
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
    held = value_at(home, found.release, key, row.field)
    if held is None:
        return "not_carried" if row.field in row.row_key else "row_gone"
    return "carried" if held[0] == row.new_value else "not_carried"


def _settle(engine: Engine, row: Row[Any], release_id: str, outcome: str, now: datetime) -> None:
    with writing(engine) as connection:
        case = correction(connection, row.id)
        if case.state != row.state or case.checked_release == release_id:
            return  # another process was first
        message = f"{row.dataset}.{row.field}: the accepted value {TOLD[outcome]} the newest release"
        told = {"release": release_id, "outcome": outcome}
        values: dict[str, Any] = {"checked_release_id": release_id}
        if outcome == "carried":
            step = Step("carry", Bench.CLOCK, "clock", now, values=values | {"closed_at": now}, told=told,
                        release=release_id)  # fmt: skip
            take(connection, case, step)
            end_clocks(connection, case, now)
            flags.lift(connection, case.id, now)
        elif case.state == "accepted":
            _reopen(connection, case, values, told, now)
        else:  # it is open again already: this release is one more that does not hold it
            values |= {"not_carried": case.not_carried + 1}
            take(connection, case, Step("miss", Bench.CLOCK, "clock", now, values=values, told=told,
                                        release=release_id))  # fmt: skip
        notify(connection, case, message, now)


def _reopen(
    connection: Connection, case: Correction, values: dict[str, Any], told: dict[str, Any], now: datetime
) -> None:
    """The department answers anew, within the clock of a value it accepted and did not carry."""
    clock = running.start(
        connection, subject=case.subject, rule=REOPENED, owner=case.department,
        owner_code=case.department_code, words=f"carry or answer anew {case.dataset}.{case.field}", now=now,
    )  # fmt: skip
    values |= {"not_carried": case.not_carried + 1}
    step = Step("reopen", Bench.CLOCK, "clock", now, values=values, told=told, due_on=clock.due_on,
                release=told["release"])  # fmt: skip
    take(connection, case, step)
    message = f"{case.dataset}.{case.field}: an accepted value is not in your release; the case is open again"
    tell(connection, case.department_code, case, message, now)


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
