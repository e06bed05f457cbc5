"""Every state × event × office of both procedures, through the functions people call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, select

from catalog.classify import decisions, reviews
from catalog.classify.decisions import FIELD, Signed, Subject
from catalog.clocks import running
from catalog.store import reading, writing
from catalog.store.tables.classification import classification_decisions, merge_reviews
from catalog.store.tables.evidence import evidence_entries
from contracts.model import Contract, Field, Party
from policies.machine import IllegalStep, Office

NOW = datetime(2026, 9, 24, 8, tzinfo=UTC)
CONTRACT = Contract("c", "t", "s", "t", Party("d"), (Field("a"),))
FOUND = Subject(CONTRACT, "a", "mobile", 2)
STRONG = Subject(CONTRACT, "a", "medical", 4, sensitive=True)
AS_SUCH = Subject(CONTRACT, "a", FIELD, 3)
MERGED = {"a.b": ("x",), "c.d": ("y",)}


def signed(office: Office, by: str = "second") -> Signed:
    return Signed(by, office, NOW, "because", "PIA-1")


NEW: dict[str, Callable[[Connection, Signed], Any]] = {
    "confirm": lambda c, s: decisions.confirm(c, FOUND, s),
    "override": lambda c, s: decisions.override(c, FOUND, s),
    "propose": lambda c, s: decisions.override(c, STRONG, s),
    "raise": lambda c, s: decisions.raise_grade(c, AS_SUCH, s, 4),
}
LATER: dict[str, Callable[[Connection, str, Signed], Any]] = {
    "consent": decisions.consent,
    "refuse": decisions.refuse,
    "withdraw": decisions.withdraw,
}


def kept(connection: Connection) -> tuple[Any, ...]:
    """All that may change."""
    rows = connection.execute(select(classification_decisions).order_by(classification_decisions.c.id)).all()
    merges = connection.execute(select(merge_reviews).order_by(merge_reviews.c.id)).all()
    return rows, merges, connection.execute(select(func.count()).select_from(evidence_entries)).scalar_one()


def decision_in(connection: Connection, state: str) -> str:
    """A decision that stands in a state, whoever brought it there."""
    made = decisions.override(connection, STRONG, signed(Office.STEWARD, "first"))
    connection.execute(
        classification_decisions.update().where(classification_decisions.c.id == made.id).values(state=state)
    )
    return made.id


STATES = [s for s in decisions.procedure().states if s != "new"]


@pytest.mark.parametrize(("event", "office"), list(product(NEW, Office)))
def test_a_decision_begins_only_as_the_table_says(engine: Engine, event: str, office: Office) -> None:
    lawful = {(s.event, s.office): s.next for s in decisions.procedure().open_steps("new")}
    with writing(engine) as connection:
        before = kept(connection)
        if (event, office) in lawful:
            made = NEW[event](connection, signed(office))
            assert made.state == lawful[event, office]
            # The decision, and the clock of the second signature it waits for.
            assert kept(connection)[2] == before[2] + 1 + (made.state == "awaiting")
        else:
            with pytest.raises(IllegalStep, match=r"open now: .*confirm"):
                NEW[event](connection, signed(office))
            assert kept(connection) == before


def test_every_later_step_is_the_tables_or_is_refused_and_writes_nothing(engine: Engine) -> None:
    lawful = {(s.state, s.event, s.office): s.next for s in decisions.procedure().steps}
    with writing(engine) as connection:
        for state, event, office in product(STATES, LATER, Office):
            made = decision_in(connection, state)
            before = kept(connection)
            if (state, event, office) in lawful:
                after = LATER[event](connection, made, signed(office))
                assert after.state == lawful[state, event, office]
                assert kept(connection)[2] == before[2] + 1 + (state == "awaiting")
            else:
                with pytest.raises(IllegalStep, match=r"open now|no step is open"):
                    LATER[event](connection, made, signed(office))
                assert kept(connection) == before
            connection.execute(classification_decisions.delete())


def test_a_decision_lapses_from_every_open_state_and_from_no_other(engine: Engine) -> None:
    lawful = {s.state for s in decisions.procedure().steps if s.event == "lapse"}
    with writing(engine) as connection:
        for state in STATES:
            made = decisions.of(connection, decision_in(connection, state))
            if state in lawful:
                assert decisions.lapse(connection, made, NOW, "over").state == "lapsed"
            else:
                with pytest.raises(IllegalStep):
                    decisions.lapse(connection, made, NOW, "over")
            connection.execute(classification_decisions.delete())
    assert lawful == set(decisions.OPEN)


def test_a_raise_ends_only_through_a_signed_lowering(engine: Engine) -> None:
    with writing(engine) as connection:
        raised = decisions.raise_grade(connection, AS_SUCH, signed(Office.STEWARD, "first"), 4)
        proposed = decisions.lower(
            connection, Subject(CONTRACT, "a", FIELD, 4), signed(Office.STEWARD, "first"), 2
        )
        assert decisions.of(connection, raised.id).state == "raised"
        decisions.consent(connection, proposed.id, signed(Office.SECURITY))
        assert decisions.of(connection, raised.id).state == "replaced"
    assert {s.office for s in decisions.procedure().steps if s.event == "replace"} == {
        s.office for s in decisions.procedure().steps if s.event == "consent"
    }


def test_a_review_moves_only_as_the_table_says(engine: Engine) -> None:
    procedure = reviews.procedure()
    lawful = {(s.state, s.event, s.office): s.next for s in procedure.steps}
    with writing(engine) as connection:
        for state, event, office in product(procedure.states[1:], ("accept", "refuse"), Office):
            made = reviews.raise_review(connection, "t.merged", MERGED, 3, NOW)
            assert made.state == lawful["new", "open", Office.CLOCK]
            connection.execute(merge_reviews.update().values(state=state))
            before = kept(connection)
            if (state, event, office) in lawful:
                after = reviews.decide_review(connection, made.id, event, signed(office))
                assert after.state == lawful[state, event, office]
                # The decision, and the end of its clock.
                assert kept(connection)[2] == before[2] + 2
                assert running.clocks_of(connection, f"review:{made.id}", open_only=True) == ()
            else:
                with pytest.raises(IllegalStep, match="open now"):
                    reviews.decide_review(connection, made.id, event, signed(office))
                assert kept(connection) == before
            connection.execute(merge_reviews.delete())


@pytest.mark.parametrize("name", ["first", " First ", "ＦＩＲＳＴ"])
def test_nobody_signs_twice_however_the_name_is_typed(engine: Engine, name: str) -> None:
    with writing(engine) as connection:
        made = decisions.override(connection, STRONG, signed(Office.STEWARD, "first"))
        before = kept(connection)
        with pytest.raises(decisions.DecisionRefused, match="a second person consents"):
            decisions.consent(connection, made.id, signed(Office.SECURITY, name))
        assert kept(connection) == before


def test_what_a_decision_must_state_is_asked_for(engine: Engine) -> None:
    nothing = Signed("first", Office.STEWARD, NOW, "because")
    with writing(engine) as connection:
        before = kept(connection)
        with pytest.raises(decisions.DecisionRefused, match="give a `basis`"):
            decisions.lower(connection, AS_SUCH, nothing, 2)
        with pytest.raises(decisions.DecisionRefused, match="lower it below that"):
            decisions.lower(connection, AS_SUCH, signed(Office.STEWARD), 3)
        with pytest.raises(decisions.DecisionRefused, match="raise it above that"):
            decisions.raise_grade(connection, AS_SUCH, nothing, 3)
        with pytest.raises(decisions.DecisionRefused, match="over already"):
            decisions.override(connection, FOUND, nothing, date(2026, 9, 1))
        with pytest.raises(decisions.DecisionRefused, match="who takes it and why"):
            Signed("first", Office.STEWARD, NOW, " ")
        with pytest.raises(decisions.DecisionRefused, match="has no field b"):
            Subject(CONTRACT, "b", FIELD, 1)
        with pytest.raises(decisions.DecisionRefused, match="name the finding"):
            decisions.override(connection, AS_SUCH, nothing)
        made = reviews.raise_review(connection, "t.merged", MERGED, 3, NOW)
        with pytest.raises(decisions.DecisionRefused, match="impact assessment"):
            reviews.decide_review(connection, made.id, "accept", Signed("x", Office.SECURITY, NOW, "because"))
        assert kept(connection)[0] == before[0]


def test_one_decision_at_a_time_stands_on_a_finding(engine: Engine) -> None:
    with writing(engine) as connection:
        decisions.override(connection, FOUND, signed(Office.STEWARD))
        with pytest.raises(decisions.DecisionRefused, match="withdraw it first"):
            decisions.confirm(connection, FOUND, signed(Office.STEWARD))
        decisions.confirm(connection, STRONG, signed(Office.STEWARD))


def test_a_decision_that_ran_out_makes_room_and_is_recorded_as_over(engine: Engine) -> None:
    with writing(engine) as connection:
        old = decisions.override(connection, FOUND, signed(Office.STEWARD), date(2026, 9, 24))
        later = Signed("first", Office.STEWARD, datetime(2026, 9, 26, tzinfo=UTC), "again")
        decisions.override(connection, FOUND, later)
        assert decisions.of(connection, old.id).state == "lapsed"
    with reading(engine) as connection:
        events = connection.execute(select(evidence_entries.c.event)).scalars().all()
    assert sorted(events) == [
        "catalog:classification:lapse",
        "catalog:classification:override",
        "catalog:classification:override",
    ]


def test_the_clock_gives_no_second_signature_after_the_last_day(engine: Engine) -> None:
    with writing(engine) as connection:
        made = decisions.override(connection, STRONG, signed(Office.STEWARD, "first"), date(2026, 9, 24))
        late = Signed("second", Office.SECURITY, datetime(2026, 9, 26, tzinfo=UTC), "fine")
        with pytest.raises(decisions.DecisionRefused, match="propose it anew"):
            decisions.consent(connection, made.id, late)


def test_a_decision_of_another_dataset_is_not_listed(engine: Engine) -> None:
    other = Contract("c2", "t", "s", "other", Party("d"), (Field("a"),))
    with writing(engine) as connection:
        decisions.override(connection, FOUND, signed(Office.STEWARD))
        decisions.override(connection, Subject(other, "a", "mobile", 2), signed(Office.STEWARD))
    with reading(engine) as connection:
        assert [d.dataset for d in decisions.decisions_of(connection, "s.t")] == ["s.t"]
        assert len(decisions.decisions_of(connection)) == 2
