"""Receipts: those of the answers a grant was given, and what holds of one that somebody has.

A thin door; see :mod:`space.calls.history` and :mod:`space.calls.proving`.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, field_validator

from catalog.evidence.publishing import publish
from catalog.keys import ring_of
from catalog.store import reading
from policies.access import Act, Role
from space.api.entrance.acting import Document, Look
from space.api.operation.held_answers import is_answer_of
from space.api.services import only, permit
from space.calls import history, jws, proving
from space.errors import Unknown
from space.granting.grants import by_id

router = APIRouter(prefix="/v1", tags=["queries"])

Id = Annotated[str, Field(max_length=40)]
# Characters of an answer's file in base64; a larger one is compared by its digest, see ``sha256sum``.
_MOST_ANSWER: Final = 28_000_000


class Held(BaseModel):
    """A receipt as somebody holds it."""

    model_config = ConfigDict(extra="forbid")

    receipt: str = Field(min_length=1, max_length=100_000, description="The signed text (compact JWS).")
    answer: str | None = Field(
        None,
        max_length=_MOST_ANSWER,
        description="The file of the answer as it was taken away (CSV or Arrow), in base64.",
    )

    @field_validator("answer")
    @classmethod
    def _read(cls, text: str | None) -> str | None:
        try:
            base64.b64decode(text or "", validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("is base64") from None
        return text

    def file(self) -> bytes | None:
        """The file of the answer; None where none was brought."""
        return None if self.answer is None else base64.b64decode(self.answer)


@router.get("/grants/{grant_id}/receipts")
def given(
    grant_id: Id,
    look: Look,
    month: Annotated[str, Query(pattern=r"^([12]\d{3}-(0[1-9]|1[0-2]))?$", description="YYYY-MM.")] = "",
    after: Annotated[str, Query(max_length=40, description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Document:
    """The answers given under a grant of the caller's, the newest first; no text of a question is kept."""
    permit(look.who, Act.RECEIPT_READ)
    only(look.who, grant_id)
    with reading(look.engine) as connection:
        if look.who.role is not Role.AUDITOR and by_id(connection, grant_id).grantee != look.who.organisation:
            raise Unknown("grant", grant_id)
        rows = history.given(connection, grant_id, month=month, after=after, limit=limit)
    return {"receipts": rows, "next": rows[-1]["id"] if len(rows) == limit else None}


@router.post("/receipts/verifications")
def verify(held: Held, look: Look) -> Document:
    """Whether a receipt holds: its signature by a key in its time, its entry in the evidence log.

    With the file of an answer, also whether it is the answer the receipt was issued for.
    """
    permit(look.who, Act.RECEIPT_VERIFY)
    wired = look.wired
    publish(wired.engine, wired.home, wired.signer, look.now)
    with reading(wired.engine) as connection:
        own = ring_of(connection, wired.signer)
        try:
            states = proving.stated(held.receipt.strip(), own)
        except jws.SignatureInvalid as error:
            return {"ok": False, "problem": str(error), "key": None, "states": None, "evidence": None,
                    "answer": None}  # fmt: skip
        found = proving.in_the_log(connection, states, held.receipt, own)
        file = held.file()
        same = None if file is None else is_answer_of(connection, wired.home, states, file)
    proof = None if found.proof is None else found.proof.document()
    return {
        "ok": found.problem is None,
        "problem": found.problem,
        "key": jws.key_of(held.receipt),
        "states": states,
        "evidence": {"said": found.said, "proof": proof},
        "answer": same,
    }
