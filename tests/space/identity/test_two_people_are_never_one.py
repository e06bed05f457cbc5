"""Acts that ask a second person: one person under two names, ids, logins, memberships or tokens is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from catalog.store import reading, writing
from policies.access import Role
from space import walls
from space.access import enforcing
from space.errors import Refused
from space.granting import stopping
from space.identity import memberships
from space.identity.one_person import is_one
from space.identity.tokens import issue
from space.watch import closing, opening
from space.wayback.recall import people as holders
from tests.space.identity.conftest import NOON, Bureau

LOGIN, NAME = "wang.fang", "王芳"
WHOM = "11010519491231002X"  # the example of GB 11643


@dataclass(frozen=True)
class Called:
    """What one person is called, in every way there is."""

    name: str
    wide: str
    id: str
    login: str
    membership: str
    other_membership: str
    token: str

    @classmethod
    def in_all_ways(cls, bureau: Bureau) -> Called:
        person = bureau.account(LOGIN, NAME, Role.AUDITOR)
        with writing(bureau.engine) as connection:
            first = memberships.of_person(connection, person)[0]
            made = memberships.enter(connection, person, "dept-b", Role.AUDITOR, by="x", now=NOON)
            token = issue(
                connection, "dept-a", role=Role.AUDITOR, by="x", days=9, now=NOON, membership=first.id
            )
        return cls(NAME, "王　芳 ", person, LOGIN, first.id, made.id, token.id)


def inside(bureau: Bureau, act: Callable[[Any], Any]) -> Any:
    """An act in a transaction of its own."""
    with writing(bureau.engine) as connection:
        return act(connection)


def lift(bureau: Bureau, first: str) -> Callable[[str], Any]:
    with writing(bureau.engine) as connection:
        stop = stopping.stop(connection, "organisation", "dept-b", reason="泄露", by="李强", now=NOON)
        stopping.propose_lift(connection, stop.id, reason="已查清", by=first, now=NOON)
    return lambda by: inside(bureau, lambda c: stopping.agree_lift(c, stop.id, by=by, now=NOON))


def override(bureau: Bureau, first: str) -> Callable[[str], Any]:
    until = (NOON + timedelta(days=3)).date()
    with writing(bureau.engine) as connection:
        made = walls.propose(
            connection, reason="换机", valid_to=until, by=first, now=NOON, without=("landlock",)
        )
    return lambda by: inside(bureau, lambda c: walls.agree(c, made.id, by=by, now=NOON))


def search(bureau: Bureau, first: str) -> Callable[[str], Any]:
    made = holders.ask(
        bureau.home,
        bureau.engine,
        "person",
        WHOM,
        reason="本人查询",
        by=first,
        now=NOON,
        organisation="dept-a",
    )
    return lambda by: holders.consent(bureau.engine, made.id, by=by, now=NOON, organisation="dept-a")


def dismissal(bureau: Bureau, first: str) -> Callable[[str], Any]:
    with writing(bureau.engine) as connection:
        stated = opening.Opening("misuse", "general", "x", NOON, traits=(), organisation="dept-b")
        made = opening.open_incident(connection, stated, by=first, now=NOON)
        closing.dismiss(connection, made.id, reason="核实无事", by=first, now=NOON)
    return lambda by: inside(bureau, lambda c: closing.agree(c, made.id, by=by, now=NOON))


WAYS = ["name", "wide", "id", "login", "membership", "other_membership", "token"]


@pytest.mark.parametrize("act", [lift, override, search, dismissal])
@pytest.mark.parametrize("second", WAYS)
def test_who_asked_does_not_agree_under_another_word_for_the_same_person(
    bureau: Bureau, act: Any, second: str
) -> None:
    called = Called.in_all_ways(bureau)
    other = bureau.person("李强", Role.AUDITOR)
    agree = act(bureau, called.name)
    with pytest.raises(Refused, match="same_person"):
        agree(getattr(called, second))
    assert agree(other)


def test_two_words_for_one_person_are_one_whichever_comes_first(bureau: Bureau) -> None:
    called = Called.in_all_ways(bureau)
    another = bureau.person("李强", Role.AUDITOR)
    with reading(bureau.engine) as connection:
        for one in WAYS:
            for other in WAYS:
                if "wide" not in (one, other):  # a name typed otherwise is compared with names alone
                    assert is_one(connection, getattr(called, one), getattr(called, other)), (one, other)
            assert not is_one(connection, getattr(called, one), another)
            assert not is_one(connection, getattr(called, one), "李强")
            assert not is_one(connection, getattr(called, one), None)


def test_once_commands_are_judged_an_offices_token_is_neither_of_two_people(bureau: Bureau) -> None:
    bureau.account("sun.li", "孙丽", Role.SECURITY_ADMIN)
    with writing(bureau.engine) as connection:
        stop = stopping.stop(connection, "organisation", "dept-b", reason="泄露", by="李强", now=NOON)
        office = issue(connection, "dept-a", role=Role.SECURITY, by="x", days=9, now=NOON).secret
        auditor = issue(connection, "dept-a", role=Role.AUDITOR, by="x", days=9, now=NOON).secret
    asked = {"subject": WHOM, "reason": "本人查询其信息去向", "by": "王芳"}
    lifting = {"reason": "已查清", "by": "王芳"}
    acts = ((office, f"/v1/stops/{stop.id}/lifting", lifting), (auditor, "/v1/holders", asked))

    def told() -> list[Any]:
        return [
            bureau.app().post(path, json=body, headers={"Authorization": f"Bearer {token}"})
            for token, path, body in acts
        ]

    with writing(bureau.engine) as connection:
        issue(connection, "dept-a", role=Role.SECURITY_ADMIN, by="x", days=9, now=NOON)
        enforcing.enforce(connection, by="孙丽", reason="启用", now=NOON)
    assert {(one.status_code, one.json()["code"]) for one in told()} == {(403, "access.no_person")}
    with writing(bureau.engine) as connection:
        enforcing.relax(connection, by="孙丽", reason="试", now=NOON)
    assert {one.status_code for one in told()} <= {200, 201}
