"""The desk is entered by account: first with a one-time code, then with a password, in one membership."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from catalog.store import reading, writing
from policies.access import OrganisationKind, Role
from space.identity import accounts, memberships
from space.identity.organisations import Organisation, register
from space.identity.tokens import issue
from space.wayback.backflow import bodies
from tests.space.identity.conftest import NOON, PASSWORD, Bureau


@pytest.fixture
def street(bureau: Bureau) -> Bureau:
    """A street that rows flow back to, and a clerk of it with a new account."""
    with writing(bureau.engine) as connection:
        for code, name in (("street", "清波街道"), ("village", "城东村")):
            register(connection, Organisation(code, name, OrganisationKind.GRASSROOTS), NOON)
    bodies.register(bureau.engine, bodies.Body("street", "清波街道", "990101001"), NOON)
    return bureau


def code_for(street: Bureau, login: str, name: str) -> tuple[str, str]:
    person = street.person(name, Role.CLERK, "street")
    with writing(street.engine) as connection:
        return person, accounts.opened(connection, person, login, by="x", now=NOON).code


def send(browser: TestClient, path: str, **fields: str) -> tuple[int, str, str]:
    answer = browser.post(path, data=fields)
    return answer.status_code, answer.url.path, answer.text


def test_a_clerk_chooses_a_password_and_signs_in(street: Bureau) -> None:
    _person, code = code_for(street, "wang.fang", "王芳")
    browser = street.app()
    assert "<script" not in browser.get("/desk/password").text
    wanted = {"login": "wang.fang", "code": code}
    status, _, text = send(browser, "/desk/password", **wanted, new=PASSWORD, again="another")
    assert (status, "两次写的新密码不一样" in text) == (422, True)
    status, _, text = send(browser, "/desk/password", **wanted, new="short", again="short")
    assert (status, "密码太短或太长" in text) == (422, True)
    status, _, text = send(browser, "/desk/password", **wanted, new=PASSWORD, again=PASSWORD)
    assert (status, "新密码已设好" in text) == (200, True)
    status, _, text = send(browser, "/desk/sign-in", login="wang.fang", password="Wrong-Kettle-47")
    assert (status, "账号、密码或一次性口令不对" in text) == (401, True)
    status, place, text = send(browser, "/desk/sign-in", login="wang.fang", password=PASSWORD)
    assert (status, place) == (200, "/desk")
    assert "清波街道 · 王芳" in text
    proof = re.search(r'name="proof" value="([0-9a-f]+)"', text)
    assert proof is not None
    assert send(browser, "/desk/sign-out", proof="0" * 64)[0] == 403
    assert browser.get("/desk").url.path == "/desk"
    left = browser.post("/desk/sign-out", data={"proof": proof[1]}, follow_redirects=False)
    assert (left.headers["location"], left.headers["Clear-Site-Data"]) == ("/desk/sign-in", '"storage"')
    assert browser.get("/desk").url.path == "/desk/sign-in"


def test_nobody_is_signed_in_by_a_form_of_another_site(street: Bureau) -> None:
    refused = street.app().post(
        "/desk/sign-in", data={"login": "x", "password": "y"}, headers={"Origin": "https://evil.example"}
    )
    assert refused.status_code == 422
    assert "identity.forged" in refused.text


def test_two_of_one_name_are_told_apart(street: Bureau) -> None:
    shown = []
    for login in ("wang.fang", "wang.fang2"):
        _person, code = code_for(street, login, "王芳")
        browser = street.app()
        send(browser, "/desk/password", login=login, code=code, new=PASSWORD, again=PASSWORD)
        text = send(browser, "/desk/sign-in", login=login, password=PASSWORD)[2]
        shown.append(re.findall(r"清波街道 · ([^<]+)", text)[0])
    assert shown[0] == "王芳"
    assert re.fullmatch(r"王芳 [0-9a-f]{4}", shown[1])


def test_whoever_acts_for_several_says_for_whom(street: Bureau) -> None:
    person, code = code_for(street, "wang.fang", "王芳")
    street.later(seconds=1)
    with writing(street.engine) as connection:
        memberships.enter(connection, person, "dept-a", Role.READER, by="x", now=street.now)
    browser = street.app()
    send(browser, "/desk/password", login="wang.fang", code=code, new=PASSWORD, again=PASSWORD)
    status, place, text = send(browser, "/desk/sign-in", login="wang.fang", password=PASSWORD)
    assert (status, place) == (200, "/desk/act-in")
    assert ("清波街道" in text, "甲局" in text) == (True, True)
    proof = re.findall(r'name="proof" value="([0-9a-f]+)"', text)[0]
    at_street, at_dept = re.findall(r'name="membership" value="([^"]+)"', text)
    assert send(browser, "/desk/act-in", proof="0" * 64, membership=at_dept)[0] == 403
    assert send(browser, "/desk/act-in", proof=proof, membership=at_dept)[0] == 422, "no desk for a reader"
    assert send(browser, "/desk/act-in", proof=proof, membership=at_street)[1] == "/desk"


def test_an_offices_token_opens_the_desk_only_while_the_rules_say_so(street: Bureau) -> None:
    with writing(street.engine) as connection:
        token = issue(connection, "street", role=Role.CLIENT, by="x", days=9, now=NOON)
    browser = street.app()
    assert send(browser, "/desk/sign-in", token=token.secret, person="赵六")[1] == "/desk"
    file = street.home.rules / "identity.yaml"
    closed = "  - {name: office_token_sign_in, value: false, source: t,"
    closed += " valid_from: 2025-09-01, confidence: test}\n"
    file.write_text(file.read_text(encoding="utf-8") + closed, encoding="utf-8")
    browser = street.app()
    assert "本单位的令牌" not in browser.get("/desk/sign-in").text
    assert send(browser, "/desk/sign-in", token=token.secret, person="赵六")[0] == 401
    with reading(street.engine) as connection:
        assert memberships.of_organisation(connection, "street", NOON.date()) == ()
