"""A gateway killed at every step of a call: the books agree at once, after the sweep, after the next call."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import select

from catalog.store import reading, writing
from catalog.store.tables.audits import standing_queries
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.queries import reservations
from policies import rulebook
from space.api.app import create_app
from space.calls import abandoned, idempotency, standing, standing_runs
from space.calls.failing import AnswerLate
from space.engines.workers.pool import Pool
from space.errors import EngineError
from space.identity.tokens import Caller
from space.query.admit import Question
from space.query.answered import Answered
from space.query.gateway import Gateway
from space.verification.prepare import Asked
from space.verification.verifier import Verified, Verifier
from space.workspace import ending, tables
from space.workspace.form import read_form
from tests.space.bureau import NOON, Bureau
from tests.space.bureau_contracts import identity
from tests.space.grants.books import closed, in_order, workspaces_in_order
from tests.space.grants.dying import dies
from tests.space.serving import serving

BY_DISTRICT = "SELECT district, count(*) AS n FROM civil.population GROUP BY district"
BY_INDUSTRY = "SELECT industry, count(*) AS n FROM market.firms GROUP BY industry"
LISTED = "SELECT id_card, sex FROM civil.population ORDER BY income LIMIT 3"
NAMED = {"civil.population": ("id_card", "sex", "district", "income")}

NOTHING, PAID, ANSWERED = "nothing taken", "paid for", "answered"
# Every step of a query, in its order, and how far the call has come in the store when it is killed there.
STEPS = {
    "after key": NOTHING,
    "before admission": NOTHING,
    "after admission": NOTHING,
    "before payment": NOTHING,
    "after payment": NOTHING,
    "after reservation": NOTHING,
    "after audit": NOTHING,
    "before run": PAID,
    "after run": PAID,
    "before writing the answer": PAID,
    "after writing the answer": PAID,
    "after storing": PAID,
    "before settling": PAID,
    "after settling": PAID,
    "after counting the month": PAID,
    "after charging": PAID,
    "after metering": PAID,
    "before receipt": PAID,
    "after receipt": PAID,
    "after keeping the key": PAID,
    "after handing out": PAID,
    "after reply": ANSWERED,
}
# Killed there whenever tests run; at the others with the long tests.
OFTEN = ("before run", "after storing", "after reply")
HELD = {NOTHING: {}, PAID: {"reserved": 1}, ANSWERED: {"answered": 1}}
# The steps that another kind of call shares are killed at fewer places.
FEWER = ("before admission", "after reservation", "before run", "after run", "after storing", "after receipt")


def words(held: Any, sql: str = BY_DISTRICT, **more: Any) -> dict[str, Any]:
    """What the holder of a grant asks."""
    return {"grant": held.id, "purpose": held.terms.purpose, "who": held.grantee, "sql": sql} | more


def sweep(bureau: Bureau) -> abandoned.Swept:
    return abandoned.sweep(bureau.engine, bureau.home, bureau.clock())


def often(step: str) -> Any:
    """A step, marked where it is not among those of every run."""
    return pytest.param(step, marks=() if step in OFTEN else pytest.mark.full)


@pytest.mark.parametrize("step", [often(step) for step in STEPS])
def test_a_query_is_killed(busy: Bureau, step: str) -> None:
    held, came = busy.held(busy.people), STEPS[step]
    asked = words(held, key="once")
    dies(busy.home, "query", step, busy.clock(), **asked)
    assert in_order(busy).states() == HELD[came]

    busy.clock.later(minutes=5)
    assert len(sweep(busy).calls) == (came == PAID)
    assert closed(busy).states() == ({"lost": 1} if came == PAID else HELD[came])
    with writing(busy.engine) as connection:
        again = (held.id, held.terms.purpose, BY_DISTRICT)
        before = idempotency.begin(connection, held.grantee, "once", again, busy.clock())
    assert (before is not None) == (came == ANSWERED), "the key stands for the answer and for nothing else"
    if before is None:
        answer = busy.gateway.ask(Caller(held.grantee), Question(*again), "once")
    else:
        answer = busy.gateway.again(Caller(held.grantee), Question(*again), before)

    assert isinstance(answer, Answered)
    found = closed(busy)
    assert found.states() == {"answered": 1} | ({"lost": 1} if came == PAID else {})
    assert found.outcomes().get("cached", 0) == 0
    assert busy.row(held).charged_fen == 500, "one answer, one charge"
    assert busy.row(held).nrho_spent == (20_000_000 if came == PAID else 10_000_000)


@pytest.mark.full
@pytest.mark.parametrize("step", ["after pinning", *FEWER])
def test_a_query_under_thresholds_is_killed(busy: Bureau, step: str) -> None:
    held = busy.held(busy.trade)
    dies(busy.home, "query", step, busy.clock(), **words(held, BY_INDUSTRY))
    in_order(busy)
    busy.clock.later(minutes=5)
    sweep(busy)
    closed(busy)
    assert isinstance(busy.ask(held, BY_INDUSTRY), Answered)
    assert closed(busy).states()["answered"] == 1


@pytest.mark.full
@pytest.mark.parametrize("step", FEWER)
def test_a_list_of_rows_is_killed(bureau: Bureau, step: str) -> None:
    held = opened(bureau, bureau.department, "list")
    dies(bureau.home, "query", step, bureau.clock(), **words(held, LISTED))
    in_order(bureau)
    bureau.clock.later(minutes=5)
    sweep(bureau)
    closed(bureau)
    assert isinstance(bureau.ask(held, LISTED), Answered)
    assert closed(bureau).states()["answered"] == 1


@pytest.mark.full
@pytest.mark.parametrize("step", ["before verification's admission", "after rates", *FEWER[1:]])
def test_a_verification_is_killed(bureau: Bureau, step: str) -> None:
    held = opened(bureau, bureau.operator, "verify", price_fen_per_call=7)
    records = [{"id_card": identity(n), "sex": "男"} for n in range(3)]
    asked = words(held, dataset="civil.population", records=records)
    del asked["sql"]
    dies(bureau.home, "verify", step, bureau.clock(), **asked)
    killed = in_order(bureau)
    paid = "reserved" in killed.states()
    assert paid == (step in FEWER[2:])
    assert bureau.row(held).calls_used == 3 * paid

    bureau.clock.later(minutes=5)
    sweep(bureau)
    closed(bureau)
    verifier = Verifier(bureau.engine, bureau.home, bureau.keys, bureau.pool, bureau.clock)
    answer = verifier.verify(
        Caller(held.grantee), Asked(held.id, held.terms.purpose, "civil.population", records)
    )
    assert isinstance(answer, Verified)
    closed(bureau)
    assert (bureau.row(held).charged_fen, bureau.row(held).calls_used) == (21, 3 + 3 * paid)


@pytest.mark.parametrize(
    ("step", "runs", "spent"),
    [
        ("before claim", 1, 1),
        pytest.param("after claim", 2, 1, marks=pytest.mark.full),
        pytest.param("before run", 2, 2, marks=pytest.mark.full),
        ("after storing", 2, 2),
        pytest.param("before run's end", 1, 1, marks=pytest.mark.full),
        pytest.param("after run's end", 1, 1, marks=pytest.mark.full),
    ],
)
def test_a_run_of_a_standing_query_is_killed(busy: Bureau, step: str, runs: int, spent: int) -> None:
    held = busy.held(busy.people)
    question = Question(held.id, held.terms.purpose, BY_DISTRICT)
    made = standing.register(busy.gateway, Caller(held.grantee), question, runs=2, by="周敏")
    assert isinstance(made, standing.Standing)
    dies(busy.home, "standing", step, busy.clock(), standing_id=made.id)
    in_order(busy)

    busy.clock.later(minutes=5)
    sweep(busy)
    closed(busy)
    with reading(busy.engine) as connection:
        before = [one.outcome for one in standing_runs.runs_of(connection, made.id)]
    assert "running" not in before
    run = standing_runs.run(busy.gateway, made.id)
    assert (run is None) == (before == ["answered"])
    with reading(busy.engine) as connection:
        (only,) = standing_runs.runs_of(connection, made.id)
        used = connection.execute(select(standing_queries.c.runs_used)).scalar_one()
    assert (only.outcome, only.reason) == ("answered", None)
    assert only.receipt_id is not None
    assert (used, busy.row(held).nrho_spent) == (runs, spent * 10_000_000)
    closed(busy)


@pytest.mark.parametrize(
    "step",
    [
        "before intent",
        "after writing",
        *(
            pytest.param(step, marks=pytest.mark.full)
            for step in (
                "after intent",
                "before writing the answer",
                "before opening",
                "after opening",
                "after reply",
            )
        ),
    ],
)
def test_an_upload_is_killed(bureau: Bureau, step: str) -> None:
    held = bureau.granted(bureau.operator, NAMED)
    lines = ["id_card,segment", *(f"{identity(n)},{'AB'[n % 2]}" for n in range(120))]
    brought = {
        "raw": "\n".join(lines).encode(),
        "form": {"key": "id_card=person", "categories": ["segment"], "measures": []},
    }
    dies(bureau.home, "upload", step, bureau.clock(), grant=held.id, **brought)
    workspaces_in_order(bureau)

    bureau.clock.later(hours=2)
    ending.sweep(bureau.engine, bureau.home, bureau.keys.signer, bureau.clock())
    left = workspaces_in_order(bureau)
    assert set(left) <= ({"ready"} if step == "after reply" else {"deleted"})
    again = tables.Upload(held.id, "customers", read_form(**brought["form"]), brought["raw"])
    keys, now = bureau.keys, bureau.clock()
    tables.upload(bureau.engine, bureau.home, keys, again, who=held.grantee, by="周敏", now=now)
    ending.sweep(bureau.engine, bureau.home, bureau.keys.signer, bureau.clock())
    assert workspaces_in_order(bureau)["ready"] == 1


@pytest.mark.parametrize(
    "step",
    [
        "after unlinking",
        *(
            pytest.param(step, marks=pytest.mark.full)
            for step in ("after end", "before unlinking", "before proof", "after proof")
        ),
    ],
)
def test_a_deletion_is_killed(bureau: Bureau, step: str) -> None:
    held = bureau.granted(bureau.operator, NAMED)
    lines = ["id_card,segment", *(f"{identity(n)},{'AB'[n % 2]}" for n in range(120))]
    form = read_form(key="id_card=person", categories=["segment"], measures=[])
    brought = tables.Upload(held.id, "customers", form, "\n".join(lines).encode())
    keys, now = bureau.keys, bureau.clock()
    tables.upload(bureau.engine, bureau.home, keys, brought, who=held.grantee, by="周敏", now=now)
    dies(bureau.home, "delete", step, now, grant=held.id)
    before = workspaces_in_order(bureau)
    assert before == ({"ready": 1} if step == "after end" else {"ending": 1})

    with writing(bureau.engine) as connection:
        if "ready" in before:
            tables.delete(connection, held.id, "customers", now)
    ending.sweep(bureau.engine, bureau.home, keys.signer, now)
    assert workspaces_in_order(bureau) == {"deleted": 1}


def test_the_sweep_itself_is_killed_and_the_next_one_does_it(busy: Bureau) -> None:
    held = busy.held(busy.people)
    dies(busy.home, "query", "after run", busy.clock(), **words(held))
    busy.clock.later(minutes=5)
    dies(busy.home, "sweep", "after loss", busy.clock())
    assert in_order(busy).states() == {"reserved": 1}
    assert len(sweep(busy).calls) == 1
    assert sweep(busy) == abandoned.Swept((), 0, 0), "nothing is left for a second sweep"
    assert closed(busy).outcomes() == {"lost": 1}


@pytest.mark.full
@pytest.mark.parametrize("step", ["before run", "after run"])
def test_the_workers_of_a_killed_gateway_end_by_themselves(busy: Bureau, step: str) -> None:
    dies(busy.home, "query", step, busy.clock(), **words(busy.held(busy.people), warm=True))
    workers = (busy.home.root / "workers").read_text(encoding="utf-8").split()
    assert len(workers) == 1
    until(lambda: not any(alive(worker) for worker in workers))


def test_a_call_within_its_deadline_is_left_alone(busy: Bureau) -> None:
    dies(busy.home, "query", "before run", busy.clock(), **words(busy.held(busy.people)))
    busy.clock.later(seconds=119)
    assert sweep(busy).calls == ()
    assert in_order(busy).states() == {"reserved": 1}


class Slow(Pool):
    """Workers so slow that the call is given up before they answer."""

    __slots__ = ("bureau",)
    bureau: Bureau

    def table(self, *given: Any, **named: Any) -> pa.Table:
        """As ever, but late."""
        answer = Pool.table(self, *given, **named)
        self.bureau.clock.later(minutes=5)
        assert len(sweep(self.bureau).calls) == 1
        return answer


def test_a_gateway_that_was_only_slow_hands_out_nothing_that_is_lost(busy: Bureau) -> None:
    held = busy.held(busy.people)
    with Slow(spare=False) as pool:
        pool.bureau = busy
        late = Gateway(busy.engine, busy.home, busy.keys.signer, pool, busy.clock)
        with pytest.raises(EngineError):
            late.ask(Caller(held.grantee), Question(held.id, held.terms.purpose, BY_DISTRICT))
    assert closed(busy).outcomes() == {"lost": 1}
    assert isinstance(busy.ask(held, BY_DISTRICT), Answered)
    assert closed(busy).outcomes() == {"lost": 1, "answered": 1}


def test_the_second_caller_of_the_same_query_does_not_wait_for_ever(busy: Bureau) -> None:
    hurried(busy)
    held, clock = busy.held(busy.people), ticking()
    dies(busy.home, "query", "before run", clock(), **words(held))
    second = Gateway(busy.engine, busy.home, busy.keys.signer, busy.pool, clock)
    began = time.monotonic()
    answer = second.ask(Caller(held.grantee), Question(held.id, held.terms.purpose, BY_DISTRICT))
    assert isinstance(answer, Answered)
    assert not answer.repeated
    assert time.monotonic() - began < 30
    assert closed(busy).states() == {"lost": 1, "answered": 1}


@pytest.mark.full
def test_a_second_caller_gives_up_where_the_first_has_a_later_clock(busy: Bureau) -> None:
    hurried(busy)
    held = busy.held(busy.people)
    dies(busy.home, "query", "before run", busy.clock(), **words(held))
    with pytest.raises(AnswerLate):  # its own clock stands still: no deadline ever comes
        busy.ask(held, BY_DISTRICT)
    assert in_order(busy).states() == {"reserved": 1}


def test_a_running_server_loses_what_a_killed_one_left_though_nobody_asks_again(busy: Bureau) -> None:
    hurried(busy)
    clock = ticking()
    dies(busy.home, "query", "after storing", clock(), **words(busy.held(busy.people)))
    with serving(create_app(busy.home, clock=clock, pool=busy.pool)):
        until(lambda: in_order(busy).states() == {"lost": 1})
        until(lambda: placed(busy))
    assert not list((busy.home.root / "answers").iterdir())
    closed(busy)


def opened(bureau: Bureau, to: Any, analysis: str, **terms: Any) -> Any:
    """A grant over rows of persons."""
    bureau.permitted(to, NAMED)
    return bureau.sign(to, NAMED, analyses=[analysis], **terms)


def hurried(bureau: Bureau) -> None:
    """Rules of this installation: a call is given up after two seconds, and looked for every second."""
    stated = "source: choice of the installation\n    valid_from: 2026-01-01\n    confidence: policy\n"
    rules: Path = bureau.home.rules
    rules.mkdir()
    line = "rules:\n  - name: {}\n    value: {}\n    {}"
    (rules / "grants.yaml").write_text(line.format("reservation_deadline", 2, stated), encoding="utf-8")
    (rules / "upkeep.yaml").write_text(line.format("abandoned", 1, stated), encoding="utf-8")
    rulebook.lay_over(rules)


def ticking() -> Callable[[], datetime]:
    """A clock that goes, from noon on."""
    began = time.monotonic()
    return lambda: NOON + timedelta(seconds=time.monotonic() - began)


def until(done: Callable[[], bool]) -> None:
    """Wait for something, not for ever."""
    end = time.monotonic() + 30
    while not done():
        assert time.monotonic() < end
        time.sleep(0.1)


def alive(process: str) -> bool:
    """Whether a process runs; one that has ended and was not yet asked for is not."""
    try:
        stated = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return False
    return stated.rpartition(")")[2].split()[0] != "Z"


def placed(bureau: Bureau) -> bool:
    """Whether every act has its place in the log."""
    waiting = select(evidence_entries.c.id).where(evidence_entries.c.position.is_(None))
    with reading(bureau.engine) as connection:
        paid = connection.execute(select(reservations.c.id)).first()
        return paid is not None and connection.execute(waiting).first() is None
