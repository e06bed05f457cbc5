"""``/healthz``, ``/readyz`` and ``/metrics``: for those who run the service; they tell of nobody.

Decides who may read the metrics: a caller of this machine whose request no proxy passed on, or the bearer of
the setting ``YBZ_METRICS_TOKEN``. Nobody else is told that they are there.
"""

from __future__ import annotations

import hmac
import ipaddress
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from catalog.settings import reading as settings
from policies.clocks import local_date
from space.api.services import Wired
from space.observing.metrics import MEDIA_TYPE, Metrics
from space.observing.readiness import Readiness

router = APIRouter(tags=["health"])

# A request with one of them came through a proxy, wherever its connection comes from.
_PASSED_ON: Final = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto")


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "Not ready; the parts that are not are false."}})
def readyz(request: Request) -> JSONResponse:
    """The process can answer: store, evidence log, disk and worker are as they have to be."""
    readiness: Readiness = request.app.state.readiness
    found = readiness.look()
    ready = all(found.values())
    body = {"status": "ready" if ready else "not ready", "checks": found}
    return JSONResponse(body, status_code=200 if ready else 503)


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request, wired: Wired) -> Response:
    """Figures for Prometheus; see :mod:`space.observing.metrics`."""
    if not _may_read(request):
        raise HTTPException(404)
    counted: Metrics = request.app.state.metrics
    return Response(counted.text(wired.engine, local_date(wired.clock())), media_type=MEDIA_TYPE)


def _may_read(request: Request) -> bool:
    token = settings.value("YBZ_METRICS_TOKEN")
    given = request.headers.get("authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    if any(name in request.headers for name in _PASSED_ON):
        return False
    return request.client is not None and _is_here(request.client.host)


def _is_here(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
