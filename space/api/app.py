"""The HTTP application: everything is wired here, once, and nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime
from importlib.metadata import version

from fastapi import FastAPI

from catalog import keys
from catalog.home import Home
from catalog.store import open_store
from space.api import catalogue, evidence, harvest, health, problem, queries, verifications, workspaces
from space.api.services import Services
from space.api.size import BodyLimit
from space.engines.pool import Pool
from space.query.gateway import Gateway
from space.verification.verifier import Verifier


def create_app(
    home: Home, *, clock: Callable[[], datetime] | None = None, pool: Pool | None = None
) -> FastAPI:
    """The application over an installation.

    Args:
        home: of the installation.
        clock: gives the aware instant now; the machine's where None.
        pool: workers whose owner keeps and ends them; the application's own where None.

    Raises:
        NotInitialised: there is no installation at ``home``.
    """
    engine, held, workers = open_store(home), keys.load(home), pool or Pool()
    now = clock or (lambda: datetime.now(UTC))

    @asynccontextmanager
    async def running(_app: FastAPI) -> AsyncIterator[None]:
        # With a pool of its own, one worker waits before the first query comes.
        with workers if pool is None else nullcontext():
            yield

    app = FastAPI(
        title="yibenzhang 一本账",
        summary="One ledger for a city's public data, and a trusted space to use it in.",
        version=version("yibenzhang"),
        lifespan=running,
        docs_url=None,  # its pages would load scripts from outside
        redoc_url=None,
    )
    gateway = Gateway(engine, home, held.signer, workers, now)
    verifier = Verifier(engine, home, held, workers, now)
    app.state.services = Services(home, engine, held.signer, gateway, now, verifier)
    app.add_middleware(BodyLimit)
    problem.install(app)
    for room in (health, catalogue, harvest, queries, verifications, workspaces, evidence):
        app.include_router(room.router)
    return app
