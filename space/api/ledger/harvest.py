"""``/v1/dcat``: the published catalogue as DCAT-AP 3, page by page, for harvesters."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime

from catalog.exports import harvest
from catalog.exports.identity import identity
from catalog.store import reading
from policies.access import Act
from space.api.services import Known, Wired, permit

router = APIRouter(prefix="/v1", tags=["catalogue"])


@router.get("/dcat")
def pages(
    request: Request,
    wired: Wired,
    who: Known,
    after: Annotated[str, Query(max_length=130)] = "",
    size: Annotated[int, Query(ge=1, le=harvest.LARGEST_PAGE)] = harvest.PAGE,
    changed_since: AwareDatetime | None = None,
) -> JSONResponse:
    """One page of JSON-LD; the header ``Link`` and ``hydra:next`` name the next one.

    ``changed_since`` is an instant with its time zone; what was withdrawn since then is told too.
    """
    permit(who, Act.CATALOGUE_READ)
    said = identity(wired.home, wired.signer.key_id)
    with reading(wired.engine) as connection:
        made = harvest.page(
            connection, said, now=wired.clock(), after=after, size=size, changed_since=changed_since
        )
    following = str(request.url.include_query_params(after=made.after or ""))
    headers = {} if made.after is None else {"Link": f'<{following}>; rel="next"'}
    document = harvest.linked(made, str(request.url), following)
    return JSONResponse(document, headers=headers, media_type="application/ld+json")
