"""Stored answers: one Arrow file a paid call, under ``answers/`` of what the installation keeps.

Decides how an answer is kept and that it is handed out unchanged, by whichever machine is asked
(:mod:`catalog.lake.kept`). A file without its row is an answer nobody
was given: harmless, and removed by the next sweep (:mod:`space.calls.abandoned`).
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

import pyarrow as pa

from catalog.home import Home
from catalog.lake.kept import kept_of
from catalog.lake.storage import StorageTrouble
from space.errors import SpaceError

ANSWERS: Final = "answers"
PLANS: Final = "plans"


class AnswerDamaged(SpaceError):
    """A stored answer that is gone or is not what was stored."""


class AnswerUnreachable(AnswerDamaged):
    """A stored answer that cannot be read now: where it is kept gives no answer."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer at rest.

    Attributes:
        sha256: of its bytes, hexadecimal.
    """

    sha256: str


def keep(home: Home, reservation_id: str, table: pa.Table) -> Kept:
    """Write an answer to its place, whole or not at all."""
    raw = file_bytes(table)
    kept_of(home).write(_answer(reservation_id), raw)
    return Kept(hashlib.sha256(raw).hexdigest())


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
        plan: canonical JSON; conditions of the caller stand in it, so that it is given to nobody.
    """
    kept_of(home).write(_plan(reservation_id), plan)


def plan_of(home: Home, reservation_id: str) -> dict[str, Any] | None:
    """What was run for an answer; None where it is gone or damaged."""
    raw = kept_of(home).read(_plan(reservation_id))
    try:
        found = None if raw is None else json.loads(raw)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def remove(home: Home, reservation_id: str) -> bool:
    """Remove the answer of a call that was lost, whole or half written; whether there was one."""
    files = kept_of(home)
    return sum(files.remove(name) for name in (_answer(reservation_id), _plan(reservation_id))) > 0


def all_kept(home: Home) -> frozenset[str]:
    """The calls whose answer, or its plan, is there."""
    files = kept_of(home)
    return frozenset(PurePosixPath(name).stem for top in (ANSWERS, PLANS) for name in files.names(top))


def fetch(home: Home, reservation_id: str, sha256: str) -> pa.Table:
    """The answer that was stored.

    Raises:
        AnswerDamaged: the file is gone, or its bytes are not those stored.
        AnswerUnreachable: where it is kept gives no answer now.
    """
    return checked(raw_of(home, reservation_id), sha256)


def raw_of(home: Home, reservation_id: str) -> bytes | None:
    """The bytes of a stored answer, not looked at yet; None where they are gone.

    Raises:
        AnswerUnreachable: where it is kept gives no answer now.
    """
    try:
        return kept_of(home).read(_answer(reservation_id))
    except StorageTrouble as error:
        raise AnswerUnreachable("the stored answer cannot be read now — ask again later") from error


def checked(raw: bytes | None, sha256: str) -> pa.Table:
    """An answer from its bytes.

    Raises:
        AnswerDamaged: there are none, or they are not those stored.
    """
    if raw is None:
        raise AnswerDamaged("the stored answer is gone — restore `answers/` from backup")
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


def _plan(reservation_id: str) -> str:
    return f"{PLANS}/{reservation_id}.json"


def _answer(reservation_id: str) -> str:
    return f"{ANSWERS}/{reservation_id}.arrow"
