"""Whoever is on duty and named to sign is mailed what waits, when it begins and once before it lapses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from catalog.clocks import duties, running
from catalog.store import reading, writing
from catalog.store.tables.notices import notices
from catalog.store.tables.people import memberships, people
from policies.access import Role
from policies.clocks import local_date
from policies.rulebook import rule
from space.access.concerned import owners
from space.api.parties.countersigning import ACTS
from space.errors import Refused
from space.notices import mail, outbox
from space.notices.duty import Whom, enter
from space.notices.facts import matters
from tests.space.identity.conftest import NOON, Bureau, application, bureau
from tests.space.identity.test_nobody_signs_for_another import Seat

__all__ = ["application", "bureau"]

SUBJECT, CLOCK = "entry:people.residents", "catalogue_update"
AT = f"/v1/clocks/{SUBJECT}/{CLOCK}/extension"
SECRET = "系统迁移须延期"


@pytest.fixture
def waits(bureau: Bureau) -> tuple[Seat, dict[str, Any]]:
    """An officer on duty, and what waits for the officer's signature."""
    with writing(bureau.engine) as connection:
        running.start(
            connection, subject=SUBJECT, rule=CLOCK, owner="甲局", owner_code="dept-a", words="更新", now=NOON
        )
        enter(connection, Whom(role="authority"), (), days=(local_date(NOON), None), by="x", now=NOON)
    first, second = Seat(bureau, "李强", Role.AUTHORITY), Seat(bureau, "赵平", Role.AUTHORITY)
    with writing(bureau.engine) as connection:
        for seat, name in ((first, "first"), (second, "second")):
            mine = update(people).where(people.c.id == seat.person)
            connection.execute(mine.values(contact=f"{name}@office.example"))
    status, told = first.post(AT, {"reason": SECRET, "approved_by": "赵平", "workdays": 3})
    assert status == 202, told
    return second, told


def entered(bureau: Bureau) -> list[tuple[str, str]]:
    """To whom a signature was told, and whether it was about to lapse."""
    with writing(bureau.engine) as connection:
        outbox.enter_due(connection, bureau.now)
        rows = connection.execute(
            select(notices.c.recipient, notices.c.source)
            .where(notices.c.kind == "signature")
            .order_by(notices.c.made_at)
        )
        return [(row.recipient, row.source.partition(":")[2]) for row in rows]


def test_the_one_named_is_mailed_once_when_it_begins_and_once_before_it_lapses(
    bureau: Bureau, waits: tuple[Seat, dict[str, Any]]
) -> None:
    second, told = waits
    assert entered(bureau) == entered(bureau) == [(second.person, "asked")]
    bureau.later(days=4)
    assert len(entered(bureau)) == 1
    bureau.later(days=1.5)
    assert entered(bureau) == entered(bureau) == [(second.person, "asked"), (second.person, "lapses")]
    with reading(bureau.engine) as connection:
        facts = connection.execute(select(notices.c.facts).where(notices.c.kind == "signature")).scalars()
        texts = [
            mail.written("signature", each, sender="a@b.example", to="c@d.example", reference="r", at=NOON)
            for each in facts
        ]
    assert [text["Subject"] for text in texts] == [
        "[一本账] 待您签字：时限延期",
        "[一本账] 即将失效：待您签字：时限延期",
    ]
    for text in texts:
        assert told["id"] in text.get_content()
        for hidden in (SECRET, "李强", SUBJECT):
            assert hidden not in text.get_content() + text["Subject"]


def test_what_is_signed_refused_or_lapsed_is_told_no_more(
    bureau: Bureau, waits: tuple[Seat, dict[str, Any]]
) -> None:
    second, told = waits
    bureau.later(days=5.5)
    with reading(bureau.engine) as connection:
        assert [one.kind for one in matters(connection, bureau.now)].count("signature") == 1
    assert second.post(f"/v1/second-signatures/{told['id']}/refusal", {"reason": "不必"})[0] == 200
    assert entered(bureau) == []


def test_whoever_acts_for_the_organisation_no_more_is_not_told_as_of_it(
    bureau: Bureau, waits: tuple[Seat, dict[str, Any]]
) -> None:
    _, told = waits
    today = local_date(bureau.now)
    with writing(bureau.engine) as connection:
        assert owners(connection, "signature", told["id"], today) == ("dept-a",)
        before = today - timedelta(days=400)
        assert owners(connection, "signature", told["id"], before) == (), "the first day is still to come"
        connection.execute(update(memberships).values(last_day=today))
        assert owners(connection, "signature", told["id"], today) == ("dept-a",)
        assert owners(connection, "signature", told["id"], today + timedelta(days=1)) == ()


def test_what_lapsed_is_told_and_owed_no_more(bureau: Bureau, waits: tuple[Seat, dict[str, Any]]) -> None:
    bureau.later(days=8)
    assert entered(bureau) == []
    with reading(bureau.engine) as connection:
        owed = duties.duties(connection, local_date(bureau.now))
    assert [each.subject for each in owed if each.subject.startswith("signature:")] == []


def test_it_is_owed_by_the_organisation_of_whoever_signs_until_it_lapses(
    bureau: Bureau, waits: tuple[Seat, dict[str, Any]]
) -> None:
    second, told = waits
    with reading(bureau.engine) as connection:
        found = duties.owned_by(duties.duties(connection, local_date(bureau.now)), "dept-a")
        (owed,) = [each for each in found if each.subject == f"signature:{told['id']}"]
        assert owners(connection, "signature", told["id"]) == ("dept-a",)
    assert owed.what == "sign or refuse what waits for a second person: more time for a clock"
    assert owed.due_on is not None
    assert (owed.owner, owed.due_on.isoformat()) == ("甲局", told["until"][:10])
    with reading(bureau.engine) as connection:
        days = [date.fromisoformat(told["until"][:10]) - timedelta(days=left) for left in (7, 2, 0)]
        colours = [
            each.colour.value
            for day in days
            for each in duties.duties(connection, day)
            if each.subject.startswith("signature:")
        ]
    assert colours == ["green", "yellow", "red"]
    assert second.sign(second.waiting()[0])[0] == 200
    with reading(bureau.engine) as connection:
        left = duties.duties(connection, local_date(bureau.now))
    assert [each for each in left if each.subject.startswith("signature:")] == []


def test_an_office_of_several_people_is_on_duty_for_no_signature(bureau: Bureau) -> None:
    office, days = Whom(address="duty@office.example"), (local_date(NOON), None)
    with writing(bureau.engine) as connection:
        assert "signature" not in enter(connection, office, (), days=days, by="x", now=NOON).kinds
        with pytest.raises(Refused) as refused:
            enter(connection, office, ("signature",), days=days, by="x", now=NOON)
    assert [each.code for each in refused.value.decision.reasons] == ["notice.duty_signature"]


def test_every_act_that_waits_has_words_for_its_notice() -> None:
    assert set(rule("identity", "acts_of_two", local_date(NOON)).value) == set(ACTS)
