"""An act of two people over HTTP is done when the second has signed with its own token, and not before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from catalog.clocks import running
from catalog.store import reading, writing
from catalog.store.tables.clocks import clock_extensions
from catalog.store.tables.second_signatures import second_signatures
from contracts.canonical import digest
from policies.access import Role
from space.access import enforcing
from space.identity import clients, leaving, memberships, people, tokens
from space.identity.programs import still_good
from space.identity.tokens import Caller, issue
from tests.space.identity.conftest import NOON, Bureau, application, bureau
from tests.space.identity.test_nobody_signs_for_another import Seat

__all__ = ["application", "bureau"]

SUBJECT, CLOCK = "entry:people.residents", "catalogue_update"
AT = f"/v1/clocks/{SUBJECT}/{CLOCK}/extension"
BODY = {"reason": "系统迁移", "approved_by": "赵平", "workdays": 3}


@pytest.fixture
def two(bureau: Bureau) -> tuple[Seat, Seat]:
    """Two officers, and a clock that one of them wants extended."""
    with writing(bureau.engine) as connection:
        running.start(
            connection, subject=SUBJECT, rule=CLOCK, owner="甲局", owner_code="dept-a", words="更新", now=NOON
        )
    return Seat(bureau, "李强", Role.AUTHORITY), Seat(bureau, "赵平", Role.AUTHORITY)


def asked(first: Seat) -> dict[str, Any]:
    status, told = first.post(AT, BODY)
    assert (status, told["state"]) == (202, "waiting"), told
    found: dict[str, Any] = told
    return found


def extensions(bureau: Bureau) -> list[tuple[str, int]]:
    e = clock_extensions.c
    with reading(bureau.engine) as connection:
        return [tuple(row) for row in connection.execute(select(e.approved_by, e.workdays))]


def code(told: tuple[int, Any]) -> str:
    found: str = told[1]["code"]
    return found


def test_it_is_done_once_in_both_names_and_stands_in_evidence(bureau: Bureau, two: tuple[Seat, Seat]) -> None:
    first, second = two
    waits = asked(first)
    assert extensions(bureau) == []
    assert bureau.evidence("catalog:clock:extend") == []
    assert asked(first)["id"] == waits["id"], "what waits already is not asked for twice"
    (found,) = second.waiting()
    assert (found["said"]["workdays"], found["places"]) == (3, {"subject": SUBJECT, "rule": CLOCK})
    assert first.waiting() == []

    status, told = second.sign(found)
    assert (status, told["state"], told["made"]["subject"]) == (200, "done", SUBJECT)
    assert extensions(bureau) == [(second.person, 3)]
    assert code(second.sign(found)) == "signature.closed"
    assert extensions(bureau) == [(second.person, 3)]
    (opened,), (signed,) = bureau.evidence("space:signature:ask"), bureau.evidence("space:signature:done")
    assert (opened["first"], opened["digest"]) == (first.person, waits["digest"])
    assert (signed["by"], signed["digest"]) == (second.person, waits["digest"])
    (extended,) = bureau.evidence("catalog:clock:extend")
    assert (extended["actor"], extended["approved_by"]) == (first.person, second.person)
    assert (signed["made"], signed["answer"]) == (told["made"]["id"], digest(told["made"]))


def test_nobody_but_the_second_signs_and_only_what_was_read(bureau: Bureau, two: tuple[Seat, Seat]) -> None:
    first, second = two
    waits, third = asked(first), Seat(bureau, "孙洁", Role.AUTHORITY)
    at = f"/v1/second-signatures/{waits['id']}"
    for other in (first, third):
        assert other.sign(waits)[0] == 404
        assert other.post(f"{at}/refusal", {"reason": "不必"})[0] == 404
    assert (third.get(at)[0], first.get(at)[0], second.get(at)[0]) == (404, 200, 200)
    assert second.post(f"{at}/withdrawal", {"reason": "不必"})[0] == 404
    assert code(second.sign(waits | {"digest": "0" * 64})) == "signature.digest"
    assert extensions(bureau) == []


@pytest.mark.parametrize(("end", "by_first"), [("refusal", False), ("withdrawal", True)])
def test_what_is_refused_or_taken_back_is_never_done(
    bureau: Bureau, two: tuple[Seat, Seat], end: str, by_first: bool
) -> None:
    first, second = two
    waits = asked(first)
    ending = first if by_first else second
    status, told = ending.post(f"/v1/second-signatures/{waits['id']}/{end}", {"reason": "不必"})
    assert (status, told["reason"]) == (200, "不必")
    assert second.waiting() == []
    assert code(second.sign(waits)) == "signature.closed"
    assert extensions(bureau) == []
    assert asked(first)["id"] != waits["id"], "it may be asked for anew"


def test_what_waits_too_long_is_signed_by_nobody(bureau: Bureau, two: tuple[Seat, Seat]) -> None:
    first, second = two
    waits = asked(first)
    bureau.later(days=7)
    assert second.waiting() == []
    assert code(second.sign(waits)) == "signature.closed"
    assert second.get(f"/v1/second-signatures/{waits['id']}")[1]["state"] == "lapsed"


def test_both_still_may_when_it_is_done(bureau: Bureau, two: tuple[Seat, Seat]) -> None:
    first, second = two
    waits = asked(first)
    with writing(bureau.engine) as connection:
        (held,) = memberships.of_person(connection, second.person)
        memberships.enter(connection, second.person, "dept-b", Role.AUTHORITY, by="x", now=bureau.now)
        memberships.enter(connection, second.person, "dept-a", Role.READER, by="x", now=bureau.now)
        seats = {
            (each.organisation, each.role): each.id
            for each in memberships.of_person(connection, second.person)
        }
        elsewhere, below = (
            issue(connection, where, role=role, by="x", days=9, now=NOON, membership=seats[where, role])
            for where, role in (("dept-b", Role.AUTHORITY), ("dept-a", Role.READER))
        )
    at = f"/v1/second-signatures/{waits['id']}"
    app, bearer = bureau.app(), {"Authorization": f"Bearer {below.secret}"}
    told = app.post(f"{at}/consent", json={"digest": waits["digest"]}, headers=bearer).json()
    assert told["reasons"][0]["code"] == "signature.seat"
    bearer = {"Authorization": f"Bearer {elsewhere.secret}"}
    assert app.get(at, headers=bearer).status_code == 404
    assert app.get("/v1/second-signatures", headers=bearer).json()["signatures"] == []
    for act, said in (("consent", {"digest": waits["digest"]}), ("refusal", {"reason": "不必"})):
        assert app.post(f"{at}/{act}", json=said, headers=bearer).status_code == 404
    with writing(bureau.engine) as connection:
        leaving.leave(connection, first.person, by="x", now=bureau.now)
    assert code(second.sign(waits)) == "signature.first_gone"
    assert extensions(bureau) == []
    assert held.holds(bureau.now.date())


def test_what_stands_against_it_is_told_to_whoever_asks_and_nothing_of_the_trial_stays(
    bureau: Bureau, two: tuple[Seat, Seat]
) -> None:
    first, second = two
    assert code(first.post(AT, BODY | {"workdays": 300})) == "refused"
    assert second.waiting() == []
    waits = asked(first)
    with writing(bureau.engine) as connection:
        running.end(connection, subject=SUBJECT, rule=CLOCK, now=NOON + timedelta(days=1))
    assert code(second.sign(waits)) == "refused"
    assert second.get(f"/v1/second-signatures/{waits['id']}")[1]["state"] == "waiting"
    assert bureau.evidence("space:signature:done") == []


def test_a_token_of_nobody_asks_only_as_long_as_commands_are_not_judged_and_never_signs(
    bureau: Bureau, two: tuple[Seat, Seat]
) -> None:
    _, second = two
    with writing(bureau.engine) as connection:
        made = issue(connection, "dept-a", role=Role.AUTHORITY, by="x", days=9, now=NOON)
    office, bearer = bureau.app(), {"Authorization": f"Bearer {made.secret}"}
    answer = office.post(AT, json=BODY | {"by": "王主任"}, headers=bearer)
    assert answer.status_code == 202, answer.text
    assert office.get("/v1/second-signatures", headers=bearer).json()["signatures"] == []
    waiting, said = answer.json(), {"digest": answer.json()["digest"]}
    signed = office.post(f"/v1/second-signatures/{waiting['id']}/consent", json=said, headers=bearer)
    assert (signed.status_code, signed.json()["code"]) == (403, "access.no_person")
    bureau.person("安管", Role.SECURITY_ADMIN)
    with writing(bureau.engine) as connection:
        issue(connection, "dept-a", role=Role.SECURITY_ADMIN, by="x", days=9, now=bureau.now)
        enforcing.enforce(connection, by="x", reason="people are entered", now=bureau.now)
    assert office.post(AT, json=BODY, headers=bearer).json()["code"] == "access.no_person"
    (waits,) = second.waiting()
    assert code(second.sign(waits)) == "access.no_person"
    assert extensions(bureau) == []


def test_what_a_withdrawn_token_asked_for_is_not_done_and_a_colleague_takes_it_back(
    bureau: Bureau, two: tuple[Seat, Seat]
) -> None:
    first, second = two
    with writing(bureau.engine) as connection:
        made = issue(connection, "dept-a", role=Role.AUTHORITY, by="x", days=9, now=NOON)
    bearer = {"Authorization": f"Bearer {made.secret}"}
    waits = bureau.app().post(AT, json=BODY | {"by": first.person}, headers=bearer).json()
    assert asked(first)["id"] != waits["id"], "of a person it is asked for by that person"
    with writing(bureau.engine) as connection:
        tokens.withdraw(connection, made.id, by="x", now=bureau.now)
    assert code(second.sign(waits)) == "signature.first_gone"
    assert extensions(bureau) == []
    at = f"/v1/second-signatures/{waits['id']}"
    for other in (Seat(bureau, "孙洁", Role.AUTHORITY, "dept-b"), Seat(bureau, "钱一", Role.READER)):
        assert other.get(at)[0] == 404
        assert other.post(f"{at}/withdrawal", {"reason": "误提"})[0] == 404
    assert waits["id"] in [one["id"] for one in first.get("/v1/second-signatures")[1]["signatures"]]
    status, told = first.post(f"{at}/withdrawal", {"reason": "误提"})
    assert (status, told["state"]) == (200, "withdrawn")


def test_a_machine_client_is_heard_until_it_is_revoked_or_ends(bureau: Bureau) -> None:
    now, later = bureau.now, bureau.now + timedelta(minutes=1)
    with writing(bureau.engine) as connection:
        one, two = (
            clients.register(connection, name, "dept-a", Role.CLIENT, by="x", now=now).client
            for name in ("甲", "乙")
        )
        who = [Caller("dept-a", Role.CLIENT, program=each.id) for each in (one, two)]
        assert all(still_good(connection, each, now, later) for each in who)
        clients.revoke(connection, one.id, by="x", now=later)
        clients.end(connection, two.id, by="x", now=later)
        assert not any(still_good(connection, each, now, later) for each in who)
        assert still_good(connection, who[0], later + timedelta(seconds=1), later), "asked with a newer token"
        assert not still_good(connection, Caller("dept-a", Role.CLIENT), now, later)


def test_two_who_are_called_alike_are_one_however_the_second_is_named_and_also_at_consent(
    bureau: Bureau, two: tuple[Seat, Seat]
) -> None:
    first, second = two
    alike = Seat(bureau, "李 强", Role.AUTHORITY)
    told = first.post(AT, BODY | {"approved_by": alike.person})
    assert (told[0], code(told)) == (403, "access.one_person")
    waits = asked(first)
    with writing(bureau.engine) as connection:
        people.correct(connection, second.person, "李强", None, by="x", now=bureau.now)
    assert code(second.sign(waits)) == "access.one_person"
    assert extensions(bureau) == []


@pytest.mark.parametrize("values", [{"door": "POST /v1/former"}, {"said": '{"former":true}'}])
def test_what_another_version_asked_for_waits_for_nobody(
    bureau: Bureau, two: tuple[Seat, Seat], values: dict[str, str]
) -> None:
    first, second = two
    waits = asked(first)
    with writing(bureau.engine) as connection:
        connection.execute(update(second_signatures).values(**values))
    assert code(second.sign(waits)) == "signature.closed"
    assert second.post(f"/v1/second-signatures/{waits['id']}/refusal", {"reason": "不必"})[0] == 200
