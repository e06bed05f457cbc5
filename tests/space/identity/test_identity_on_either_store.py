"""The whole way of people, accounts, sessions and clients, on every store there is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from catalog.home import Home
from catalog.store import reading, writing
from policies.access import Role
from policies.clocks import local_date
from space.errors import Refused
from space.identity import (
    accounts,
    clients,
    external,
    leaving,
    memberships,
    participants,
    sessions,
    token_keys,
)
from space.identity.callers import of_bearer, of_session
from space.identity.tokens import issue
from tests.space.identity.conftest import NOON, PASSWORD, Bureau, settle
from tests.stores import each_store, store_moved

ISSUER = "https://ledger.example"


@pytest.fixture(params=each_store())
def stored(
    request: pytest.FixtureRequest, home: Home, engine: Engine, application: FastAPI
) -> Iterator[Bureau]:
    with store_moved(request, home, engine) as moved:
        yield settle(home, moved, application)


def test_people_sign_in_act_and_leave(stored: Bureau) -> None:
    person = stored.account("zhao.min", "赵敏", Role.SYSTEM_ADMIN)
    browser, proof = stored.sign_in("zhao.min")
    assert browser.post("/v1/people", json={"name": "李明"}, headers=proof).status_code == 201
    wrong = {"login": "zhao.min", "password": "Wrong-Kettle-47"}
    assert stored.app().post("/v1/sessions", json=wrong).status_code == 401
    with writing(stored.engine) as connection:
        secret = b"k" * 32
        external.link(connection, secret, person, ISSUER, "4711", by="x", now=NOON)
        assert external.whose(connection, secret, ISSUER, "4711") == person
        with pytest.raises(Refused):
            external.link(connection, secret, person, ISSUER, "4711", by="x", now=NOON)
        (held,) = sessions.lasting(connection, person, NOON)
        session = sessions.find(connection, browser.cookies["__Host-ybz-session"], NOON)
        assert session is not None
        who = of_session(connection, session, None, NOON)
        assert (held["id"], who.person, who.role) == (session.id, person, Role.SYSTEM_ADMIN)
        leaving.leave(connection, person, by="x", now=NOON)
        assert external.whose(connection, secret, ISSUER, "4711") is None
        assert sessions.lasting(connection, None, NOON) == ()
        assert sessions.forget(connection, NOON + timedelta(days=1)) == 1
    assert browser.get("/v1/people").status_code == 401


def test_programs_prove_themselves_and_keys_are_rotated(stored: Bureau) -> None:
    with writing(stored.engine) as connection:
        given = clients.register(connection, "作业", "dept-a", Role.READER, by="x", now=NOON)
    form = {"grant_type": "client_credentials", "client_id": given.client.id, "client_secret": given.secret}
    text = stored.app().post("/v1/token", data=form).json()["access_token"]
    with writing(stored.engine) as connection:
        assert of_bearer(connection, text, issuer=ISSUER, now=NOON) is not None
        token_keys.rotate(connection, stored.home, by="x", now=NOON)
        assert len(token_keys.key_set(connection, NOON)["keys"]) == 2
        assert of_bearer(connection, text, issuer=ISSUER, now=NOON) is not None
        clients.end(connection, given.client.id, by="x", now=NOON)
        assert of_bearer(connection, text, issuer=ISSUER, now=NOON) is None
        assert [each.id for each in clients.all_clients(connection)] == [given.client.id]


def test_a_persons_own_token_ends_with_the_membership(stored: Bureau) -> None:
    person = stored.person("王芳", Role.STEWARD)
    with writing(stored.engine) as connection:
        (held,) = memberships.of_person(connection, person)
        made = issue(connection, "dept-a", role=held.role, by="x", days=9, now=NOON, membership=held.id)
        known = of_bearer(connection, made.secret, issuer=ISSUER, now=NOON)
        assert known is not None
        assert (known.person, known.role) == (person, Role.STEWARD)
        memberships.end(connection, held.id, by="x", now=NOON)
        assert of_bearer(connection, made.secret, issuer=ISSUER, now=NOON) is None


def test_lists_go_on_after_a_key(stored: Bureau) -> None:
    for n in range(3):
        stored.account(f"login-{n}", "王芳", Role.CLERK)
    with reading(stored.engine) as connection:
        first = accounts.all_accounts(connection, limit=2)
        rest = accounts.all_accounts(connection, after=first[-1].id, limit=2)
        listed = participants.participants(connection, local_date(NOON))
    assert len({each.id for each in (*first, *rest)}) == 3
    assert [each.code for each in listed] == ["dept-a", "dept-b", "operator"]
    assert PASSWORD not in str(first)
