"""``/healthz`` and ``/readyz``: for those who run the service; they need no token and tell nothing else."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy import literal, select

from catalog.store import reading
from space.api.services import Wired

router = APIRouter(tags=["health"])


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def readyz(wired: Wired) -> dict[str, str]:
    """The store answers."""
    with reading(wired.engine) as connection:
        connection.execute(select(literal(1))).scalar_one()
    return {"status": "ready"}
