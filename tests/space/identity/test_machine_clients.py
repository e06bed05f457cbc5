"""Machine clients: they prove themselves, are given short-lived tokens, and are revoked at once."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from sqlalchemy import event, select

from catalog.store import reading, writing
from catalog.store.tables.machine_clients import client_credentials
from catalog.store.tables.queries import refused_strangers
from policies.access import Role
from space.errors import Refused, Unknown
from space.identity import clients, token_keys
from space.identity.assertions import TYPE
from space.identity.callers import of_bearer
from space.identity.tokens import issue
from tests.forged import forged, written_otherwise
from tests.space.identity.conftest import NOON, Bureau

ISSUER = "https://ledger.example"
TOKEN, DOOR = "/v1/token", "/v1/search?q=x"


def registered(bureau: Bureau, **more: Any) -> clients.Given:
    with writing(bureau.engine) as connection:
        return clients.register(connection, "夜间作业", "dept-a", Role.READER, by="x", now=bureau.now, **more)


def asked(bureau: Bureau, given: clients.Given, **more: str) -> Any:
    form = {"grant_type": "client_credentials", "client_id": given.client.id, "client_secret": given.secret}
    return bureau.app().post(TOKEN, data=form | more)


def bearer(answer: Any) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def let_in(bureau: Bureau, headers: dict[str, str]) -> bool:
    """Whether somebody known asks: what the role permits is another matter."""
    return bureau.app().get("/v1/sessions", headers=headers).status_code == 200


def claims_of(bureau: Bureau, given: clients.Given, **changed: Any) -> dict[str, Any]:
    seconds = int(bureau.now.timestamp())
    stated = {
        "iss": given.client.id, "sub": given.client.id, "aud": f"{ISSUER}/v1/token", "iat": seconds,
        "exp": seconds + 120, "jti": "one",
    }  # fmt: skip
    return {name: value for name, value in (stated | changed).items() if value is not None}


def by_assertion(bureau: Bureau, key: Any, claims: dict[str, Any], alg: str = "Ed25519") -> Any:
    text = jwt.encode({"alg": alg}, claims, key, algorithms=[alg])
    form = {"grant_type": "client_credentials", "client_assertion_type": TYPE, "client_assertion": text}
    return bureau.app().post(TOKEN, data=form)


def test_a_secret_is_kept_as_a_hash_and_brings_a_token(bureau: Bureau) -> None:
    given = registered(bureau)
    with reading(bureau.engine) as connection:
        assert str(given.secret) not in str(connection.execute(select(client_credentials)).all())
    answer = asked(bureau, given)
    assert answer.headers["cache-control"] == "no-store"
    assert {name: answer.json()[name] for name in ("token_type", "expires_in", "scope")} == {
        "token_type": "Bearer", "expires_in": 900, "scope": "role:reader",
    }  # fmt: skip
    assert let_in(bureau, bearer(answer))
    bureau.later(seconds=899)
    assert let_in(bureau, bearer(answer))
    bureau.later(seconds=1)
    assert not let_in(bureau, bearer(answer)), "it is short-lived"


def test_a_secret_may_stand_in_the_header(bureau: Bureau) -> None:
    given = registered(bureau)
    held = base64.b64encode(f"{given.client.id}:{given.secret}".encode()).decode()
    form, header = {"grant_type": "client_credentials"}, {"Authorization": f"Basic {held}"}
    assert bureau.app().post(TOKEN, data=form, headers=header).status_code == 200
    twice = form | {"client_id": given.client.id, "client_secret": str(given.secret)}
    refused = bureau.app().post(TOKEN, data=twice, headers=header)
    assert (refused.status_code, refused.json()) == (401, {"error": "invalid_client"})


@pytest.mark.parametrize(
    ("key", "alg"),
    [
        (OKPKey.generate_key("Ed25519"), "Ed25519"),
        (ECKey.generate_key("P-256"), "ES256"),
        (RSAKey.generate_key(2048), "PS256"),
    ],
)
def test_a_client_signs_instead_of_telling_a_secret(bureau: Bureau, key: Any, alg: str) -> None:
    given = registered(bureau, jwk=key.as_dict(private=False))
    assert given.secret is None
    assert let_in(bureau, bearer(by_assertion(bureau, key, claims_of(bureau, given), alg)))


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "https://another.example/v1/token"},
        {"aud": None},
        {"iss": "cli_another"},
        {"sub": "cli_another"},
        {"exp": None},
        {"exp": int(NOON.timestamp()) + 361},
        {"exp": int(NOON.timestamp()) - 61},
        {"exp": float("inf")},
        {"exp": True},
        {"nbf": int(NOON.timestamp()) + 120},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
    ],
)
def test_an_assertion_is_for_us_from_the_client_for_minutes(bureau: Bureau, changed: dict[str, Any]) -> None:
    key = OKPKey.generate_key("Ed25519")
    given = registered(bureau, jwk=key.as_dict(private=False))
    refused = by_assertion(bureau, key, claims_of(bureau, given, **changed))
    assert (refused.status_code, refused.json()) == (401, {"error": "invalid_client"})


def test_an_assertion_is_good_once(bureau: Bureau) -> None:
    key = OKPKey.generate_key("Ed25519")
    given = registered(bureau, jwk=key.as_dict(private=False))
    first, again, other = (
        by_assertion(bureau, key, claims_of(bureau, given, jti=jti)).status_code for jti in ("a", "a", "b")
    )
    assert (first, again, other) == (200, 401, 200)


def test_an_assertion_is_signed_with_a_key_of_the_client(bureau: Bureau) -> None:
    key, foreign = OKPKey.generate_key("Ed25519"), OKPKey.generate_key("Ed25519")
    given = registered(bureau, jwk=key.as_dict(private=False))
    claims = claims_of(bureau, given)
    assert by_assertion(bureau, foreign, claims).status_code == 401
    symmetric = OctKey.import_key(json.dumps(key.as_dict(private=False)).encode())
    assert by_assertion(bureau, symmetric, claims, "HS256").status_code == 401
    signed = jwt.encode({"alg": "Ed25519"}, claims, key, algorithms=["Ed25519"])
    head, body, _ = signed.split(".")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    changed = (forged(signed), written_otherwise(signed))
    for text in (f"{unsigned}.{body}.", f"{head}.{body}.", *changed, "a.b.c", "", "…"):
        form = {"grant_type": "client_credentials", "client_assertion_type": TYPE, "client_assertion": text}
        assert bureau.app().post(TOKEN, data=form).status_code == 401, text


@pytest.mark.parametrize(
    "jwk",
    [
        OKPKey.generate_key("Ed25519").as_dict(private=True),
        OctKey.generate_key(256).as_dict(private=True),
        ECKey.generate_key("P-384").as_dict(private=False),
        {"kty": "OKP"},
        {},
    ],
)
def test_a_key_of_a_client_is_public_and_one_we_take(bureau: Bureau, jwk: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"^identity\.client_key: "):
        registered(bureau, jwk=jwk)


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_an_administrator_is_no_program(bureau: Bureau, role: Role) -> None:
    with writing(bureau.engine) as connection, pytest.raises(Refused, match=r"^identity\.client_role: "):
        clients.register(connection, "x", "dept-a", role, by="x", now=NOON)


def test_the_former_secret_works_for_a_day_after_a_rotation(bureau: Bureau) -> None:
    former = registered(bureau)
    with writing(bureau.engine) as connection:
        fresh = clients.rotate(connection, former.client.id, by="x", now=bureau.now)
    assert [asked(bureau, each).status_code for each in (former, fresh)] == [200, 200]
    bureau.later(hours=24)
    assert [asked(bureau, each).status_code for each in (former, fresh)] == [401, 200]


def test_a_rotation_at_once_leaves_nothing_of_the_former(bureau: Bureau) -> None:
    former = registered(bureau)
    held = bearer(asked(bureau, former))
    with writing(bureau.engine) as connection:
        fresh = clients.rotate(connection, former.client.id, by="x", now=bureau.now, at_once=True)
    assert asked(bureau, former).status_code == 401
    assert not let_in(bureau, held)
    assert let_in(bureau, bearer(asked(bureau, fresh))), "a token of the same second is not among them"


def test_a_revocation_leaves_the_client_and_ends_its_tokens(bureau: Bureau) -> None:
    given = registered(bureau)
    bureau.later(seconds=30)
    held = bearer(asked(bureau, given))
    assert let_in(bureau, held)
    with writing(bureau.engine) as connection:
        clients.revoke(connection, given.client.id, by="x", now=bureau.now)
    assert not let_in(bureau, held)
    assert let_in(bureau, bearer(asked(bureau, given)))
    with writing(bureau.engine) as connection:
        clients.end(connection, given.client.id, by="x", now=bureau.now)
        with pytest.raises(Unknown):
            clients.rotate(connection, given.client.id, by="x", now=bureau.now)
    assert asked(bureau, given).status_code == 401


def test_another_key_signs_and_the_former_is_accepted_until_its_tokens_end(bureau: Bureau) -> None:
    given = registered(bureau)
    former = bearer(asked(bureau, given))
    with writing(bureau.engine) as connection:
        token_keys.rotate(connection, bureau.home, by="x", now=bureau.now)
    fresh = bearer(asked(bureau, given))
    published = bureau.app().get("/v1/token/keys").json()["keys"]
    kids = [json.loads(base64.urlsafe_b64decode(each["Authorization"].split()[1].split(".")[0] + "=="))["kid"]
            for each in (former, fresh)]  # fmt: skip
    assert sorted(key["kid"] for key in published) == sorted(kids)
    assert len(set(kids)) == 2
    assert let_in(bureau, former)
    assert let_in(bureau, fresh)
    bureau.later(minutes=17)
    assert [key["kid"] for key in bureau.app().get("/v1/token/keys").json()["keys"]] == kids[1:]
    held = bearer(asked(bureau, given))
    with writing(bureau.engine) as connection:
        token_keys.rotate(connection, bureau.home, by="x", now=bureau.now, at_once=True)
    assert not let_in(bureau, held), "a key others may have is good for nothing at once"


def test_a_changed_or_foreign_token_is_nobodys(bureau: Bureau) -> None:
    given = registered(bureau)
    text = asked(bureau, given).json()["access_token"]
    head, body, signature = text.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    other = (
        base64.urlsafe_b64encode(json.dumps(claims | {"exp": 9_999_999_999}).encode()).decode().rstrip("=")
    )
    changed = (forged(text), written_otherwise(text))
    for wrong in (
        f"{head}.{other}.{signature}",
        *changed,
        f"{head}.{body}.",
        f"{head}.{body}",
        "a.b.c",
        "." * 5000,
    ):
        assert not let_in(bureau, {"Authorization": f"Bearer {wrong}"}), wrong[:40]
    with reading(bureau.engine) as connection:
        assert of_bearer(connection, text, issuer=ISSUER, now=bureau.now) is not None
        assert of_bearer(connection, text, issuer="https://another.example", now=bureau.now) is None


def test_a_receipt_key_signs_no_token(bureau: Bureau) -> None:
    from catalog.keys import load
    from space.calls import jws

    given = registered(bureau)
    text = asked(bureau, given).json()["access_token"]
    claims = json.loads(base64.urlsafe_b64decode(text.split(".")[1] + "=="))
    forged = jws.sign(load(bureau.home).signer, claims, "at+jwt")
    assert not let_in(bureau, {"Authorization": f"Bearer {forged}"})


def test_a_scope_is_never_more_than_the_client_has(bureau: Bureau) -> None:
    given = registered(bureau)
    narrower = asked(bureau, given, scope="grant:gr_1")
    assert narrower.json()["scope"] == "role:reader grant:gr_1"
    with reading(bureau.engine) as connection:
        who = of_bearer(connection, narrower.json()["access_token"], issuer=ISSUER, now=bureau.now)
    assert who is not None
    assert (who.organisation, who.role, who.grant_id, who.person) == ("dept-a", Role.READER, "gr_1", None)
    for scope in ("role:authority", "role:reader everything", "grant:gr_1 grant:gr_2"):
        assert asked(bureau, given, scope=scope).json() == {"error": "invalid_scope"}


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_secret": "x"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_assertion": "x"}, 401, "invalid_client"),
    ],
)
def test_the_token_endpoint_refuses_as_its_standard_says(
    bureau: Bureau, form: dict[str, str], status: int, error: str
) -> None:
    refused = bureau.app().post(TOKEN, data=form)
    assert (refused.status_code, refused.json()) == (status, {"error": error})
    with reading(bureau.engine) as connection:
        counted = connection.execute(select(refused_strangers.c.reason)).scalars().all()
    assert counted == (["client"] if status == 401 else [])


def test_a_client_finds_everything_by_discovery(bureau: Bureau) -> None:
    found = bureau.app().get("/.well-known/oauth-authorization-server").json()
    assert (found["issuer"], found["token_endpoint"]) == (ISSUER, f"{ISSUER}/v1/token")
    assert "private_key_jwt" in found["token_endpoint_auth_methods_supported"]
    assert "none" not in found["token_endpoint_auth_signing_alg_values_supported"]


def test_a_token_is_checked_by_two_indexed_reads(bureau: Bureau) -> None:
    given = registered(bureau)
    text, asked_for = asked(bureau, given).json()["access_token"], []
    with reading(bureau.engine) as connection:
        event.listen(connection, "before_cursor_execute", lambda *said: asked_for.append(said[2]))
        of_bearer(connection, text, issuer=ISSUER, now=bureau.now)
    assert len(asked_for) == 2
    assert all("WHERE" in said for said in asked_for)


def test_opaque_tokens_go_on_working(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        made = issue(connection, "dept-a", role=Role.READER, by="x", days=1, now=bureau.now)
    assert let_in(bureau, {"Authorization": f"Bearer {made.secret}"})


def test_an_organisations_own_people_keep_its_clients_and_no_others(bureau: Bureau) -> None:
    bureau.account("head.a", "王芳", Role.DEPARTMENT_HEAD)
    head, proof = bureau.sign_in("head.a")
    mine = {"name": "夜间作业", "organisation": "dept-a", "role": "client"}
    made = head.post("/v1/clients", json=mine, headers=proof)
    assert made.status_code == 201, made.text
    assert made.json()["secret"].startswith("ybzc_")
    stronger = head.post("/v1/clients", json=mine | {"role": "authority"}, headers=proof)
    assert stronger.json()["code"] == "identity.client_role_given"
    anothers = mine | {"organisation": "dept-b"}
    assert head.post("/v1/clients", json=anothers, headers=proof).status_code == 403
    bureau.account("head.b", "李明", Role.DEPARTMENT_HEAD, "dept-b")
    other, other_proof = bureau.sign_in("head.b")
    place = f"/v1/clients/{made.json()['id']}"
    assert other.get(place).status_code == 404
    assert other.post(f"{place}/end", headers=other_proof).status_code == 404
    assert other.get("/v1/clients").json()["clients"] == []
    assert head.post(f"{place}/credentials", json={}, headers=proof).status_code == 201
    assert head.post(f"{place}/end", headers=proof).status_code == 200


def test_a_credential_of_a_stronger_client_is_a_security_administrators_to_give(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        strong = clients.register(connection, "上报作业", "dept-a", Role.AUTHORITY, by="x", now=bureau.now)
    bureau.account("head.a", "王芳", Role.DEPARTMENT_HEAD)
    head, proof = bureau.sign_in("head.a")
    place = f"/v1/clients/{strong.client.id}/credentials"
    refused = head.post(place, json={}, headers=proof)
    assert refused.json()["code"] == "identity.client_role_given"
    bureau.account("sec.a", "赵强", Role.SECURITY_ADMIN)
    security, other_proof = bureau.sign_in("sec.a")
    assert security.post(place, json={}, headers=other_proof).status_code == 201


_ANOTHER_PROCESS = """
import sys
from datetime import datetime
from catalog.home import Home
from catalog.store import open_store, reading
from space.identity.callers import of_bearer, session_of
engine, issuer = open_store(Home.find()), sys.argv[1]
for line in sys.stdin:
    token, cookie, now = line.split()
    with reading(engine) as connection:
        known = of_bearer(connection, token, issuer=issuer, now=datetime.fromisoformat(now))
        session = session_of(connection, cookie, datetime.fromisoformat(now))
    print(known is not None, session is not None, flush=True)
"""


def test_what_is_revoked_answers_no_further_call_on_another_process(bureau: Bureau) -> None:
    bureau.account("zhao.min", "赵敏", Role.SYSTEM_ADMIN)
    browser, proof = bureau.sign_in("zhao.min")
    given = registered(bureau)
    text = asked(bureau, given).json()["access_token"]
    line = f"{text} {browser.cookies['__Host-ybz-session']} {bureau.now.isoformat()}\n"
    program = [sys.executable, "-c", _ANOTHER_PROCESS, ISSUER]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None

        def told() -> str:
            other.stdin.write(line)
            other.stdin.flush()
            return other.stdout.readline().strip()

        assert told() == "True True"
        with writing(bureau.engine) as connection:
            clients.revoke(connection, given.client.id, by="x", now=bureau.now)
        assert told() == "False True"
        browser.post("/v1/sessions/current/end", headers=proof)
        assert told() == "False False"
        other.stdin.close()
