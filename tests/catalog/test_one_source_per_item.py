"""One source per item: subjects, conflicts with their clock, copies that are read, and writers at once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, func, insert, select

from catalog import revisions
from catalog.authority import cases, claimed, claims, naming, permits, reading
from catalog.authority.cli import authority
from catalog.cataloging.acts import Who
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.cataloging.errors import ActRefused
from catalog.cataloging.steps import approve, sign_off, submit
from catalog.clocks import running
from catalog.errors import CatalogError, UnknownDataset
from catalog.lineage.columns import edges_around
from catalog.store import reading as looking
from catalog.store import writing
from catalog.store.tables.authority import authority_claims, authority_terms
from catalog.store.tables.forms import forms
from catalog.store.tables.ledger import authorities
from contracts.model import (
    Composed,
    Composition,
    Contract,
    Field,
    Party,
    ShareType,
    Sharing,
    UnitRef,
    UnitRule,
    UpdateCycle,
    Use,
)
from pipelines.building.judgement import Judgement
from policies.decision import Deny, Permit
from policies.machine import IllegalStep, Office
from space.errors import Refused
from space.wayback.forms.admission import Form, Item, admit

NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
TODAY = date(2026, 9, 24)
ABOUT: dict[str, Any] = {"basis": "三定方案", "by": "a", "now": NOW}


def _contract(name: str, *, kind: str | None = "person", **rest: Any) -> Contract:
    schema, table = name.split(".")
    key = Field(name="id", unit=UnitRef(kind), use=Use.IDENTIFIER) if kind else Field(name="id")
    values: dict[str, Any] = {
        "id": name, "title": name, "schema": schema, "table": table, "status": "active",
        "department": Party(f"{table}局", table[0].upper()), "classification": "基础/人口",
        "sharing": Sharing(ShareType.UNCONDITIONAL, "无条件", ""),
        "units": (UnitRule(kind, 1),) if kind else (),
        "fields": (key, Field(name="trade", element="industry_code")),
    }  # fmt: skip
    return Contract(**(values | rest))


@pytest.fixture
def items(engine: Engine) -> Engine:
    """The trade of a person in three datasets, of an enterprise in one."""
    contracts = [
        *(_contract(name) for name in ("p.alpha", "p.beta", "p.gamma")),
        _contract("e.delta", kind="enterprise"), _contract("p.plain", kind=None, domain="气象"),
    ]  # fmt: skip
    given = [(contract, None) for contract in contracts]
    catalogue_all(engine, given, Acts(by="张三", reason="r", now=NOW, assessment="PIA-1"))
    return engine


def test_the_same_element_of_two_subjects_has_two_sources(items: Engine) -> None:
    with writing(items) as connection:
        for dataset in ("p.alpha", "e.delta", "p.plain"):
            assert claims.claim(connection, dataset, "trade", **ABOUT).state == "authoritative"
        found = {each.subject: each.dataset for each in naming.sources(connection)}
        assert naming.source_of(connection, "industry_code") is None
        person = naming.source_of(connection, "industry_code", "person", TODAY)
    assert found == {"person": "p.alpha", "enterprise": "e.delta", "气象": "p.plain"}
    assert person is not None
    assert person.place == "p.alpha.trade"


def test_a_second_claim_is_a_case_the_authority_decides_in_time(items: Engine) -> None:
    with writing(items) as connection:
        claims.claim(connection, "p.alpha", "trade", **ABOUT)
        second = claims.claim(connection, "p.beta", "trade", **ABOUT)
        third = claims.claim(connection, "p.gamma", "trade", **ABOUT)
        (case,) = cases.open_cases(connection)
        (clock,) = running.clocks_of(connection, f"authority:{case.id}")
        assert (second.state, third.state, clock.rule) == ("contested", "contested", "authority_conflict")
        assert clock.due_on == date(2026, 10, 15)
        standing = naming.source_of(connection, "industry_code", "person")
        assert standing is not None
        assert standing.dataset == "p.alpha"
        with pytest.raises(claims.ClaimError, match="is no party"):
            claims.decide(connection, case.id, "e.delta.trade", **ABOUT)
        with pytest.raises(claims.ClaimError, match="is open — decide it instead"):
            claims.withdraw(connection, "industry_code", "person", **ABOUT)
        won = claims.decide(connection, case.id, "p.beta.trade", **ABOUT)
        assert won.dataset == "p.beta"
        states = {claim.dataset: claim.state for claim in claimed.claims(connection)}
        assert states == {"p.alpha": "copy", "p.beta": "authoritative", "p.gamma": "copy"}
        assert running.clocks_of(connection, f"authority:{case.id}")[0].state == "done"
        with pytest.raises(cases.UnknownCase, match="was settled"):
            claims.decide(connection, case.id, "p.alpha.trade", **ABOUT)


def test_a_case_nobody_pursues_falls_away_with_its_clock(items: Engine) -> None:
    with writing(items) as connection:
        claims.claim(connection, "p.alpha", "trade", **ABOUT)
        claims.claim(connection, "p.beta", "trade", **ABOUT)
        (case,) = cases.open_cases(connection)
        assert claims.retract(connection, "p.beta", "trade", **ABOUT).state == "withdrawn"
        assert cases.open_cases(connection) == ()
        assert running.clocks_of(connection, f"authority:{case.id}")[0].state == "cancelled"
        assert claims.claim(connection, "p.beta", "trade", **ABOUT).state == "contested"
        assert cases.open_cases(connection)[0].number == 2


def test_a_claim_without_a_basis_or_an_element_is_refused(items: Engine) -> None:
    with writing(items) as connection:
        with pytest.raises(claims.ClaimError, match="what they rest on"):
            claims.claim(connection, "p.alpha", "trade", basis=" ", by="a", now=NOW)
        with pytest.raises(naming.NoSuchItem, match="field id with an element"):
            claims.claim(connection, "p.plain", "id", **ABOUT)


def test_a_source_named_before_items_had_subjects_goes_on(items: Engine) -> None:
    with writing(items) as connection:
        connection.execute(
            insert(authorities).values(
                element="industry_code", department="alpha局", department_code="A", dataset="p.alpha",
                field="trade", named_at=NOW, basis="旧决定",
            )
        )  # fmt: skip
    with looking(items) as connection:
        former = naming.source_of(connection, "industry_code", "person")
        assert former is not None
        assert (former.dataset, former.subject, former.basis) == ("p.alpha", "person", "旧决定")
    with writing(items) as connection:
        assert claims.claim(connection, "p.beta", "trade", **ABOUT).state == "contested"
        assert connection.execute(select(func.count()).select_from(authorities)).scalar_one() == 0
        (case,) = cases.open_cases(connection)
        assert claims.decide(connection, case.id, "p.beta.trade", **ABOUT).dataset == "p.beta"
        terms = naming.history(connection, "industry_code", "person")
    assert [term.dataset for term in terms] == ["p.alpha", "p.beta"]


@pytest.fixture
def readers(items: Engine) -> Engine:
    """A form and a composed dataset that read the trade from one of three."""
    made = Composed(Composition.UNIT_LEVEL, "select id, trade from p.beta")
    composed = _contract("t.theme", composed=made)
    catalogue_all(items, [(composed, None)], Acts(by="张三", reason="r", now=NOW, assessment="PIA-1"))
    with writing(items) as connection:
        asked = {"name": "trade", "title": "行业", "dataset": "p.gamma", "field": "trade", "key": "id"}
        connection.execute(
            insert(forms).values(
                code="F1", title="表", issuer="x", basis="x", period="yearly", subject_kind="person",
                items=[asked], valid_from=date(2026, 1, 1), valid_to=date(2099, 12, 31), admitted_by="x",
                admitted_at=NOW, evidence_id="",
            )
        )  # fmt: skip
    return items


def test_forms_and_composed_datasets_that_read_a_copy_are_named(readers: Engine) -> None:
    with writing(readers) as connection:
        assert reading.misread(connection, TODAY) == ()
        claims.claim(connection, "p.alpha", "trade", **ABOUT)
        found = {each.reader: (each.reads, each.source) for each in reading.misread(connection, TODAY)}
        assert found == {
            "dataset:t.theme.trade": ("p.beta.trade", "p.alpha.trade"),
            "form:F1.trade": ("p.gamma.trade", "p.alpha.trade"),
        }
        assert [each.reader for each in reading.misread(connection, date(2100, 1, 1))] == [
            "dataset:t.theme.trade"
        ]


def test_a_form_that_reads_a_copy_is_not_admitted(items: Engine) -> None:
    def asking(dataset: str) -> Form:
        item = Item("trade", "行业", dataset, "trade", "id")
        year = (date(2026, 1, 1), date(2026, 12, 31))
        return Form(f"F_{dataset[2:]}", "表", "发改委", "依据", UpdateCycle.YEARLY, "person", (item,), *year)

    with writing(items) as connection:
        claims.claim(connection, "p.alpha", "trade", **ABOUT)
    with pytest.raises(Refused) as told:
        admit(items, asking("p.beta"), by="a", now=NOW)
    codes = {reason.code: reason.allowed for reason in told.value.decision.reasons}
    assert codes["form.item.copy"] == "read p.alpha.trade"
    with pytest.raises(Refused) as told:
        admit(items, asking("p.alpha"), by="a", now=NOW)
    assert "form.item.copy" not in {reason.code for reason in told.value.decision.reasons}


def _theme(reads: str, name: str = "t.theme") -> Contract:
    return _contract(name, composed=Composed(Composition.UNIT_LEVEL, f"select id, trade from {reads}"))


def _enter(engine: Engine, contract: Contract) -> str:
    acts = Acts(by="张三", reason="r", now=NOW, assessment="PIA-1")
    (done,) = catalogue_all(engine, [(contract, None)], acts)
    return done.state


def test_a_composed_dataset_that_reads_a_copy_is_not_listed_and_is_told_where_to_read(items: Engine) -> None:
    with writing(items) as connection:
        claims.claim(connection, "p.alpha", "trade", **ABOUT)
    with pytest.raises(ActRefused) as told:
        _enter(items, _theme("p.beta"))
    (reason,) = told.value.denial.reasons
    assert (reason.code, reason.where) == ("authority.copy", "trade")
    assert reason.allowed.startswith("read p.alpha.trade of alpha局, or have")
    assert "p.beta.trade" in str(told.value)
    with looking(items) as connection, pytest.raises(UnknownDataset):
        revisions.current(connection, "t.theme")
    assert _enter(items, _theme("p.alpha")) == "published"


def test_a_copy_is_read_by_the_authoritys_decision_while_it_stands(items: Engine) -> None:
    with writing(items) as connection:
        claims.claim(connection, "p.alpha", "trade", **ABOUT)
        with pytest.raises(permits.PermitError, match="give a `basis`"):
            permits.permit(connection, "t.theme.trade", "p.beta.trade", basis=" ", by="a", now=NOW)
        made = permits.permit(connection, "t.theme.trade", "p.beta.trade", until=TODAY, **ABOUT)
    assert _enter(items, _theme("p.beta")) == "published"
    with pytest.raises(ActRefused):
        _enter(items, _theme("p.beta", "t.other"))
    with writing(items) as connection:
        assert reading.misread(connection, TODAY) == ()
        into, _ = edges_around(connection, "t.theme")

        def judged(on: date) -> Any:
            return permits.may_read(connection, "t.theme", into, on, step=permits.BUILD)

        assert judged(TODAY) == Permit()
        assert isinstance(judged(date(2026, 9, 25)), Deny)
        permits.end(connection, made.id, **ABOUT)
        assert isinstance(judged(TODAY), Deny)
        assert [each.reader for each in reading.misread(connection, TODAY)] == ["dataset:t.theme.trade"]


def test_what_was_checked_before_the_source_was_named_is_not_published_after(items: Engine) -> None:
    composed = (_theme("p.beta"), None)
    submit(items, composed, Who("张三", Office.STEWARD), reason="r", now=NOW, assessment="PIA-1")
    sign_off(items, "t.theme", Who("李局长", Office.HEAD), now=NOW)
    with writing(items) as connection:
        claims.claim(connection, "p.alpha", "trade", **ABOUT)
    with pytest.raises(ActRefused, match=r"read p\.alpha\.trade"):
        approve(items, "t.theme", Who("数据局", Office.AUTHORITY), now=NOW)


def test_a_source_named_later_stops_the_next_build_until_the_authority_allows_it(readers: Engine) -> None:
    def merge() -> Any:
        with looking(readers) as connection:
            contracts = {each.name: each.contract for each in revisions.all_current(connection)}
        judgement = Judgement(readers, contracts, on=TODAY, clock=lambda: NOW)
        return judgement.of(contracts["t.theme"]).merge

    assert merge() == Permit()
    with writing(readers) as connection:
        claims.claim(connection, "p.alpha", "trade", **ABOUT)
    assert [reason.code for reason in merge().reasons] == ["authority.copy"]
    asked = ["permit", "t.theme.trade", "--reads", "p.beta.trade", "--basis", "云数决4号", "--json"]
    allowed = CliRunner().invoke(authority, asked)
    assert allowed.exit_code == 0, allowed.exception
    assert merge() == Permit()
    shown = CliRunner().invoke(authority, ["permits", "--json"])
    assert [each["reads"] for each in json.loads(shown.stdout)] == ["p.beta.trade"]
    ended = ["unpermit", json.loads(allowed.stdout)["id"], "--basis", "云数决5号", "--json"]
    assert CliRunner().invoke(authority, ended).exit_code == 0
    assert isinstance(merge(), Deny)


def test_writers_at_once_leave_one_source_and_one_case(items: Engine) -> None:
    def attempt(number: int) -> str:
        dataset = ("p.alpha", "p.beta", "p.gamma")[number % 3]
        try:
            with writing(items) as connection:
                if number % 4 == 3:
                    for case in cases.open_cases(connection):
                        claims.decide(connection, case.id, f"{dataset}.trade", **ABOUT)
                    return "decided"
                return claims.claim(connection, dataset, "trade", **ABOUT).state
        except (IllegalStep, CatalogError):
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(attempt, range(48)))
    assert {"authoritative", "contested"} <= set(outcomes)
    with looking(items) as connection:
        open_terms = select(func.count()).where(authority_terms.c.ended_on.is_(None))
        standing = select(func.count()).where(authority_claims.c.state == "authoritative")
        assert connection.execute(open_terms).scalar_one() == 1
        assert connection.execute(standing).scalar_one() == 1
        assert len(cases.open_cases(connection)) <= 1


def test_the_store_itself_refuses_a_second_source(items: Engine) -> None:
    from sqlalchemy.exc import IntegrityError

    with writing(items) as connection:
        claims.claim(connection, "p.alpha", "trade", **ABOUT)
        row = dict(connection.execute(select(authority_terms)).one()._mapping)
    with pytest.raises(IntegrityError), writing(items) as connection:
        connection.execute(insert(authority_terms).values(**(row | {"id": "x", "dataset": "p.beta"})))


def test_the_authority_is_asked_and_decides_by_command(readers: Engine) -> None:
    def run(*words: str, status: int = 0) -> Any:
        done = CliRunner().invoke(authority, [*words, "--json"])
        assert done.exit_code == status, (done.output, done.exception)
        return json.loads(done.stdout)

    basis = ["--basis", "三定方案"]
    assert run("check") == []
    assert run("claim", "p.alpha", "trade", *basis)["state"] == "authoritative"
    conflict = run("claim", "p.beta", "trade", *basis)["conflict"]
    assert [each["id"] for each in run("list")["conflicts"]] == [conflict]
    assert run("decide", conflict, "--for", "p.beta.trade", *basis)["dataset"] == "p.beta"
    shown = run("show", "industry_code", "person")
    assert [term["dataset"] for term in shown["terms"]] == ["p.alpha", "p.beta"]
    assert [each["reader"] for each in run("check", status=1)] == ["form:F1.trade"]
    run("withdraw", "industry_code", "person", *basis)
    assert run("list")["sources"] == []
    plain = CliRunner().invoke(authority, ["list"]).stdout
    assert "no source is named" in plain
