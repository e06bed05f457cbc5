"""Sources of items: every state × event × office by the public functions, against the one table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, select

from catalog.authority import cases, claimed, claims, naming
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.store import reading, writing
from catalog.store.tables.authority import authority_cases, authority_claims, authority_terms
from catalog.store.tables.evidence import evidence_entries
from contracts.model import Contract, Field, Party, ShareType, Sharing
from policies.machine import IllegalStep, Office, machine

NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
TABLE = machine("authority")
OURS, THEIRS = "people.residents", "people.welfare"


def _contract(name: str) -> Contract:
    schema, table = name.split(".")
    return Contract(
        id=name, title=name, schema=schema, table=table, status="active", department=Party(f"{name}局", "A"),
        classification="基础/人口", sharing=Sharing(ShareType.UNCONDITIONAL, "无条件", ""),
        fields=(Field(name="trade", element="industry_code"),),
    )  # fmt: skip


@pytest.fixture
def item(engine: Engine) -> Engine:
    """One item two datasets of a subject have."""
    given = [(_contract(name), None) for name in (OURS, THEIRS)]
    catalogue_all(engine, given, Acts(by="张三", reason="r", now=NOW))
    return engine


def _claim(connection: Connection, dataset: str, office: Office = Office.STEWARD) -> Any:
    return claims.claim(connection, dataset, "trade", basis="依据", by="a", now=NOW, office=office)


def _withdraw(connection: Connection, office: Office = Office.AUTHORITY) -> None:
    claims.withdraw(connection, "industry_code", basis="依据", by="a", now=NOW, office=office)


def _decide(connection: Connection, winner: str, office: Office = Office.AUTHORITY) -> None:
    (case,) = cases.open_cases(connection)
    claims.decide(connection, case.id, f"{winner}.trade", basis="决定", by="a", now=NOW, office=office)


# State of our field, and whether another one stands -> how the ledger comes there.
SITUATIONS: dict[tuple[str, bool], tuple[Callable[[Connection], Any], ...]] = {
    ("new", False): (),
    ("new", True): (lambda c: _claim(c, THEIRS),),
    ("authoritative", False): (lambda c: _claim(c, OURS),),
    ("authoritative", True): (lambda c: _claim(c, OURS), lambda c: _claim(c, THEIRS)),
    ("contested", True): (lambda c: _claim(c, THEIRS), lambda c: _claim(c, OURS)),
    ("copy", True): (
        lambda c: _claim(c, THEIRS), lambda c: _claim(c, OURS), lambda c: _decide(c, THEIRS),
    ),
    ("copy", False): (
        lambda c: _claim(c, THEIRS), lambda c: _claim(c, OURS), lambda c: _decide(c, THEIRS), _withdraw,
    ),
    ("withdrawn", False): (lambda c: _claim(c, OURS), _withdraw),
    ("withdrawn", True): (lambda c: _claim(c, OURS), _withdraw, lambda c: _claim(c, THEIRS)),
}  # fmt: skip

# Event -> the public function that takes it, and whether it needs an open case.
EVENTS: dict[str, tuple[Callable[[Connection, Office], Any], bool]] = {
    "claim": (lambda c, office: _claim(c, OURS, office), False),
    "contest": (lambda c, office: _claim(c, OURS, office), False),
    "name": (lambda c, office: _claim(c, OURS, office), False),
    "prevail": (lambda c, office: _decide(c, OURS, office), True),
    "keep": (lambda c, office: _decide(c, OURS, office), True),
    "yield": (lambda c, office: _decide(c, THEIRS, office), True),
    "retract": (
        lambda c, office: claims.retract(c, OURS, "trade", basis="x", by="a", now=NOW, office=office), False,
    ),
    "withdraw": (lambda c, office: _withdraw(c, office), False),
}  # fmt: skip


def test_the_table_and_this_walk_name_the_same_states_and_events() -> None:
    assert {state for state, _ in SITUATIONS} == set(TABLE.states)
    assert set(EVENTS) == set(TABLE.events)


def _everything(engine: Engine) -> tuple[Any, ...]:
    tables = (authority_claims, authority_terms, authority_cases)
    with reading(engine) as connection:
        events = connection.execute(select(func.count()).select_from(evidence_entries)).scalar_one()
        return events, *(tuple(connection.execute(select(table)).all()) for table in tables)


def _state(engine: Engine) -> str:
    with reading(engine) as connection:
        ours = [claim.state for claim in claimed.claims(connection, OURS)]
    return ours[0] if ours else "new"


def _event_taken(event: str, office: Office, taken: bool) -> str:
    """What a claim is depends on who makes it and whether another field stands."""
    if event not in ("claim", "contest", "name"):
        return event
    return "name" if office is Office.AUTHORITY else "contest" if taken else "claim"


@pytest.mark.parametrize(("state", "taken"), list(SITUATIONS))
def test_every_step_is_taken_as_the_table_says_or_refused_with_what_is_open(
    item: Engine, state: str, taken: bool
) -> None:
    for event, (step, needs_case) in EVENTS.items():
        for office in Office:
            with writing(item) as connection:
                for table in (authority_claims, authority_terms, authority_cases):
                    _clear(connection, table)
                for act in SITUATIONS[state, taken]:
                    act(connection)
                has_case = bool(cases.open_cases(connection))
                source = naming.source_of(connection, "industry_code")
            if needs_case and not has_case:
                continue
            # The authority withdraws whoever stands: the step is that field's.
            if event == "withdraw" and (source is None or source.dataset != OURS or has_case):
                continue
            # Who decides for our standing field lets it keep; for a claimant, prevail.
            if event in ("prevail", "keep") and event != ("keep" if state == "authoritative" else "prevail"):
                continue
            assert _state(item) == state
            before = _everything(item)
            meant = _event_taken(event, office, taken)
            lawful = [s for s in TABLE.open_steps(state) if (s.event, s.office) == (meant, office)]
            if lawful and meant == "name" and taken:
                with pytest.raises(naming.AuthorityTaken), writing(item) as connection:
                    step(connection, office)
                assert _everything(item) == before
            elif lawful:
                with writing(item) as connection:
                    step(connection, office)
                assert _state(item) == lawful[0].next, (state, event, office)
            else:
                with pytest.raises(IllegalStep) as told, writing(item) as connection:
                    step(connection, office)
                opened = TABLE.open_steps(told.value.denial.reasons[0].where)
                assert all(s.event in str(told.value) for s in opened)
                assert _everything(item) == before
            _at_most_one(item)


def _clear(connection: Connection, table: Any) -> None:
    from catalog.store.tables.authority import authority_case_claims
    from catalog.store.tables.clocks import clocks

    for each in (authority_case_claims, clocks, table):
        connection.execute(each.delete())


def _at_most_one(engine: Engine) -> None:
    with reading(engine) as connection:
        open_terms = connection.execute(
            select(func.count()).where(authority_terms.c.ended_on.is_(None))
        ).scalar_one()
        states = [claim.state for claim in claimed.claims(connection)]
    assert open_terms == states.count("authoritative") <= 1


def test_terms_of_one_item_never_overlap_whatever_the_day(item: Engine) -> None:
    """Named, contested, decided and withdrawn on one day and on others: one source a day at most."""
    script: list[tuple[int, Callable[[Connection, datetime], Any]]] = [
        (0, lambda c, now: claims.claim(c, OURS, "trade", basis="b", by="a", now=now)),
        (0, lambda c, now: claims.claim(c, THEIRS, "trade", basis="b", by="a", now=now)),
        (0, lambda c, now: _decide_at(c, THEIRS, now)),
        (3, lambda c, now: claims.withdraw(c, "industry_code", basis="b", by="a", now=now)),
        (3, lambda c, now: claims.claim(c, OURS, "trade", basis="b", by="a", now=now)),
        (5, lambda c, now: claims.claim(c, THEIRS, "trade", basis="b", by="a", now=now)),
        (6, lambda c, now: _decide_at(c, OURS, now)),
    ]
    for offset, act in script:
        with writing(item) as connection:
            act(connection, NOW + timedelta(days=offset))
    with reading(item) as connection:
        seen = {}
        for offset in range(-1, 9):
            day = (NOW + timedelta(days=offset)).date()
            source = naming.source_of(connection, "industry_code", on=day)
            seen[offset] = None if source is None else source.dataset
            subject = source.subject if source else "people"
            terms = [
                term for term in naming.history(connection, "industry_code", subject)
                if term.begun_on <= day and (term.ended_on is None or day < term.ended_on)
            ]  # fmt: skip
            assert len(terms) <= 1
    assert seen == {-1: None, **dict.fromkeys(range(3), THEIRS), **dict.fromkeys(range(3, 9), OURS)}


def _decide_at(connection: Connection, winner: str, now: datetime) -> None:
    (case,) = cases.open_cases(connection)
    claims.decide(connection, case.id, f"{winner}.trade", basis="决定", by="a", now=now)
