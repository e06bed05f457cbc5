"""One stop closes every way out: each is walked open, stopped, and open again once two people lifted it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from catalog.opening import publishing
from catalog.opening.openings import OpeningRefused
from catalog.stops import closed
from catalog.store import reading, writing
from contracts.model import UpdateCycle
from pipelines.backflow.delivering import deliver_due
from policies.decision import Deny
from space.calls import standing, standing_runs
from space.errors import Refused
from space.granting import stopping
from space.identity.tokens import Caller
from space.query.admit import Question
from space.query.answered import Answered
from space.supply import databases, exchange
from space.supply.files import Form
from space.supply.intents import Asked
from space.supply.supplies import Supply
from space.verification.prepare import Asked as Batch
from space.verification.verifier import Verified, Verifier
from space.wayback.backflow.bodies import ledger
from space.wayback.backflow.inbox import listing, require_open
from space.wayback.forms.admission import Form as Paper
from space.wayback.forms.admission import Item, admit
from space.wayback.forms.prefill import prefill
from tests.space.bureau_contracts import POPULATION, identity
from tests.space.supply.conftest import Counter
from tests.space.wayback.conftest import LOOK

ROOT = Path(__file__).resolve().parents[3]
NAMED = {POPULATION.name: ("id_card", "sex", "district", "income")}
BY_DISTRICT = "SELECT district, count(*) AS n FROM civil.population GROUP BY district"


def code(answer: Any) -> str:
    """What an act says: the first reason of a refusal, else ``open``."""
    if isinstance(answer, Deny):
        return answer.reasons[0].code
    assert isinstance(answer, Answered | Verified | Supply | standing_runs.Run), answer
    return "open"


def refused(act: Callable[[], Any]) -> str:
    """The same of an act that raises."""
    try:
        act()
    except Refused as denied:
        return denied.decision.reasons[0].code
    except OpeningRefused as denied:
        return denied.denial.reasons[0].code
    return "open"


def stopped(where: Any, kind: str, name: str, now: datetime) -> stopping.Stop:
    with writing(where.engine) as connection:
        return stopping.stop(connection, kind, name, reason="疑似泄露", by="安全员", now=now)


def lifted(where: Any, stop: stopping.Stop, now: datetime) -> None:
    with writing(where.engine) as connection:
        stopping.propose_lift(connection, stop.id, reason="已核实", by="安全员", now=now)
        stopping.agree_lift(connection, stop.id, by="王敏", now=now)


def answered_ways(counter: Counter, tmp_path: Path) -> dict[str, Callable[[], str]]:
    """Every way out under a grant: figures, rows, verification, standing runs, supplies of every kind."""
    b = counter.bureau
    rows = counter.granted(items=NAMED, method="exchange", analyses=("list", "verify", "aggregate"))
    caller = Caller(rows.grantee)
    verifier = Verifier(b.engine, b.home, b.keys, b.pool, b.clock)
    maker = counter.maker
    made = counter.supply(rows)
    with writing(b.engine) as connection:
        front = databases.register(
            connection,
            rows.grantee,
            "front",
            f"sqlite:///{tmp_path}/x.db",
            place="",
            by="张磊",
            now=b.clock(),
        )
    asked = Asked(rows.id, None, Form.TABLE, "周敏")
    plan = standing.register(
        b.gateway, caller, Question(rows.id, rows.terms.purpose, BY_DISTRICT), runs=3, by="周敏"
    )
    assert isinstance(plan, standing.Standing), plan
    batch = [{"id_card": identity(1), "sex": "女"}]
    listed = "SELECT sex FROM civil.population LIMIT 2"
    before = b.ask(rows, listed)
    question = Question(rows.id, rows.terms.purpose, listed)
    return {
        "figures": lambda: code(b.ask(rows, "SELECT sex, count(*) FROM civil.population GROUP BY sex")),
        "rows": lambda: code(b.ask(rows, "SELECT income FROM civil.population LIMIT 3")),
        "a stored answer": lambda: code(b.ask(rows, listed)),
        "an answer repeated by its key": lambda: code(b.gateway.again(caller, question, before.usage_id)),
        "verification": lambda: code(
            verifier.verify(caller, Batch(rows.id, rows.terms.purpose, POPULATION.name, batch))
        ),
        "a file": lambda: code(counter.supply(rows, "parquet")),
        "a file made before": lambda: code(counter.supply(rows)),
        "a table": lambda: code(exchange.supply_table(maker, caller, asked, front)),
        "a signed address": lambda: refused(lambda: counter.link(made)),
        "a standing query": lambda: code(standing_runs.run(b.gateway, plan.id)),
    }


@pytest.mark.parametrize(
    "kind", ["dataset", *(pytest.param(kind, marks=pytest.mark.full) for kind in ("organisation", "all"))]
)
def test_nothing_leaves_under_a_grant_while_a_stop_stands(bureau: Any, tmp_path: Path, kind: str) -> None:
    ways = answered_ways(Counter(bureau), tmp_path)
    name = {"dataset": POPULATION.name, "organisation": bureau.department["code"], "all": ""}[kind]

    stop = stopped(bureau, kind, name, bureau.clock())
    assert {way: walk() for way, walk in ways.items()} == dict.fromkeys(ways, f"stop.{kind}")

    lifted(bureau, stop, bureau.clock())
    assert {way: walk() for way, walk in ways.items()} == dict.fromkeys(ways, "open")


@pytest.mark.full
def test_a_stop_closes_what_it_names_and_nothing_else(bureau: Any) -> None:
    held = bureau.granted(bureau.department, bureau.trade)
    counts = "SELECT industry, count(*) FROM market.firms GROUP BY industry"
    bureau.file(bureau.other, bureau.weather)

    stopped(bureau, "dataset", "eco.air", bureau.clock())
    stopped(bureau, "organisation", bureau.other["code"], bureau.clock())

    assert code(bureau.ask(held, counts)) == "open"


@pytest.mark.full
def test_a_dataset_made_from_a_stopped_one_is_stopped_with_it(bureau: Any) -> None:
    held = bureau.granted(bureau.operator, {"eco.figures": ("station", "readings")})
    sql = "SELECT station, readings FROM eco.figures"
    assert code(bureau.ask(held, sql)) == "open"

    stopped(bureau, "dataset", "eco.air", bureau.clock())

    assert code(bureau.ask(held, sql)) == "stop.dataset"


def test_nothing_flows_back_while_a_stop_stands_and_all_of_it_after(telling: Any) -> None:
    residents = telling.residents("990101001001", "990101001002", "990102002003", "990101001001")
    telling.publish(telling.population, residents)
    with reading(telling.engine) as connection:
        (had,) = listing(connection, "street")
    stop = stopped(telling, "organisation", "street", telling.later())

    assert deliver_due(telling.home, telling.engine, telling.later()).sent == ()
    with reading(telling.engine) as connection:
        assert refused(lambda: require_open(connection, had)) == "stop.organisation"
        assert refused(lambda: ledger(telling.home, connection, had.subscription)) == "stop.organisation"

    lifted(telling, stop, telling.later())
    sent = deliver_due(telling.home, telling.engine, telling.later()).sent
    assert [one.subscription for one in sent] == [had.subscription]
    with reading(telling.engine) as connection:
        assert ledger(telling.home, connection, had.subscription).num_rows == 3


def test_no_form_is_prefilled_from_a_stopped_dataset(paying: Any) -> None:
    paper = Paper(
        code="ELDER-01", title="高龄老人巡访表", issuer="民政局", basis="云民发〔2026〕1号",
        period=UpdateCycle.MONTHLY, subject_kind="person", valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31),
        items=(Item("phone", "电话", "civil.population", "phone", "id_card"), Item("visited", "走访")),
    )  # fmt: skip
    admit(paying.engine, paper, by="李四", now=paying.later())

    def filled() -> str:
        return refused(
            lambda: prefill(
                paying.home, paying.engine, "ELDER-01", "street", paying.person(1), paying.later(), LOOK
            )
        )

    assert filled() == "open"
    stopped(paying, "dataset", "civil.population", paying.later())
    assert filled() == "stop.dataset"


def test_nothing_stopped_is_published_to_everybody(bureau: Any) -> None:
    def published() -> str:
        opening: Any = SimpleNamespace(dataset="eco.air", check=None)
        with reading(bureau.engine) as connection:
            return refused(lambda: publishing._passing(bureau.home, connection, opening, bureau.clock()))

    assert published() == "opening.unchecked"
    stopped(bureau, "dataset", "eco.air", bureau.clock())
    assert published() == "stop.dataset"


# What opens rows of a release → the module on its way that asks whether a stop closes it; None where what
# is read stays inside.
OPENERS = {
    "catalog/places/knowing.py": None,  # says where a row lies, and shows none
    "catalog/rectification/delivered.py": None,  # for the department the rows came from
    "pipelines/building/composed.py": None,
    "pipelines/backflow/moving.py": "pipelines/backflow/sending.py",
    "pipelines/statistics/noising.py": None,
    "pipelines/backflow/recording.py": None,  # keeps which rows wait for an area, by their keys
    "pipelines/backflow/redelivering.py": "pipelines/backflow/redelivering.py",
    "pipelines/building/releasing.py": None,
    "pipelines/building/stages.py": None,
    "space/api/wayback/backflow.py": "space/api/wayback/backflow.py",
    "space/api/wayback/inbox.py": "space/api/wayback/inbox.py",
    "space/cli/wayback/backflow.py": "space/wayback/backflow/inbox.py",
    "space/desk/deliveries.py": "space/wayback/backflow/inbox.py",
    "space/desk/one_row.py": "space/wayback/backflow/inbox.py",
    "space/wayback/backflow/before.py": "space/wayback/backflow/inbox.py",
    "space/query/prepare.py": "space/query/gateway.py",
    "space/replaying.py": None,  # says whether an answer can be made again, and shows none
    "space/supply/permitted.py": "space/supply/permitted.py",
    "space/supply/tracing.py": None,  # says whose copy a file is, and shows no row
    "space/verification/prepare.py": "space/verification/verifier.py",
    "space/wayback/backflow/authoritative.py": "space/wayback/forms/prefill.py",
    "space/wayback/backflow/bodies.py": "space/wayback/backflow/bodies.py",
    "space/wayback/backflow/unattributed.py": "space/wayback/backflow/unattributed.py",
    "space/wayback/backflow/inbox.py": "space/wayback/backflow/inbox.py",
    "space/wayback/corrections/origins.py": None,  # judges whether a row may be challenged, and shows none
    "space/wayback/entitlements/reading.py": "space/wayback/entitlements/access.py",
    "space/wayback/forms/looking.py": "space/wayback/forms/prefill.py",
    "space/wayback/grassroots/feeding.py": "space/wayback/grassroots/feeding.py",
    "space/wayback/recall/rows.py": None,  # computes who held a row, and shows none
}
READS = ("vault_files", "protected_files", "read_vault", "read_rows")
ASKS = ("closed(", "closed_to(", "require_open(")


def test_whatever_opens_rows_asks_whether_a_stop_closes_it() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for package in ("catalog", "space", "pipelines")
        for path in (ROOT / package).rglob("*.py")
        if "catalog/releases/" not in path.as_posix()
        and any(word in path.read_text(encoding="utf-8") for word in READS)
    }
    assert found == set(OPENERS)
    for asker in filter(None, OPENERS.values()):
        assert any(word in (ROOT / asker).read_text(encoding="utf-8") for word in ASKS), asker


def test_what_is_asked_is_one_question_with_one_answer(bureau: Any) -> None:
    with reading(bureau.engine) as connection:
        assert closed(connection, "anybody", ("eco.air",)) is None
    stopped(bureau, "all", "", bureau.clock())
    with reading(bureau.engine) as connection:
        reason = closed(connection, "anybody", ())
    assert reason is not None
    assert reason.code == "stop.all"
