"""Sessions: kept by a browser, proven by its pages, over at once wherever they end."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from catalog.settings.reading import file_of
from catalog.store import reading, writing
from catalog.store.tables.accounts import sessions as table
from catalog.store.tables.queries import refused_strangers
from policies.access import Role
from space.identity import accounts, leaving, memberships
from tests.space.identity.conftest import PASSWORD, Bureau

PAGE = "/v1/people"


@pytest.fixture
def admin(bureau: Bureau) -> tuple[Bureau, TestClient, dict[str, str]]:
    """A system administrator who is signed in."""
    bureau.account("zhao.min", "赵敏", Role.SYSTEM_ADMIN)
    return bureau, *bureau.sign_in("zhao.min")


def code(answer: Any) -> str:
    return str(answer.json()["code"])


def test_the_cookie_is_kept_from_scripts_other_hosts_and_other_sites(bureau: Bureau) -> None:
    bureau.account("zhao.min", "赵敏", Role.SYSTEM_ADMIN)
    signed = bureau.app().post("/v1/sessions", json={"login": "zhao.min", "password": PASSWORD})
    cookies = signed.headers.get_list("set-cookie")
    session = next(one for one in cookies if one.startswith("__Host-ybz-session="))
    assert {"HttpOnly", "Path=/", "SameSite=strict", "Secure"} <= set(session.split("; "))
    assert "Domain" not in session
    file_of(bureau.home.root).unlink()  # nobody told it of an address with TLS
    plain = bureau.app("http://127.0.0.1:8700")
    signed = plain.post("/v1/sessions", json={"login": "zhao.min", "password": PASSWORD})
    here = next(one for one in signed.headers.get_list("set-cookie") if one.startswith("ybz-session="))
    assert "Secure" not in here.split("; "), "where there is no TLS no browser would keep it"


def test_the_store_keeps_a_hash_of_what_the_browser_keeps(admin: Any) -> None:
    bureau, browser, _proof = admin
    with reading(bureau.engine) as connection:
        row = connection.execute(select(table)).one()
    assert browser.cookies["__Host-ybz-session"] not in str(row)
    assert bureau.evidence("space:session:open") == [
        {"session": row.id, "person": row.person_id, "membership": row.membership_id, "means": "password"}
    ]


def test_a_session_acts_as_its_person_in_its_membership(admin: Any) -> None:
    bureau, browser, proof = admin
    assert browser.get(PAGE).status_code == 200
    made = browser.post(PAGE, json={"name": "李明"}, headers=proof)
    assert made.status_code == 201, made.text
    current = browser.get("/v1/sessions/current").json()
    assert {"by": current["person"]} in bureau.evidence("space:person:register")
    assert (current["role"], current["organisation"]) == ("system_admin", "dept-a")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-CSRF-Token": "0" * 64},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_what_another_site_sends_is_not_done(admin: Any, headers: dict[str, str]) -> None:
    bureau, browser, proof = admin
    sent = headers if "X-CSRF-Token" in headers or not headers else proof | headers
    refused = browser.post(PAGE, json={"name": "李明"}, headers=sent)
    assert (refused.status_code, code(refused)) == (403, "identity.forged")
    assert len(bureau.evidence("space:person:register")) == 1
    assert browser.get(PAGE, headers=headers).status_code == 200, "looking changes nothing"


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "https://ledger.example"}, {"Sec-Fetch-Site": "same-origin"}]
)
def test_what_its_own_pages_send_is_done(admin: Any, headers: dict[str, str]) -> None:
    _bureau, browser, proof = admin
    assert browser.post(PAGE, json={"name": "李明"}, headers=proof | headers).status_code == 201


def test_the_proof_of_one_session_is_none_of_another(admin: Any) -> None:
    bureau, _browser, proof = admin
    other, _ = bureau.sign_in("zhao.min")
    refused = other.post(PAGE, json={"name": "李明"}, headers=proof)
    assert (refused.status_code, code(refused)) == (403, "identity.forged")


def test_nobody_is_signed_in_from_another_site(bureau: Bureau) -> None:
    bureau.account("zhao.min", "赵敏", Role.SYSTEM_ADMIN)
    sent = {"login": "zhao.min", "password": PASSWORD}
    refused = bureau.app().post("/v1/sessions", json=sent, headers={"Origin": "https://evil.example"})
    assert (refused.status_code, code(refused)) == (403, "identity.forged")


def test_a_session_left_alone_is_over_and_a_busy_one_grows_old(admin: Any) -> None:
    bureau, browser, _proof = admin
    for _ in range(8):
        bureau.later(minutes=59)
        assert browser.get(PAGE).status_code == 200
    bureau.later(minutes=9)
    assert browser.get(PAGE).status_code == 401, "after eight hours, however busy"
    browser, _proof = bureau.sign_in("zhao.min")
    bureau.later(minutes=60)
    assert browser.get(PAGE).status_code == 401


def test_seeing_a_session_is_noted_once_a_minute(admin: Any) -> None:
    bureau, browser, _proof = admin

    def seen() -> Any:
        with reading(bureau.engine) as connection:
            return connection.execute(select(table.c.seen_at)).scalar_one()

    begun = seen()
    bureau.later(seconds=59)
    browser.get(PAGE)
    assert seen() == begun
    bureau.later(seconds=1)
    browser.get(PAGE)
    assert seen() == bureau.now


def _end_membership(bureau: Bureau, connection: Any, person: str) -> None:
    (held,) = memberships.of_person(connection, person)
    memberships.end(connection, held.id, by="x", now=bureau.now)


def _reset(bureau: Bureau, connection: Any, person: str) -> None:
    (account,) = accounts.all_accounts(connection, person=person)
    accounts.reset(connection, account.id, by="x", now=bureau.now)


def _end_account(bureau: Bureau, connection: Any, person: str) -> None:
    (account,) = accounts.all_accounts(connection, person=person)
    accounts.end(connection, account.id, by="x", now=bureau.now)


def _leave(bureau: Bureau, connection: Any, person: str) -> None:
    leaving.leave(connection, person, by="x", now=bureau.now)


@pytest.mark.parametrize("end", [_end_membership, _reset, _end_account, _leave])
def test_what_ends_a_session_ends_it_at_the_next_call(admin: Any, end: Any) -> None:
    bureau, browser, _proof = admin
    person = browser.get("/v1/sessions/current").json()["person"]
    elsewhere = bureau.app()
    elsewhere.cookies.update(browser.cookies)
    assert elsewhere.get(PAGE).status_code == 200
    with writing(bureau.engine) as connection:
        end(bureau, connection, person)
    assert [each.get(PAGE).status_code for each in (browser, elsewhere)] == [401, 401]


def test_signing_out_ends_the_session_not_just_the_cookie(admin: Any) -> None:
    bureau, browser, proof = admin
    stolen = bureau.app()
    stolen.cookies.update(browser.cookies)
    left = browser.post("/v1/sessions/current/end", headers=proof)
    assert (left.status_code, left.headers["Clear-Site-Data"]) == (200, '"storage"')
    assert stolen.get(PAGE).status_code == 401
    assert "__Host-ybz-session" not in browser.cookies


def test_another_password_ends_every_session(admin: Any) -> None:
    bureau, browser, _proof = admin
    changed = {"login": "zhao.min", "password": PASSWORD, "new": "Green-Kettle-47"}
    assert bureau.app().post("/v1/accounts/password", json=changed).status_code == 200
    assert browser.get(PAGE).status_code == 401


def test_a_person_acts_in_one_membership_at_a_time(bureau: Bureau) -> None:
    person = bureau.account("wang.fang", "王芳", Role.DEPARTMENT_HEAD)
    bureau.later(seconds=1)  # the first of a person's memberships is the one entered first
    with writing(bureau.engine) as connection:
        other = memberships.enter(connection, person, "dept-b", Role.READER, by="x", now=bureau.now)
    browser, proof = bureau.sign_in("wang.fang")
    assert browser.get(PAGE).status_code == 200
    as_other = {"Ybz-Membership": other.id}
    assert browser.get(PAGE, headers=as_other).status_code == 403, "a reader sees no people"
    assert browser.get(PAGE).status_code == 200
    chosen = browser.post("/v1/sessions/current/membership", json={"membership": other.id}, headers=proof)
    assert (chosen.status_code, chosen.json()["organisation"]) == (200, "dept-b"), chosen.text
    assert browser.get(PAGE).status_code == 403
    foreign = bureau.person("李明", Role.STEWARD)
    with reading(bureau.engine) as connection:
        (theirs,) = memberships.of_person(connection, foreign)
    refused = browser.get(PAGE, headers={"Ybz-Membership": theirs.id})
    assert (refused.status_code, code(refused)) == (403, "identity.membership")


def test_one_person_has_so_many_sessions_and_the_oldest_ends(bureau: Bureau) -> None:
    for login, name in (("wang.fang", "王芳"), ("li.ming", "李明")):
        bureau.account(login, name, Role.DEPARTMENT_HEAD)
    other, _ = bureau.sign_in("li.ming")
    opened = []
    for _ in range(11):
        bureau.later(seconds=1)
        opened.append(bureau.sign_in("wang.fang")[0])
    assert [each.get(PAGE).status_code for each in opened] == [401] + [200] * 10
    assert other.get(PAGE).status_code == 200, "another's sessions are another's"
    assert [each["reason"] for each in bureau.evidence("space:session:end")] == ["too_many"]
    assert len(opened[-1].get("/v1/sessions").json()["sessions"]) == 10


def test_what_a_read_answers_differs_by_who_is_signed_in(admin: Any) -> None:
    _, browser, _ = admin
    assert "Cookie" in browser.get(PAGE).headers["Vary"].split(", ")


def test_strangers_are_counted_and_told_nothing(bureau: Bureau) -> None:
    browser = bureau.app()
    browser.cookies.set("__Host-ybz-session", "made-up", domain="ledger.example")
    assert browser.get(PAGE).status_code == 401
    refused = browser.post("/v1/sessions", json={"login": "nobody", "password": "x"})
    assert (refused.status_code, code(refused)) == (401, "identity.sign_in")
    with reading(bureau.engine) as connection:
        counted = {row.reason: row.count for row in connection.execute(select(refused_strangers))}
    assert counted == {"unauthenticated": 1, "sign_in": 1}


def test_one_time_codes_and_secrets_are_shown_once(admin: Any) -> None:
    _bureau, browser, proof = admin
    person = browser.post(PAGE, json={"name": "李明"}, headers=proof).json()["id"]
    new = {"person": person, "login": "li.ming"}
    key = proof | {"Idempotency-Key": "k1"}
    first, again = (browser.post("/v1/accounts", json=new, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201), first.text
    assert first.json()["code"]
    assert again.json()["code"] is None
    assert first.json()["id"] == again.json()["id"]
    of_one = browser.get("/v1/accounts", params={"person": person}).json()["accounts"]
    assert [one["login"] for one in of_one] == ["li.ming"]
    assert len(browser.get("/v1/accounts").json()["accounts"]) > 1


def test_sessions_are_ones_own_and_an_auditors_to_see(admin: Any) -> None:
    bureau, browser, _proof = admin
    bureau.account("sun.li", "孙丽", Role.AUDIT_ADMIN)
    auditor, _ = bureau.sign_in("sun.li")
    (mine,) = browser.get("/v1/sessions").json()["sessions"]
    assert browser.get("/v1/sessions?everybody=true").status_code == 404
    assert len(auditor.get("/v1/sessions?everybody=true").json()["sessions"]) == 2
    assert auditor.get(f"/v1/sessions?person={mine['person']}").json()["sessions"] == [mine]


def test_the_whole_way_of_a_person_over_http(bureau: Bureau) -> None:
    bureau.account("zhao.min", "赵敏", Role.SYSTEM_ADMIN)
    bureau.account("qian.jun", "钱军", Role.SECURITY_ADMIN)
    system, system_proof = bureau.sign_in("zhao.min")
    security, security_proof = bureau.sign_in("qian.jun")
    person = system.post(PAGE, json={"name": "李明"}, headers=system_proof).json()["id"]
    wanted = {"person": person, "organisation": "dept-b", "role": "steward"}
    assert system.post("/v1/memberships", json=wanted, headers=system_proof).status_code == 403
    held = security.post("/v1/memberships", json=wanted, headers=security_proof)
    assert held.status_code == 201, held.text
    opened = system.post("/v1/accounts", json={"person": person, "login": "li.ming"}, headers=system_proof)
    chosen = {"login": "li.ming", "code": opened.json()["code"], "new": PASSWORD}
    assert bureau.app().post("/v1/accounts/password", json=chosen).status_code == 200
    clerk, _ = bureau.sign_in("li.ming")
    assert clerk.get("/v1/sessions/current").json()["role"] == "steward"
    place = f"/v1/memberships/{held.json()['id']}/end"
    assert security.post(place, headers=security_proof).status_code == 200
    assert clerk.get("/v1/sessions/current").status_code == 401


def test_signing_in_again_ends_the_session_the_browser_had(bureau: Bureau) -> None:
    bureau.account("zhao.min", "赵敏", Role.SYSTEM_ADMIN)
    browser, _proof = bureau.sign_in("zhao.min")
    stolen = browser.cookies["__Host-ybz-session"]
    again = browser.post("/v1/sessions", json={"login": "zhao.min", "password": PASSWORD})
    assert again.status_code == 201
    assert browser.get("/v1/sessions/current").status_code == 200
    thief = bureau.app()
    thief.cookies.set("__Host-ybz-session", stolen)
    assert thief.get("/v1/sessions/current").status_code == 401
