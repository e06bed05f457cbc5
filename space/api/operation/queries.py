"""``/v1/queries`` and ``/v1/receipts``: a thin door to the gateway."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from catalog.keys import ring_of
from catalog.store import reading, writing
from policies.access import Act, Role
from policies.decision import Deny
from space.api.answering import negotiation, problem
from space.api.services import Known, Services, Wired, only, permit
from space.calls import idempotency, receipts
from space.errors import Refused, Unknown
from space.granting.grants import by_id
from space.query.admit import Question
from space.query.answered import Answered
from space.query.telling.places import places
from space.query.telling.within import with_bounds
from space.workspace.opening import names_of

router = APIRouter(prefix="/v1", tags=["queries"])


# Characters of a header that is still carried everywhere; errors of more columns stand in the JSON form.
_MOST_HEADER: Final = 4000
# How the operation tells of its answer.
_EXPLAINED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The decision, its cost, what is left of budget and quota, and the plan.",
        "content": {
            "application/json": {
                "schema": {"type": "object", "title": "Explained", "additionalProperties": True},
                "example": {"decision": "permit"},
            }
        },
    }
}


class Asked(BaseModel):
    """A question."""

    model_config = ConfigDict(extra="forbid")

    grant: str = Field(max_length=40, description="Id of the grant.")
    purpose: str = Field(max_length=60, description="Code of the purpose; the grant's.")
    sql: str = Field(max_length=100_000, description="One SELECT in the DuckDB dialect.")

    def question(self) -> Question:
        """The question as the gateway takes it."""
        return Question(self.grant, self.purpose, self.sql)


@router.post("/queries", responses=negotiation.FORMS)
def ask(
    asked: Asked,
    wired: Wired,
    who: Known,
    form: negotiation.Wanted,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=128)] = None,
) -> Response:
    """Answer one SELECT under a grant. A safe answer comes with its signed receipt."""
    if idempotency_key is None:
        return _answered(wired.gateway.ask(who, asked.question()), form)
    request = (asked.grant, asked.purpose, asked.sql)
    with writing(wired.engine) as connection:
        before = idempotency.begin(connection, who.organisation, idempotency_key, request, wired.clock())
    if before is not None:
        return _answered(wired.gateway.again(who, asked.question(), before), form)
    try:
        return _answered(wired.gateway.ask(who, asked.question(), idempotency_key), form)
    except BaseException:
        # Refused or failed: the key is free again; the failure goes on as it was.
        with writing(wired.engine) as connection:
            idempotency.free(connection, who.organisation, idempotency_key)
        raise


@router.post("/queries/explain", responses=_EXPLAINED)
def explain(asked: Asked, wired: Wired, who: Known) -> Response:
    """Give the decision and its cost, without running or spending; reasons with their places."""
    explained = wired.gateway.explain(who, asked.question())
    if isinstance(explained, Deny):
        return problem.refusal(explained, places=_places(wired, asked, explained))
    return JSONResponse(jsonable_encoder(explained.document))


@router.get("/receipts/{receipt_id}")
def receipt(receipt_id: str, wired: Wired, who: Known) -> dict[str, Any]:
    """A receipt of the caller's organisation; auditors read every one."""
    permit(who, Act.RECEIPT_READ)
    with reading(wired.engine) as connection:
        found = receipts.by_id(connection, receipt_id)
        ring = ring_of(connection, wired.signer)
    if found.organisation != who.organisation and who.role is not Role.AUDITOR:
        raise Unknown("receipt", receipt_id)
    states = receipts.verify(found.jws, ring)
    only(who, str(states["grant"]))
    return {"id": found.id, "jws": found.jws, "states": states}


def _places(wired: Services, asked: Asked, denied: Deny) -> Sequence[Sequence[dict[str, int]]]:
    """The places of every reason in the text; none of a question that never came to be read."""
    if not all(reason.code.startswith("query.") for reason in denied.reasons):
        return [()] * len(denied.reasons)
    with reading(wired.engine) as connection:
        opened = names_of(connection, by_id(connection, asked.grant))
    return [[one.to_document() for one in places(asked.sql, reason, opened)] for reason in denied.reasons]


def _answered(answer: Answered | Deny, form: negotiation.Form) -> Response:
    """The answer in the form that is wanted; beside a table receipt and errors stand in the headers.

    A CSV has the bounds of its figures at the end of each row. The forms of Arrow hold the answer alone, for
    its receipt states their digest.
    """
    if isinstance(answer, Deny):
        raise Refused(answer)
    if form is negotiation.Form.JSON:
        return JSONResponse(jsonable_encoder(answer.to_document()))
    told = {
        "Ybz-Receipt-Id": answer.receipt_id,
        "Ybz-Receipt": answer.receipt,
        "Ybz-Mode": answer.mode,
        "Ybz-Repeated": str(answer.repeated).lower(),
    }
    errors = json.dumps([one.to_document() for one in answer.accuracy])
    if len(errors) <= _MOST_HEADER:
        told["Ybz-Accuracy"] = errors
    rows = with_bounds(answer.table, answer.accuracy) if form is negotiation.Form.CSV else answer.table
    return negotiation.table(form, rows, told)
