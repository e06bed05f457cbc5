"""A trial of object storage: whether it answers, and lets this installation write, read, list and delete.

Decides that it is told within seconds, however long the work of a lake would wait, and which of them fails.
What is written is a few bytes under a name of its own, gone afterwards.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from catalog.lake.storage import Storage, StorageTrouble

TRIALS: Final = "trials"
# For each request; the lake's own wait longer and are repeated more often.
_SOON: Final = {"timeout": "10s", "connect_timeout": "5s", "max_retries": "0", "retry_timeout": "10s"}


def trial(storage: Storage) -> str:
    """What does not work, in words; empty where all does."""
    soon = replace(storage, options={**storage.options, **_SOON})
    name, content = secrets.token_hex(8), secrets.token_bytes(32)
    inside = f"{TRIALS}/{name}"

    def writes() -> bool:
        soon.write(inside, content)
        return True

    def deletes() -> bool:
        soon.remove(inside)
        return soon.read(inside) is None

    steps: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("does not answer, or takes nothing that is written", writes),
        ("does not give back what was written", lambda: soon.read(inside) == content),
        ("does not list what was written", lambda: name in soon.names(TRIALS)),
        ("does not delete", deletes),
    )
    for fault, works in steps:
        try:
            if not works():
                return fault
        except StorageTrouble:
            return fault
    return ""
