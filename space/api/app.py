"""The HTTP application: everything is wired here, once, and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Final

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from catalog import keys
from catalog.home import Home
from catalog.store import open_store
from catalog.store.additions import require_current
from space.api import (
    agreements,
    agreements_acts,
    catalogue,
    contracts,
    corrections,
    deciding,
    endings,
    evaluations,
    evidence,
    forms,
    forms_compiling,
    forms_filling,
    grants,
    grassroots,
    harvest,
    health,
    inbox,
    money,
    problem,
    published_keys,
    queries,
    requests,
    supplies,
    verifications,
    watch,
    workspaces,
)
from space.api.services import Services
from space.api.size import BodyLimit
from space.desk import corrections as desk_corrections
from space.desk import forms as desk_forms
from space.desk import inbox as desk_inbox
from space.desk import ledger as desk_ledger
from space.desk import signing_in
from space.engines.second import second_engine
from space.engines.workers.pool import Pool
from space.query.gateway import Gateway
from space.upkeep import Kept, Upkeep
from space.verification.verifier import Verifier

# Between two turns of the chores, in seconds, however soon the next is due.
_LEAST_PAUSE_S: Final = 0.1


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
        StoreOutdated: its store lacks something of this version.
        NotUsable: a second engine is set that cannot be spoken to.
    """
    engine, held, workers = open_store(home), keys.load(home), pool or Pool(engine=second_engine())
    require_current(engine)
    now = clock or (lambda: datetime.now(UTC))
    upkeep = Upkeep(Kept(engine, home, held.signer, now))

    @asynccontextmanager
    async def running(_app: FastAPI) -> AsyncIterator[None]:
        # What a former process left is put in order before the first request comes.
        await run_in_threadpool(upkeep.turn)
        over = asyncio.Event()
        chores = asyncio.create_task(_keep_up(upkeep, over))
        try:
            # With a pool of its own, one worker waits before the first query comes.
            with workers if pool is None else nullcontext():
                yield
        finally:
            over.set()
            await chores

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
    for room in (
        health,
        catalogue,
        harvest,
        contracts,
        grants,
        queries,
        verifications,
        workspaces,
        deciding,  # before the applicant's doors, whose paths take any word
        requests,
        agreements,
        agreements_acts,
        supplies,
        corrections,
        inbox,
        grassroots,
        endings,
        watch,
        money,
        evaluations,
        evidence,
        forms_compiling,
        forms_filling,
        forms,
        published_keys,
        signing_in,
        desk_inbox,
        desk_forms,
        desk_ledger,
        desk_corrections,
    ):
        app.include_router(room.router)
    return app


async def _keep_up(upkeep: Upkeep, over: asyncio.Event) -> None:
    """Do the chores until it is over; one that is under way is brought to its end."""
    while not over.is_set():
        pause = await run_in_threadpool(upkeep.turn)
        try:
            await asyncio.wait_for(over.wait(), max(pause, _LEAST_PAUSE_S))
        except TimeoutError:
            continue
