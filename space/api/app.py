"""The HTTP application: everything is wired here, once, and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Final

from fastapi import Depends, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from catalog import keys
from catalog.home import Home
from catalog.settings import reading as settings
from catalog.store import open_store, settle
from catalog.store.revision import require_current
from catalog.store.state import StoreState
from policies.clocks import local_date
from policies.rulebook import rule, rules
from space.api.answering import problem
from space.api.answering.described import describe
from space.api.answering.etags import Validated
from space.api.answering.unchanged import Unchanged
from space.api.entrance.door import Door
from space.api.entrance.gate import read_doors
from space.api.entrance.parameters import known_parameters
from space.api.entrance.size import BodyLimit
from space.api.ledger import catalogue, harvest
from space.api.operation import (
    agreements,
    agreements_acts,
    contracts,
    disclosures,
    evaluations,
    money,
    queries,
    workspaces,
)
from space.api.parties import accounts, machine_clients, people, published_keys
from space.api.rooms import ROOMS
from space.api.services import Services
from space.api.sharing import deciding, endings, grants, request_guide, requests, supplies, verifications
from space.api.upkeep import evidence, health, watch
from space.api.wayback import (
    backflow,
    burden,
    corrections,
    corrections_deciding,
    entitlements,
    forms,
    forms_compiling,
    forms_filling,
    forms_issuing,
    forms_sheets,
    grassroots,
    grassroots_arranging,
    inbox,
    recall,
)
from space.desk import arriving, signing_in
from space.desk import cases as desk_cases
from space.desk import corrections as desk_corrections
from space.desk import deliveries as desk_deliveries
from space.desk import forms as desk_forms
from space.desk import inbox as desk_inbox
from space.desk import ledger as desk_ledger
from space.desk import one_row as desk_one_row
from space.desk import stand_ins as desk_stand_ins
from space.engines.second import second_engine
from space.engines.workers.pool import Pool
from space.jobs.running import Runner
from space.jobs.work import Bench
from space.observing.metrics import Metrics
from space.observing.readiness import Readiness
from space.observing.requests import Observed, Patience, Sink
from space.observing.traces import Traces
from space.preview.searches import Searches
from space.query.gateway import Gateway
from space.upkeep import Kept, Upkeep
from space.verification.verifier import Verifier
from space.webhooks.running import Teller

# Rules that searches and datasets rest on: a third of a second of reading, which no caller is to wait for.
_FIRST_READ: Final = ("search", "linking", "grading", "disclosure", "quality")
# Between two turns of the chores, in seconds, however soon the next is due.
_LEAST_PAUSE_S: Final = 0.1


def create_app(
    home: Home,
    *,
    clock: Callable[[], datetime] | None = None,
    pool: Pool | None = None,
    console: bool = False,
) -> FastAPI:
    """The application over an installation.

    Args:
        home: of the installation.
        clock: gives the aware instant now; the machine's where None.
        pool: workers whose owner keeps and ends them; the application's own where None.
        console: whether the console's pages are served, too; once a process.

    Raises:
        NotInitialised: there is no installation at ``home``.
        StoreOutdated: its store lacks something of this version.
        StoreElsewhere: its folder was moved to another disk, or is a copy.
        NotUsable: a second engine is set that cannot be spoken to.
    """
    engine, held, workers = open_store(home), keys.load(home), pool or Pool(engine=second_engine())
    require_current(engine)
    settle(engine)
    now = clock or (lambda: datetime.now(UTC))
    upkeep = Upkeep(Kept(engine, home, held.signer, now))
    state = StoreState(engine)
    metrics = Metrics(_ruled("metric_classes", now), workers)
    receiver = settings.value("YBZ_TRACES_URL", home.root)
    traces = Traces(receiver) if receiver else None

    @asynccontextmanager
    async def running(_app: FastAPI) -> AsyncIterator[None]:
        # What a former process left is put in order before the first request comes.
        await run_in_threadpool(upkeep.turn)
        await run_in_threadpool(read_doors)
        for file in _FIRST_READ:
            await run_in_threadpool(rules, file, local_date(now()))
        over = asyncio.Event()
        chores = asyncio.create_task(_keep_up(upkeep, over))
        runner = Runner(Bench(home, engine, held.signer, now, verifier))
        runner.start()
        teller = Teller(home, engine, now)
        teller.start()
        try:
            # With a pool of its own, one worker waits before the first query comes.
            with workers if pool is None else nullcontext():
                yield
        finally:
            over.set()
            await run_in_threadpool(runner.stop)
            await run_in_threadpool(teller.stop)
            if pool is None:  # what still runs by now is lost by its own rule
                workers.abandon()
            await chores
            state.close()
            if traces is not None:
                await run_in_threadpool(traces.close)

    app = FastAPI(
        title="yibenzhang 一本账",
        summary="One ledger for a city's public data, and a trusted space to use it in.",
        version=version("yibenzhang"),
        lifespan=running,
        docs_url=None,  # its pages would load scripts from outside
        redoc_url=None,
        dependencies=[Depends(known_parameters)],
    )
    gateway = Gateway(engine, home, held.signer, workers, now)
    verifier = Verifier(engine, home, held, workers, now)
    searches = Searches(engine, state)
    app.state.services = Services(home, engine, held.signer, gateway, now, verifier, state, searches)
    app.state.metrics = metrics
    app.state.abandon = workers.abandon
    app.state.readiness = Readiness(engine, home, workers, now)
    app.add_middleware(Validated)
    app.add_middleware(Unchanged, store=state, clock=now)
    app.add_middleware(BodyLimit)
    app.add_middleware(Patience, seconds=float(_ruled("idle_connection", now)), refuse=_too_slow)
    sinks: list[Sink] = [metrics, *([] if traces is None else [traces])]
    app.add_middleware(Door)
    # Outermost: whatever is turned away is told of, too.
    app.add_middleware(Observed, sinks=sinks, classes_ms=_ruled("duration_classes", now))
    problem.install(app)
    for room in (
        health,
        # What is asked most stands first: doors are looked for one after another.
        catalogue,
        queries,
        verifications,
        inbox,
        accounts,  # every page asks whose session it is
        *ROOMS,
        harvest,
        contracts,
        grants,
        workspaces,
        request_guide,  # before the doors of one request, whose paths take any word
        deciding,  # before the applicant's doors, whose paths take any word
        requests,
        agreements,
        agreements_acts,
        disclosures,
        supplies,
        corrections_deciding,  # before the cases, whose paths take any word
        corrections,
        recall,
        entitlements,
        burden,
        backflow,
        grassroots_arranging,
        grassroots,
        endings,
        watch,
        money,
        evaluations,
        evidence,
        forms_compiling,
        forms_filling,
        forms_sheets,
        forms,
        forms_issuing,  # last: its paths take any word
        published_keys,
        people,
        machine_clients,
        arriving,
        signing_in,
        desk_inbox,
        desk_deliveries,
        desk_one_row,
        desk_forms,
        desk_ledger,
        desk_corrections,
        desk_cases,
        desk_stand_ins,
    ):
        app.include_router(room.router)
    describe(app)
    if console:
        from space.console.mounting import mount

        mount(app)
    return app


def _ruled(name: str, clock: Callable[[], datetime]) -> Any:
    return rule("service", name, local_date(clock())).value


def _too_slow() -> Exception:
    return HTTPException(408)


async def _keep_up(upkeep: Upkeep, over: asyncio.Event) -> None:
    """Do the chores until it is over; one that is under way is brought to its end."""
    while not over.is_set():
        pause = await run_in_threadpool(upkeep.turn)
        try:
            await asyncio.wait_for(over.wait(), max(pause, _LEAST_PAUSE_S))
        except TimeoutError:
            continue
