"""Signing in at a real provider of identities, and everything in its answer that must hold."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from starlette.testclient import TestClient

from catalog.keys import load
from catalog.store import writing
from policies.access import Role
from space.identity import external, openid_provider
from tests.space.identity.conftest import Bureau
from tests.space.identity.openid_site import CLIENT, SECRET

pytestmark = pytest.mark.full

SITE = Path(__file__).with_name("openid_site.py")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a provider that runs in a process of its own."""
    program = [sys.executable, str(SITE), str(tmp_path_factory.mktemp("provider"))]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.terminate()


@pytest.fixture
def told(bureau: Bureau, site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bureau]:
    """An installation that is told of the provider, and a person linked to the one who signs in there."""
    secret = tmp_path / "provider.secret"
    secret.write_text(SECRET, encoding="utf-8")
    secret.chmod(0o600)
    issuer = f"{site}/o"
    for name, value in {"ISSUER": issuer, "CLIENT_ID": CLIENT, "SECRET_FILE": str(secret)}.items():
        monkeypatch.setenv(f"YBZ_OPENID_{name}", value)
    openid_provider._known.clear()
    bureau.now = datetime.now(UTC)
    person = bureau.person("王芳", Role.CLERK)
    with writing(bureau.engine) as connection:
        key = load(bureau.home).pseudonym
        external.link(connection, key, person, issuer, "1", by="x", now=bureau.now)
    yield bureau
    httpx.get(f"{site}/set", params={"issuer": "", "lifetime": "36000"})


def begin(browser: TestClient) -> str:
    """The address of the provider a sign-in goes on at."""
    begun = browser.get("/desk/openid", follow_redirects=False)
    assert begun.status_code == 303, begun.text
    return begun.headers["location"]


def let_in_by(address: str, **changed: str) -> str:
    """Sign in at the provider; where it sends the browser back to."""
    parts = urlsplit(address)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()} | changed
    place = parts._replace(query=urlencode(asked)).geturl()
    with httpx.Client() as client:
        for _ in range(5):
            answer = client.get(place)
            assert answer.is_redirect, answer.text
            place = str(answer.next_request.url) if answer.next_request is not None else ""
            if place.startswith("https://ledger.example"):
                return place
    raise AssertionError("the provider did not send back")


def code(answer: Any) -> str:
    found = [one for one in CODES if CODES[one] in answer.text]
    return found[0] if found else answer.text


CODES = {
    "state": "the sign-in was not begun in this browser",
    "refused": "the provider of identities let nobody in",
    "token": "what the provider of identities says does not hold",
    "unknown": "nobody here is known by that identity",
    "unreachable": "the provider of identities does not answer",
}


def test_whoever_the_provider_vouches_for_is_signed_in(told: Bureau) -> None:
    browser = told.app()
    address = begin(browser)
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    answer = browser.get(let_in_by(address))
    assert answer.status_code == 200, answer.text
    assert "已登录" in answer.text
    current = browser.get("/v1/sessions/current").json()
    assert (current["name"], current["role"]) == ("王芳", "clerk")
    (opened,) = told.evidence("space:session:open")
    assert opened["means"] == "openid"
    assert "1" not in opened.values()


def test_the_way_back_is_gone_once(told: Bureau) -> None:
    browser = told.app()
    back = let_in_by(begin(browser))
    kept = dict(browser.cookies)
    assert browser.get(back).status_code == 200
    browser.cookies.update(kept)
    again = browser.get(back)
    assert (again.status_code, code(again)) == (401, "state")


def test_a_code_that_was_used_lets_nobody_in(told: Bureau) -> None:
    browser, other = told.app(), told.app()
    back = let_in_by(begin(browser))
    assert browser.get(back).status_code == 200
    state = parse_qs(urlsplit(begin(other)).query)["state"][0]
    used = parse_qs(urlsplit(back).query)["code"][0]
    replayed = other.get("/desk/openid/back", params={"state": state, "code": used})
    assert (replayed.status_code, code(replayed)) == (401, "refused")


def test_a_code_of_another_browser_is_of_no_use_here(told: Bureau) -> None:
    victim, thief = told.app(), told.app()
    stolen = parse_qs(urlsplit(let_in_by(begin(victim))).query)["code"][0]
    state = parse_qs(urlsplit(begin(thief)).query)["state"][0]
    refused = thief.get("/desk/openid/back", params={"state": state, "code": stolen})
    assert (refused.status_code, code(refused)) == (401, "refused"), "its verifier is another's"


@pytest.mark.parametrize("changed", ["state", "cookie", "late"])
def test_an_answer_counts_in_the_browser_that_asked_for_a_while(told: Bureau, changed: str) -> None:
    browser = told.app()
    back = let_in_by(begin(browser))
    if changed == "state":
        back = back.replace("state=", "state=x")
    elif changed == "cookie":
        browser = told.app()
    else:
        told.later(minutes=11)
    refused = browser.get(back)
    assert (refused.status_code, code(refused)) == (401, "state")


def test_an_identity_token_of_another_beginning_does_not_hold(told: Bureau) -> None:
    browser = told.app()
    refused = browser.get(let_in_by(begin(browser), nonce="of-another"))
    assert (refused.status_code, code(refused)) == (401, "token")


def test_an_identity_token_of_another_issuer_does_not_hold(told: Bureau, site: str) -> None:
    browser = told.app()
    back = let_in_by(begin(browser))
    httpx.get(f"{site}/set", params={"issuer": "https://another.example"})
    refused = browser.get(back)
    assert (refused.status_code, code(refused)) == (401, "token")


def test_a_provider_that_says_to_be_another_is_not_asked(told: Bureau, site: str) -> None:
    httpx.get(f"{site}/set", params={"issuer": "https://another.example"})
    refused = told.app().get("/desk/openid", follow_redirects=False)
    assert code(refused) == "unreachable"


def test_an_identity_token_that_is_over_does_not_hold(told: Bureau, site: str) -> None:
    httpx.get(f"{site}/set", params={"lifetime": "-3600"})
    browser = told.app()
    refused = browser.get(let_in_by(begin(browser)))
    assert (refused.status_code, code(refused)) == (401, "token")


def test_a_clock_that_differs_a_little_lets_in(told: Bureau, site: str) -> None:
    httpx.get(f"{site}/set", params={"lifetime": "-30"})
    browser = told.app()
    assert browser.get(let_in_by(begin(browser))).status_code == 200


def test_a_key_the_provider_changed_is_read_again(told: Bureau, site: str) -> None:
    browser = told.app()
    assert browser.get(let_in_by(begin(browser))).status_code == 200
    httpx.get(f"{site}/set", params={"key": "new"})
    told.later(seconds=11)
    browser = told.app()
    assert browser.get(let_in_by(begin(browser))).status_code == 200


def test_what_the_provider_refuses_lets_nobody_in(told: Bureau) -> None:
    browser = told.app()
    state = parse_qs(urlsplit(begin(browser)).query)["state"][0]
    refused = browser.get("/desk/openid/back", params={"state": state, "error": "access_denied"})
    assert (refused.status_code, code(refused)) == (401, "refused")


def test_whom_nobody_knows_here_is_let_in_nowhere(told: Bureau) -> None:
    with writing(told.engine) as connection:
        (person,) = [row["person"] for row in told.evidence("space:person:link")]
        for link in external.links(connection, str(person)):
            external.unlink(connection, link.id, by="x", now=told.now)
    browser = told.app()
    refused = browser.get(let_in_by(begin(browser)))
    assert (refused.status_code, code(refused)) == (401, "unknown")
    assert told.evidence("space:session:open") == []
