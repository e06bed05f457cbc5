"""What a body handed in for a task: whom it was about, who did it and when, as its pages show it.

Decides nothing: values are those that were stored with the submission, under the masks of today.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from catalog.home import Home
from catalog.lake import files_of
from catalog.store import reading
from catalog.store.tables.forms import submissions
from space.wayback.forms.contracting import SUBJECT
from space.wayback.forms.masking import applied, masks_of
from space.wayback.forms.prefill import hidden_subjects, open_form
from space.wayback.forms.tasks import Task


@dataclass(frozen=True, slots=True)
class Handed:
    """One sheet that was handed in.

    Attributes:
        subject: identifier, for code that masks it; empty where its row cannot be read.
        values: title → value, masked; without those that are empty.
        corrected: items that differ from their source, and were challenged by it.
        by: who handed it in.
        at: when.
    """

    subject: str
    values: Mapping[str, str]
    corrected: int
    by: str
    at: datetime


def handed_in(
    home: Home, engine: Engine, found: Task, now: datetime, first: int, lines: int
) -> tuple[tuple[Handed, ...], int]:
    """A page of what was handed in for a task, the last first, and how many sheets there are.

    Raises:
        As of :func:`space.wayback.forms.prefill.prefill`.
    """
    s = submissions.c
    mine = (s.form == found.form, s.period == found.period, s.body == found.body)
    with reading(engine) as connection:
        total = int(
            connection.execute(select(func.count()).select_from(submissions).where(*mine)).scalar_one()
        )
        query = select(s.subject, s.rows_path, s.corrected, s.submitted_by, s.submitted_at).where(*mine)
        page = query.order_by(s.submitted_at.desc(), s.id).offset(first).limit(lines)
        kept = connection.execute(page).all()
        rows = _rows(home, {one.rows_path for one in kept if one.rows_path})
        shown = _shown(home, connection, found, rows, {one.subject for one in kept}, now)
    return tuple(
        Handed(*shown.get(one.subject, ("", {})), one.corrected, one.submitted_by, one.submitted_at)
        for one in kept
    ), total


def _rows(home: Home, paths: set[str]) -> list[dict[str, Any]]:
    files = files_of(home)
    return [json.loads(line) for path in sorted(paths) for line in (files.read(path) or b"").splitlines()]


def _shown(
    home: Home,
    connection: Connection,
    found: Task,
    rows: list[dict[str, Any]],
    wanted: set[str],
    now: datetime,
) -> dict[str, tuple[str, dict[str, str]]]:
    """Keyed name → identifier and values by title."""
    if not rows:
        return {}
    sample = str(rows[0][SUBJECT])
    opened = open_form(home, connection, found.form, found.body, [sample], now)
    masks = masks_of(next(iter(opened.sheets.values())), opened.contract, opened.on)
    made = {}
    subjects = [str(row[SUBJECT]) for row in rows]
    for row, subject, hidden in zip(
        rows, subjects, hidden_subjects(home, opened.form, subjects), strict=True
    ):
        if hidden not in wanted:
            continue
        told = ((item.title, applied(masks.get(item.name), row.get(item.name))) for item in opened.form.items)
        made[hidden] = subject, {title: value for title, value in told if value}
    return made
