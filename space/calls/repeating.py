"""Answers of acts, kept for whoever sends the same request again under its ``Idempotency-Key``.

Decides that a repetition is told the very answer of the first request, for as long as the key stands for it.
Which request repeats which is :mod:`space.calls.idempotency`'s.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from catalog.store.schema import new_id
from catalog.store.tables.jobs import act_answers
from space.calls.idempotency import kept_for


def keep(connection: Connection, answer: str, now: datetime) -> str:
    """Keep the answer of an act, a JSON text, in its transaction; its id."""
    made = new_id("ans")
    values = {"id": made, "answer": answer, "expires_at": now + kept_for(now)}
    connection.execute(insert(act_answers).values(**values))
    return made


def kept(connection: Connection, answer: str) -> dict[str, Any]:
    """The answer of that id."""
    text = connection.execute(select(act_answers.c.answer).where(act_answers.c.id == answer)).scalar_one()
    document: dict[str, Any] = json.loads(text)
    return document


def forget(connection: Connection, now: datetime) -> None:
    """Delete every answer whose time is over."""
    connection.execute(delete(act_answers).where(act_answers.c.expires_at <= now))
