"""``/v1/keys``: the public keys of the installation, for anyone; no token is asked for."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from catalog.keys import ring_of
from catalog.store import reading
from space.api.services import Wired

router = APIRouter(prefix="/v1", tags=["evidence"])


@router.get("/keys")
def keys(wired: Wired) -> dict[str, Any]:
    """Every key the installation signed with, each with its time, as a JWK set (RFC 7517)."""
    with reading(wired.engine) as connection:
        return ring_of(connection, wired.signer).jwks()
