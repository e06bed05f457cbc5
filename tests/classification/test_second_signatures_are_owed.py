"""A lowering that waits for its second signature is owed by a day, and by nobody once it is answered."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine

from catalog.classify import decisions
from catalog.classify.decisions import FIELD, Signed, Subject
from catalog.classify.signing import DEADLINE, subject_of
from catalog.clocks import duties, running
from catalog.store import reading, writing
from contracts.model import Contract, Field, Party
from policies.machine import Office
from policies.rulebook import rule

# A Thursday before the holidays of October.
NOW = datetime(2026, 9, 10, 8, tzinfo=UTC)
CONTRACT = Contract("c", "t", "s", "t", Party("d"), (Field("a"), Field("b")))
FOUND = Subject(CONTRACT, "a", "mobile", 2)
STRONG = Subject(CONTRACT, "a", "medical", 4, sensitive=True)
AS_SUCH = Subject(CONTRACT, "b", FIELD, 3)


def by(name: str, office: Office = Office.STEWARD, *, after_days: int = 0) -> Signed:
    return Signed(name, office, NOW + timedelta(days=after_days), "because", "minutes 12")


def state_of(connection: Connection, made: decisions.Decision) -> tuple[str, bool | None]:
    (clock,) = running.clocks_of(connection, subject_of(made))
    return clock.state, clock.on_time


def test_a_lowering_and_the_override_of_a_sensitive_finding_start_a_clock_and_others_none(
    engine: Engine,
) -> None:
    with writing(engine) as connection:
        lowered = decisions.lower(connection, AS_SUCH, by("张三"), 2)
        strong = decisions.override(connection, STRONG, by("张三"))
        weak = decisions.override(connection, FOUND, by("张三"))

        assert state_of(connection, lowered) == state_of(connection, strong) == ("running", None)
        assert running.clocks_of(connection, subject_of(weak)) == ()


def test_what_waits_for_a_signature_is_among_what_is_due_with_its_rule_and_last_day(engine: Engine) -> None:
    with writing(engine) as connection:
        made = decisions.lower(connection, AS_SUCH, by("张三"), 2)
    with reading(engine) as connection:
        found = [d for d in duties.duties(connection, date(2026, 9, 11)) if d.rule == DEADLINE]

    days = rule("deadlines", DEADLINE, date(2026, 9, 10)).value
    (owed,) = found
    assert owed.subject == subject_of(made)
    assert (owed.what, owed.due_on) == (
        "give or refuse the second signature for lower of s.t.b",
        date(2026, 9, 10) + timedelta(days=days + 2),  # a weekend lies between
    )


@pytest.mark.parametrize(("days_later", "on_time"), [(1, True), (19, False)])
def test_consent_ends_the_clock_in_time_or_late(engine: Engine, days_later: int, on_time: bool) -> None:
    with writing(engine) as connection:
        made = decisions.lower(connection, AS_SUCH, by("张三"), 2)
        decisions.consent(connection, made.id, by("李四", Office.SECURITY, after_days=days_later))

        assert state_of(connection, made) == ("done", on_time)


def test_refusal_answers_and_what_is_taken_back_or_runs_out_is_owed_no_more(engine: Engine) -> None:
    with writing(engine) as connection:
        refused = decisions.lower(connection, AS_SUCH, by("张三"), 2)
        decisions.refuse(connection, refused.id, by("李四", Office.SECURITY))
        withdrawn = decisions.lower(connection, AS_SUCH, by("张三"), 2)
        decisions.withdraw(connection, withdrawn.id, by("张三"))
        over = decisions.lower(connection, AS_SUCH, by("张三"), 2, date(2026, 9, 11))
        decisions.lapse(connection, over, NOW + timedelta(days=2), "it held until 2026-09-11")

        assert state_of(connection, refused) == ("done", True)
        assert state_of(connection, withdrawn)[0] == state_of(connection, over)[0] == "cancelled"
        assert not [d for d in duties.duties(connection, date(2026, 9, 30)) if d.rule == DEADLINE]


def test_a_refused_second_signature_leaves_the_clock_running(engine: Engine) -> None:
    with writing(engine) as connection:
        made = decisions.lower(connection, AS_SUCH, by("张三"), 2)
        with pytest.raises(decisions.DecisionRefused, match="a second person consents"):
            decisions.consent(connection, made.id, by("张三", Office.SECURITY))

        assert state_of(connection, made) == ("running", None)
