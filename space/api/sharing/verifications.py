"""``/v1/verifications``: a thin door to verification 核验."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header
from pydantic import BaseModel, ConfigDict, Field

from catalog.store import reading, writing
from contracts.canonical import digest
from policies.access import Act
from policies.decision import Deny
from space.api.services import Known, Wired, permit
from space.calls import idempotency
from space.errors import Refused
from space.verification import limits
from space.verification.prepare import Asked
from space.verification.verifier import Verified

router = APIRouter(prefix="/v1", tags=["verifications"])

_Value = str | int | float | bool


class Sent(BaseModel):
    """A batch."""

    model_config = ConfigDict(extra="forbid")

    grant: str = Field(max_length=40, description="Id of the grant.")
    purpose: str = Field(max_length=60, description="Code of the purpose; the grant's.")
    dataset: str = Field(max_length=130, description="`schema.table`.")
    records: list[dict[str, _Value]] = Field(
        max_length=10_000, description="Field → value; every record gives the same fields."
    )

    def asked(self) -> Asked:
        """The batch as the verifier takes it."""
        return Asked(self.grant, self.purpose, self.dataset, self.records)


@router.post("/verifications")
def verify(
    sent: Sent,
    wired: Wired,
    who: Known,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=128)] = None,
) -> dict[str, Any]:
    """Say of every record, in order, whether it is a `match`, a `mismatch` or `not_found`; with a receipt."""
    asked = sent.asked()
    if idempotency_key is None:
        return _told(wired.verifier.verify(who, asked))
    said = [[str(part) for pair in record.items() for part in pair] for record in sent.records]
    request = (sent.grant, sent.purpose, sent.dataset, digest(said))
    with writing(wired.engine) as connection:
        before = idempotency.begin(connection, who.organisation, idempotency_key, request, wired.clock())
    if before is not None:
        return _told(wired.verifier.again(who, asked, before))
    try:
        return _told(wired.verifier.verify(who, asked, idempotency_key))
    except BaseException:
        # Refused or failed: the key is free again; the failure goes on as it was.
        with writing(wired.engine) as connection:
            idempotency.free(connection, who.organisation, idempotency_key)
        raise


@router.get("/verifications/allowance")
def allowance(wired: Wired, who: Known) -> dict[str, int]:
    """How many records the caller's organisation may verify, and how many are left now."""
    permit(who, Act.VERIFICATION_ASK)
    with reading(wired.engine) as connection:
        return limits.allowance(connection, who.organisation, wired.clock())


def _told(answer: Verified | Deny) -> dict[str, Any]:
    if isinstance(answer, Deny):
        raise Refused(answer)
    return answer.to_document()
