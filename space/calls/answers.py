"""Stored answers: one Arrow file a paid call, under ``answers/`` of the installation.

Decides how an answer is kept and that it is handed out unchanged. A file without its row is an answer nobody
was given: harmless, and removed by the next sweep (:mod:`space.calls.abandoned`).
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from catalog import lasting
from catalog.home import Home
from space.errors import SpaceError


class AnswerDamaged(SpaceError):
    """A stored answer that is gone or is not what was stored."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer at rest.

    Attributes:
        path: the file.
        sha256: of its bytes, hexadecimal.
    """

    path: Path
    sha256: str


def keep(home: Home, reservation_id: str, table: pa.Table) -> Kept:
    """Write an answer to its place, whole or not at all."""
    raw, path = file_bytes(table), _path(home, reservation_id)
    lasting.write(path, raw, draft=path.with_suffix(".part"))
    return Kept(path, hashlib.sha256(raw).hexdigest())


def file_bytes(table: pa.Table) -> bytes:
    """The bytes of the file an answer is kept as; the same rows give the same bytes."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    raw: bytes = sink.getvalue().to_pybytes()
    return raw


def keep_plan(home: Home, reservation_id: str, plan: bytes) -> None:
    """Keep what was run for an answer, so that it can be computed once more.

    Args:
        home: of the installation.
        reservation_id: of the paid call.
        plan: canonical JSON; conditions of the caller stand in it, so that it never leaves this folder.
    """
    path = _plan_path(home, reservation_id)
    lasting.write(path, plan, draft=path.with_suffix(".part"))


def plan_of(home: Home, reservation_id: str) -> dict[str, Any] | None:
    """What was run for an answer; None where it is gone or damaged."""
    try:
        found = json.loads(_plan_path(home, reservation_id).read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def size_bytes(home: Home, reservation_id: str) -> int:
    """How large a stored answer is."""
    return _path(home, reservation_id).stat().st_size


def remove(home: Home, reservation_id: str) -> bool:
    """Remove the answer of a call that was lost, whole or half written; whether there was one."""
    path = _path(home, reservation_id)
    kept = (path, _plan_path(home, reservation_id))
    there = [each for one in kept for each in (one, one.with_suffix(".part")) if each.exists()]
    for each in there:
        each.unlink(missing_ok=True)
    return bool(there)


def is_kept(home: Home, reservation_id: str) -> bool:
    """Whether the answer of a call, or its plan, is there."""
    return _path(home, reservation_id).exists() or _plan_path(home, reservation_id).exists()


def fetch(home: Home, reservation_id: str, sha256: str) -> pa.Table:
    """The answer that was stored.

    Raises:
        AnswerDamaged: the file is gone, or its bytes are not those stored.
    """
    try:
        raw = _path(home, reservation_id).read_bytes()
    except FileNotFoundError as error:
        raise AnswerDamaged("the stored answer is gone — restore `answers/` from backup") from error
    if hashlib.sha256(raw).hexdigest() != sha256:
        raise AnswerDamaged("the stored answer was changed — restore `answers/` from backup")
    return pa.ipc.open_file(pa.BufferReader(raw)).read_all()


def rows(table: pa.Table) -> list[dict[str, Any]]:
    """The rows as JSON-able values by column: dates and times as ISO text, decimals as text."""
    return [{name: _plain(value) for name, value in row.items()} for row in table.to_pylist()]


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None  # JSON has no such number
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _plan_path(home: Home, reservation_id: str) -> Path:
    return home.root / "plans" / f"{reservation_id}.json"


def _path(home: Home, reservation_id: str) -> Path:
    return home.root / "answers" / f"{reservation_id}.arrow"
