"""Standing queries: a plan that fits the grant, one run a release, budget kept from the first day."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, select

from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.releases import releases
from policies.decision import Deny
from space.calls import standing, standing_runs
from space.calls.standing import Standing
from space.calls.standing_runs import Run
from space.errors import EngineError
from space.identity.tokens import Caller
from space.query.admit import Question
from ybz import ybz

BY_INDUSTRY = "SELECT industry, count(*) AS firms FROM market.firms GROUP BY industry"
BY_DISTRICT = "SELECT district, count(*) AS persons FROM civil.population GROUP BY district"
OTHER = "SELECT count(*) AS persons FROM civil.population"


@pytest.fixture
def bureau(busy: Any) -> Any:
    """The bureau with grants that were signed before."""
    return busy


def register(bureau: Any, held: Any, sql: str, runs: int = 4) -> Any:
    question = Question(held.id, held.terms.purpose, sql)
    return standing.register(bureau.gateway, Caller(held.grantee), question, runs=runs, by="周敏")


def released_again(bureau: Any, dataset: str) -> None:
    """A further release of the same rows."""
    with writing(bureau.engine) as connection:
        wanted = select(releases).where(releases.c.dataset == dataset).order_by(releases.c.number.desc())
        row = dict(connection.execute(wanted).first()._mapping)  # type: ignore[union-attr]
        again = row | {"id": new_id("rel"), "number": row["number"] + 1, "published_at": bureau.clock()}
        connection.execute(insert(releases).values(**again))


def codes(denied: Any) -> list[str]:
    assert isinstance(denied, Deny), denied
    return [reason.code for reason in denied.reasons]


def test_it_runs_once_on_every_release_with_a_receipt_each(bureau: Any) -> None:
    held = bureau.held(bureau.people)
    made = register(bureau, held, BY_DISTRICT)
    assert isinstance(made, Standing)

    first = standing_runs.run(bureau.gateway, made.id)
    assert standing_runs.run(bureau.gateway, made.id) is None
    released_again(bureau, "civil.population")
    second = standing_runs.run(bureau.gateway, made.id)

    assert isinstance(first, Run)
    assert isinstance(second, Run)
    assert (first.number, second.number) == (1, 2)
    assert first.receipt_id != second.receipt_id
    assert bureau.row(held).nrho_spent == 20_000_000
    with reading(bureau.engine) as connection:
        assert standing.by_id(connection, made.id).runs_used == 2
        outcomes = [each.outcome for each in standing_runs.runs_of(connection, made.id)]
        assert outcomes == ["answered", "answered"]


def test_a_plan_keeps_its_budget_from_other_queries(bureau: Any) -> None:
    held = bureau.granted(
        bureau.other, bureau.people, budget={"rho": 0.05, "rho_per_query": 0.01, "delta": 1e-8}
    )
    made = register(bureau, held, BY_DISTRICT, runs=4)
    assert isinstance(made, Standing)

    assert not isinstance(bureau.ask(held, OTHER), Deny)
    assert codes(bureau.ask(held, f"{OTHER} WHERE sex = '男'")) == ["standing.kept"]
    assert isinstance(standing_runs.run(bureau.gateway, made.id), Run)
    assert bureau.row(held).nrho_spent == 20_000_000

    with writing(bureau.engine) as connection:
        standing.end(connection, made.id, by="周敏", now=bureau.clock())
    assert not isinstance(bureau.ask(held, f"{OTHER} WHERE sex = '男'"), Deny)


def test_a_plan_that_does_not_fit_the_grant_is_not_registered(bureau: Any) -> None:
    held = bureau.granted(
        bureau.other, bureau.people, calls=30, budget={"rho": 0.05, "rho_per_query": 0.01, "delta": 1e-8}
    )

    assert codes(register(bureau, held, BY_DISTRICT, runs=6)) == ["standing.budget"]
    assert codes(register(bureau, held, BY_DISTRICT, runs=31)) == ["standing.calls", "standing.budget"]
    assert codes(register(bureau, held, BY_DISTRICT, runs=0)) == ["standing.runs"]
    assert isinstance(register(bureau, held, BY_DISTRICT, runs=3), Standing)
    assert codes(register(bureau, held, OTHER, runs=3)) == ["standing.budget"]
    assert codes(register(bureau, held, "SELECT name FROM population", runs=1))[0].startswith("query.")


def test_the_plan_ends_with_its_runs_and_with_its_year(bureau: Any) -> None:
    held = bureau.held(bureau.people)
    made = register(bureau, held, BY_DISTRICT, runs=1)
    standing_runs.run(bureau.gateway, made.id)
    released_again(bureau, "civil.population")

    assert codes(standing_runs.run(bureau.gateway, made.id)) == ["standing.plan_used"]
    fresh = register(bureau, held, BY_DISTRICT, runs=3)
    bureau.clock.later(days=120)
    assert codes(standing_runs.run(bureau.gateway, fresh.id)) == ["standing.ended"]


def test_under_thresholds_it_runs_once_a_period_however_many_releases_come(bureau: Any) -> None:
    held = bureau.granted(bureau.department, bureau.trade, release_period="month")
    made = register(bureau, held, BY_INDUSTRY)
    assert isinstance(made, Standing)
    assert isinstance(standing_runs.run(bureau.gateway, made.id), Run)

    released_again(bureau, "market.firms")
    assert standing_runs.run(bureau.gateway, made.id) is None
    bureau.clock.later(days=31)
    assert isinstance(standing_runs.run(bureau.gateway, made.id), Run)


def test_a_lost_run_is_recorded_and_may_be_had_again_from_the_plan(bureau: Any) -> None:
    held = bureau.held(bureau.people)
    made = register(bureau, held, BY_DISTRICT)
    working = bureau.pool
    bureau.pool = type(working)(seconds=0.0)  # a wall clock nobody can keep
    with pytest.raises(EngineError):
        standing_runs.run(bureau.gateway, made.id)
    bureau.pool.close()
    bureau.pool = working

    again = standing_runs.run(bureau.gateway, made.id)

    assert isinstance(again, Run)
    assert again.number == 1
    with reading(bureau.engine) as connection:
        assert standing.by_id(connection, made.id).runs_used == 2


def test_the_commands_register_run_show_and_end(bureau: Any) -> None:
    held = bureau.held(bureau.people)
    command = CliRunner()

    def said(*words: str) -> Any:
        result = command.invoke(ybz, ["standing", *words, "--json"], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    assert said("list", "--grant", held.id) == []
    asked = ("--grant", held.id, "--purpose", held.terms.purpose, "--runs", "4", "--by", "周敏")
    made = said("new", BY_DISTRICT, *asked)
    assert made["plan"]["rho"] == {"per_run": 0.01, "kept": 0.04}
    ran = said("run", made["id"])
    assert (ran["number"], ran["outcome"], ran["answer"]["mode"]) == (1, "answered", "dp")
    assert said("run", made["id"]) == {"outcome": "nothing_new"}
    shown = said("show", made["id"])
    assert shown["plan"]["runs"] == {"used": 1, "limit": 4}
    assert [each["receipt"] for each in shown["runs"]] == [ran["receipt"]]
    assert said("end", made["id"])["state"] == "ended"
    again = command.invoke(ybz, ["standing", "end", made["id"], "--json"])
    assert again.exit_code == 1
    assert json.loads(again.stdout)["reasons"][0]["code"] == "standing.not_in_force"
