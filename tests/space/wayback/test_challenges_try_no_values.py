"""Challenges of values that stand, that were never shown, or that come one after the other."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from catalog.evidence import record
from catalog.keys import row_reference
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.attributions import redeliveries
from catalog.store.tables.backflow import deliveries
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.forms import corrections
from policies.clocks import local_date
from policies.rulebook import rule
from space.errors import Refused, Unknown
from space.granting.stopping import stop
from space.wayback.backflow.authoritative import NotInArea
from space.wayback.backflow.subscriptions import end
from space.wayback.backflow.subscriptions import listing as subscriptions_of
from space.wayback.corrections import appeals
from space.wayback.corrections.carrying import check
from space.wayback.corrections.cases import Correction, answer, open_challenge, send_new
from space.wayback.corrections.challenges import Challenge, Prepared, prepare
from space.wayback.recall.following import tell_of
from space.wayback.recall.postings import post

EAST, HERE = "990101001001", "990102002003"
POLICE = "11990100MB0000001X"
RIGHT, WRONG = "13900000001", "13700000001"  # the phone of resident 1, which the street has masked


def row(town: Any, number: int) -> str:
    return row_reference(town.keys.pseudonym, "civil.population", {"id_card": town.person(number)})


def challenge(town: Any, number: int = 1, **changed: str) -> Challenge:
    asked = {"row": row(town, number), "field": "phone", "value": WRONG, "reason": "本人来电"} | changed
    return Challenge(asker="street", dataset="civil.population", **asked)


def opened(town: Any, number: int = 1, **changed: str) -> Correction:
    asked = challenge(town, number, **changed)
    return open_challenge(town.home, town.engine, asked, by="王五", now=town.later(minutes=1))


def prepared(town: Any) -> Prepared:
    return prepare(town.home, town.engine, challenge(town))


def sent(town: Any, ready: Prepared) -> Correction:
    with writing(town.engine) as connection:
        return send_new(connection, ready, by="王五", now=town.later(minutes=1))


def count(town: Any, table: Any = corrections) -> int:
    with reading(town.engine) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def shown(town: Any, field: str, receiver: str = "street") -> None:
    with writing(town.engine) as connection:
        version = connection.execute(select(deliveries.c.release_id)).scalars().first()
        evidence = record(connection, event="form:sheet:prefill", subject="F1", body={}, now=town.now)
        post(
            connection, town.keys.pseudonym, kind="prefill", dataset="civil.population", row=row(town, 1),
            item=field, version=version, receiver=receiver, evidence=evidence, now=town.now,
        )  # fmt: skip


def subscribed(town: Any) -> str:
    with reading(town.engine) as connection:
        return subscriptions_of(connection, "street")[0].id


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.decision.reasons}


def test_a_right_guess_is_a_case_like_a_wrong_one(telling: Any) -> None:
    town = telling
    right, wrong = opened(town, value=RIGHT), opened(town, 2, value=WRONG)

    apart = {"id", "row", "opened_at"}
    told = [{k: v for k, v in case.to_document().items() if k not in apart} for case in (right, wrong)]
    assert told[0] == told[1]
    with reading(town.engine) as connection:
        e = evidence_entries.c
        logged = connection.execute(
            select(e.subject).where(e.event == "correction:challenge:open").order_by(e.subject)
        )
        assert list(logged.scalars()) == sorted([right.id, wrong.id])


def test_a_value_that_stands_is_refused_by_its_department_and_the_flag_goes(telling: Any) -> None:
    case = opened(telling, value=RIGHT)

    done = answer(
        telling.engine, case.id, department_code=POLICE, accepted=False, reason="登记无误", by="赵六",
        now=telling.later(),
    )  # fmt: skip

    assert done.state == "rejected"


def test_a_value_that_was_not_shown_is_answered_alike_whatever_it_is(telling: Any) -> None:
    said = set()
    for value in ("1950-01-01", "1950-02-02"):
        with pytest.raises(NotInArea) as refused:
            opened(telling, field="birth_date", value=value)
        said.add(str(refused.value))
    with pytest.raises(NotInArea) as nowhere:
        opened(telling, row="0" * 32)

    assert said == {str(nowhere.value)}
    assert count(telling) == 0


def test_a_field_that_a_form_of_ones_own_showed_is_open(telling: Any) -> None:
    shown(telling, "birth_date", receiver="village")
    with pytest.raises(NotInArea):
        opened(telling, field="birth_date", value="1950-02-02")

    shown(telling, "birth_date")

    assert opened(telling, field="birth_date", value="1950-02-02").state == "open"


def test_what_flowed_back_once_is_not_open_when_the_subscription_is_over(telling: Any) -> None:
    town, ready = telling, prepared(telling)
    with reading(town.engine) as connection:
        delivery = connection.execute(select(deliveries.c.id)).scalar_one()
    end(town.engine, subscribed(town), by="张三", now=town.later())

    with pytest.raises(Refused) as refused:  # it ended between looking and sending
        sent(town, ready)
    assert codes(refused) == {"correction.subscription"}
    for origin in ("", delivery):
        with pytest.raises(NotInArea):
            opened(town, origin=origin)
    assert count(town) == 0


@pytest.mark.parametrize(
    ("kind", "name"), [("all", ""), ("organisation", "street"), ("dataset", "civil.population")]
)
def test_a_stop_closes_challenges_before_and_while_they_are_sent(telling: Any, kind: str, name: str) -> None:
    town, ready = telling, prepared(telling)
    with writing(town.engine) as connection:
        stop(connection, kind, name, reason="疑似泄露", by="安全员", now=town.later())

    for act in (lambda: opened(town), lambda: opened(town, value=RIGHT), lambda: sent(town, ready)):
        with pytest.raises(Refused) as refused:
            act()
        assert codes(refused) == {f"stop.{kind}"}
    assert count(town) == 0


def test_one_value_is_challenged_so_often_on_a_day(telling: Any) -> None:
    town = telling
    most = int(rule("corrections", "challenges_of_value_per_day", local_date(town.now)).value)
    for number in range(most):
        case = opened(town, value=f"1370000{number:04d}")
        with writing(town.engine) as connection:
            appeals.withdraw(
                connection, case.id, asker="street", reason="x", by="王五", now=town.later(minutes=1)
            )

    with pytest.raises(Refused) as refused:
        opened(town, value=RIGHT)
    assert codes(refused) == {"correction.too_many"}
    assert opened(town, 2).state == "open"
    town.later(days=1)
    assert opened(town, value=RIGHT).state == "open"


def test_an_organisation_sends_so_many_challenges_on_a_day(telling: Any) -> None:
    town = telling
    most = int(rule("corrections", "challenges_per_day", local_date(town.now)).value)
    case = opened(town, 2)
    with writing(town.engine) as connection:
        one = dict(connection.execute(select(corrections)).mappings().one())
        more = [one | {"id": new_id("cor"), "row": f"{n:032x}"} for n in range(most - 1)]
        connection.execute(insert(corrections), more)

    with pytest.raises(Refused) as refused:
        opened(town)
    assert codes(refused) == {"correction.too_many"}
    assert case.state == "open"
    town.later(days=1)
    assert opened(town).state == "open"


def test_a_row_of_a_delivery_that_was_sent_again_is_challenged(telling: Any) -> None:
    from pipelines.backflow.redelivering import redeliver_due

    town = telling
    case = opened(town)
    answer(
        town.engine,
        case.id,
        department_code=POLICE,
        accepted=True,
        reason="属实",
        by="赵六",
        now=town.later(),
    )
    tell_of(town.home, town.engine, case.id, town.later())
    town.publish(town.population, town.residents(EAST, EAST, HERE, r1={"phone": WRONG}))
    town.deliver()
    check(town.home, town.engine, town.later())
    with writing(town.engine) as connection:  # the row was lost on its way: it is sent again
        newest = select(deliveries.c.id).order_by(deliveries.c.sent_at.desc()).limit(1).scalar_subquery()
        connection.execute(update(deliveries).where(deliveries.c.id == newest).values(sha256="0" * 64))
    tell_of(town.home, town.engine, case.id, town.later())
    assert redeliver_due(town.home, town.engine, town.later()) == 1
    with reading(town.engine) as connection:
        again = connection.execute(select(redeliveries.c.id)).scalar_one()

    made = opened(town, origin=again, value="13600000009")

    assert again.startswith("rdl_")
    assert (made.origin, made.row) == (again, row(town, 1))
    with pytest.raises(Unknown):
        opened(town, 2, origin="rdl_0")
