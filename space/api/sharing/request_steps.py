"""The steps of a request as it is told: a part of them at a time, in the order in which they were made."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import Query
from sqlalchemy import Connection

from catalog.store.parts import Part
from space.requesting.requests import history

# Steps told at once; a choice of the interface.
MOST: Final = 1000
After = Annotated[int, Query(ge=0, le=2**31, description="`next_step` of the answer before: steps after it.")]


def steps_told(connection: Connection, request: str, after: int) -> dict[str, Any]:
    """The steps of a request and its cases, and the number after which there are more.

    Args:
        connection: to read with.
        request: id.
        after: number of a step; 0 for the first ones.
    """
    found = history(connection, request, Part((after,), MOST))
    told = [step.to_document() for step in found[:MOST]]
    return {"steps": told, "next_step": told[-1]["number"] if len(found) > MOST else None}
