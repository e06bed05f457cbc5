"""Nothing that is made for one address is accepted because a caller wrote another into ``Host``."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc.jwk import OKPKey
from starlette.testclient import TestClient

from catalog.settings.reading import file_of
from policies.access import Role
from tests.space.identity.conftest import PASSWORD, Bureau
from tests.space.identity.test_machine_clients import (
    ISSUER,
    TOKEN,
    asked,
    bearer,
    by_assertion,
    claims_of,
    let_in,
    registered,
)

ELSEWHERE = "https://another.example"


def untold(bureau: Bureau) -> None:
    """An installation that nobody told its address."""
    file_of(bureau.home.root).unlink()


def called(monkeypatch: pytest.MonkeyPatch, bureau: Bureau, address: str) -> None:
    """Requests of the test name that address as their host."""
    monkeypatch.setattr(Bureau, "app", lambda self, base_url=address: _app(self, base_url))


def _app(bureau: Bureau, address: str) -> TestClient:
    return TestClient(bureau.application, base_url=address, raise_server_exceptions=False)


@pytest.mark.parametrize("told", [True, False])
def test_an_assertion_for_another_host_is_refused_whatever_the_host_header_says(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    key = OKPKey.generate_key("Ed25519")
    given = registered(bureau, jwk=key.as_dict(private=False))
    if not told:
        untold(bureau)
    called(monkeypatch, bureau, ELSEWHERE)
    answer = by_assertion(bureau, key, claims_of(bureau, given, aud=f"{ELSEWHERE}/v1/token"))
    if told:
        assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})
    else:
        assert (answer.status_code, answer.json()["code"]) == (421, "identity.no_address")
        assert "YBZ_PUBLIC_URL" in answer.json()["reasons"][0]["allowed"]


def test_a_token_made_here_is_good_whatever_the_host_header_says_and_says_our_name(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = registered(bureau)
    called(monkeypatch, bureau, ELSEWHERE)
    assert let_in(bureau, bearer(asked(bureau, given)))
    assert bureau.app().get("/.well-known/oauth-authorization-server").json()["issuer"] == ISSUER


@pytest.mark.parametrize("address", ["http://127.0.0.1:8700", "http://localhost:8700", "http://[::1]:8700"])
def test_on_the_machine_itself_nobody_has_to_say_the_address(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    untold(bureau)
    given = registered(bureau)
    called(monkeypatch, bureau, address)
    assert let_in(bureau, bearer(asked(bureau, given)))
    assert bureau.app().get("/.well-known/oauth-authorization-server").json()["issuer"] == address


@pytest.mark.parametrize("address", [ELSEWHERE, "http://127.0.0.1.another.example", "http://10.1.2.3:8700"])
def test_an_untold_installation_gives_no_token_and_no_discovery_to_elsewhere(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    untold(bureau)
    given = registered(bureau)
    called(monkeypatch, bureau, address)
    answers: list[Any] = [
        asked(bureau, given),
        bureau.app().get("/.well-known/oauth-authorization-server"),
        bureau.app().get("/v1/sessions", headers={"Authorization": "Bearer e30.e30.e30"}),
    ]
    assert [one.status_code for one in answers] == [421] * len(answers)
    assert bureau.app().post(TOKEN, data={"grant_type": "password"}).status_code == 400


def test_a_page_of_another_name_of_ours_is_not_our_page(bureau: Bureau) -> None:
    bureau.account("wang.fang", "王芳", Role.CLERK)
    sent, there = {"login": "wang.fang", "password": PASSWORD}, _app(bureau, ELSEWHERE)
    assert there.post("/v1/sessions", json=sent, headers={"Origin": ELSEWHERE}).status_code == 403
    ours = bureau.app().post("/v1/sessions", json=sent, headers={"Origin": ISSUER})
    assert ours.status_code == 201


def test_a_proxy_that_does_not_say_tls_still_gets_cookies_for_tls_alone(bureau: Bureau) -> None:
    bureau.account("wang.fang", "王芳", Role.CLERK)
    behind = _app(bureau, "http://127.0.0.1:8700")
    done = behind.post("/v1/sessions", json={"login": "wang.fang", "password": PASSWORD})
    kept = done.headers.get_list("set-cookie")
    assert kept
    assert all(each.startswith("__Host-") and "Secure" in each for each in kept)
