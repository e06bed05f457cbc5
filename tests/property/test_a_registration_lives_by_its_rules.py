"""A registration's life in any order of acts: what must never be, never is.

At most one standing or pending registration of a name, codes unique for ever, no code while the notice
runs or an objection is open, no clock left running at the end of an application, nothing stands past its
term but for a renewal that was filed in its window.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from catalog.clocks import running
from catalog.home import Home
from catalog.registration import coding, examining, filing, objections, rows, standing, terms
from catalog.registration.errors import FormUnreadable, RegistrationRefused, UnknownRegistration
from catalog.registration.rulings import Kind
from catalog.registration.standing import stands
from catalog.store import create_store, reading, writing
from catalog.store.tables.registration import registration_codes
from policies.machine import IllegalStep
from policies.rulebook import NATIONAL
from tests.catalog.registration.bureau import CLERK, STEWARD, Bureau, at
from tests.stores import STORE

NAMES = ("civil.people", "civil.homes")
REFUSALS = (RegistrationRefused, IllegalStep, UnknownRegistration, FormUnreadable)


@cache
def _empty() -> Path:
    """The file of a store without a row, made once."""
    home = Home(Path(tempfile.mkdtemp()) / "var")
    create_store(home).dispose()
    atexit.register(shutil.rmtree, home.root.parent, ignore_errors=True)
    return home.root / "ybz.db"


class Life(RuleBasedStateMachine):
    """Two datasets, one authorised for two years, and time that passes."""

    bureau: Bureau
    today: date

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        home = Home(self.folder / "var")
        home.create()
        if STORE == "sqlite":
            shutil.copyfile(_empty(), home.root / "ybz.db")
        self.bureau = Bureau(home, create_store(home), self.folder)
        self.bureau.enter(*NAMES)
        self.bureau.name_registrar()
        self.today = date(2026, 7, 1)
        self.codes: set[str] = set()
        with writing(self.bureau.engine) as connection:
            self.bureau.authorise(connection, NAMES[0], ends_on=date(2028, 6, 30))

    def teardown(self) -> None:
        self.bureau.engine.dispose()
        shutil.rmtree(self.folder)

    @initialize()
    def both_are_applied_for(self) -> None:
        for name in NAMES:
            self.apply(name, Kind.FIRST)
        self.hurry(0)

    @rule(days=st.sampled_from((1, 4, 16, 31, 330, 700)))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(name=st.sampled_from(NAMES), kind=st.sampled_from(list(Kind)))
    def apply(self, name: str, kind: Kind) -> None:
        def act(connection: Any) -> None:
            if kind is Kind.FIRST or standing.state_of(connection, name) != "registered":
                self.bureau.apply(connection, name, at(self.today))
                return
            more = {"ground": "lost"} if kind is Kind.DEREGISTRATION else {}
            self.bureau.about(connection, name, kind, at(self.today), **more)

        self.attempt(act)

    @precondition(lambda self: self.waiting())
    @rule(pick=st.integers(0, 3), step=st.sampled_from(("accept", "return", "review", "notice", "code")))
    def examine(self, pick: int, step: str) -> None:
        self.attempt(lambda connection: self.step(connection, pick, step))

    @precondition(lambda self: self.waiting())
    @rule(pick=st.integers(0, 3))
    def hurry(self, pick: int) -> None:
        """From wherever it is to the code, as far as the rules let it."""
        for step in ("accept", "review", "notice"):
            self.attempt(lambda connection, step=step: self.step(connection, pick, step))
        self.today += timedelta(days=20)
        self.attempt(lambda connection: self.step(connection, pick, "code"))

    @precondition(lambda self: self.waiting())
    @rule(pick=st.integers(0, 3))
    def object(self, pick: int) -> None:
        self.attempt(lambda connection: self.bureau.object(connection, self.case(connection, pick), self.now))

    @precondition(lambda self: self.waiting())
    @rule(pick=st.integers(0, 3), accepted=st.booleans())
    def decide(self, pick: int, accepted: bool) -> None:
        def act(connection: Any) -> None:
            for each in rows.objections_of(connection, self.case(connection, pick).id):
                objections.decide(
                    connection, each["id"], accepted=accepted, reason="已核实", basis="26号", actor=CLERK,
                    now=self.now,
                )  # fmt: skip

        self.attempt(act)

    @precondition(lambda self: self.waiting())
    @rule(pick=st.integers(0, 3), ground=st.sampled_from(("untrue", "not_supplemented", "incomplete")))
    def refuse(self, pick: int, ground: str) -> None:
        self.attempt(
            lambda connection: examining.refuse(
                connection, self.case(connection, pick).id, ground, CLERK, reason="已核实", now=self.now
            )
        )

    @precondition(lambda self: self.waiting())
    @rule(pick=st.integers(0, 3))
    def supplement_or_withdraw(self, pick: int) -> None:
        def act(connection: Any) -> None:
            case = self.case(connection, pick)
            if case.state == "returned":
                kept = (self.bureau.any_file("explanation"),)
                filing.supplement(connection, case.id, {}, kept, STEWARD, self.now)
            else:
                filing.withdraw(connection, case.id, STEWARD, reason="暂缓", now=self.now)

        self.attempt(act)

    @rule()
    def lapse(self) -> None:
        with writing(self.bureau.engine) as connection:
            coding.lapse(connection, self.now)
            assert coding.lapse(connection, self.now) == ()
            filed = rows.glances(connection)
            for each in rows.all_registrations(connection):
                assert each.state != "registered" or stands(
                    each, filed.get(each.id, ()), self.today, NATIONAL
                )
            terms.watch(connection, self.now)

    def waiting(self) -> bool:
        with reading(self.bureau.engine) as connection:
            return bool(rows.open_applications(connection))

    @property
    def now(self) -> Any:
        return at(self.today)

    def case(self, connection: Any, pick: int) -> rows.Application:
        found = rows.open_applications(connection)
        if not found:
            raise UnknownRegistration("nothing is open")
        return found[pick % len(found)]

    def step(self, connection: Any, pick: int, step: str) -> None:
        case = self.case(connection, pick)
        if step == "accept":
            examining.accept(connection, case.id, CLERK, now=self.now)
        elif step == "return":
            examining.send_back(connection, case.id, ["盖章页"], CLERK, now=self.now)
        elif step == "review":
            examining.review(connection, case.id, CLERK, now=self.now)
        elif step == "notice":
            examining.publish(connection, case.id, CLERK, now=self.now)
        else:
            self.code(connection, case)

    def code(self, connection: Any, case: rows.Application) -> None:
        first = case.kind == Kind.FIRST
        fresh = (self.bureau.fresh_code(), self.bureau.fresh_code()) if first else ("", "")
        given = coding.Given(self.bureau.any_file("proof"), *fresh)
        coding.record_code(connection, case.id, given, CLERK, now=self.now)
        assert case.notice_until is not None
        assert self.today > case.notice_until
        assert all(each["state"] != "open" for each in rows.objections_of(connection, case.id))
        self.codes |= {each for each in fresh if each}

    def attempt(self, act: Any) -> None:
        """An act that goes, or is refused and then changes nothing."""
        try:
            with writing(self.bureau.engine) as connection:
                act(connection)
        except REFUSALS:
            return

    @invariant()
    def a_name_has_one_registration_that_stands_or_waits(self) -> None:
        with reading(self.bureau.engine) as connection:
            every = rows.all_registrations(connection)
        for name in NAMES:
            assert sum(each.name == name and each.state in ("pending", "registered") for each in every) <= 1

    @invariant()
    def codes_are_those_that_were_given_and_each_has_one_registration(self) -> None:
        with reading(self.bureau.engine) as connection:
            stored = connection.execute(select(registration_codes.c.code)).scalars().all()
            every = rows.all_registrations(connection)
        assert set(stored) == self.codes
        held = [code for each in every for code in (each.code, each.query_code) if code]
        assert len(held) == len(set(held)) == len(stored)

    @invariant()
    def what_is_at_its_end_owes_nothing(self) -> None:
        with reading(self.bureau.engine) as connection:
            for of in rows.all_registrations(connection):
                for case in rows.applications_of(connection, of.id):
                    assert case.open or not running.clocks_of(connection, terms.of(case.id), open_only=True)
                    assert not case.open or of.state in ("pending", "registered")

    @invariant()
    def the_share_is_over_what_is_authorised(self) -> None:
        with reading(self.bureau.engine) as connection:
            found = standing.standing(connection, self.today)
        assert found.registered + len(found.unregistered) == found.authorised == sum(found.by_state.values())
        assert found.authorised == (1 if self.today <= date(2028, 6, 30) else 0)


@pytest.mark.usefixtures("store_of_new_homes")
@pytest.mark.parametrize("lives", [6, pytest.param(40, marks=pytest.mark.full)])
def test_a_registration_lives_by_its_rules_in_any_order_of_acts(lives: int) -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=lives,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
