"""Attacks on what lies between a caller and the worker: replays, terms, money, messages, sizes."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from catalog.store import writing
from catalog.store.tables.grants import grants, privacy_years
from catalog.store.tables.queries import receipts, usages
from policies.access import Role
from policies.decision import Deny
from space.api.app import create_app
from space.calls import idempotency, jws
from space.calls.answers import AnswerDamaged
from space.cli.sharing.grants import request
from space.errors import Refused
from space.granting.proposals import TermsUnreadable
from space.identity.tokens import Caller, issue
from space.query.admit import Question
from tests.space.serving import serving

BY_INDUSTRY = "SELECT industry, count(*) AS firms FROM market.firms GROUP BY industry"
PERSON = "11010519491231002X"
CALLS = select(func.sum(grants.c.calls_used))


@pytest.fixture
def http(busy: Any) -> Iterator[httpx.Client]:
    """A client of the real application on a real socket, with the bureau's clock."""
    app = create_app(busy.home, clock=busy.clock, pool=busy.pool)
    with serving(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


def bearer(bureau: Any, role: Role = Role.CLIENT, **more: str) -> dict[str, str]:
    """Headers with a fresh token of the department."""
    with writing(bureau.engine) as connection:
        code = bureau.department["code"]
        issued = issue(connection, code, role=role, by="张磊", days=900, now=bureau.clock())
    return {"Authorization": f"Bearer {issued.secret}", **more}


def question(held: Any) -> dict[str, str]:
    """The body of a question."""
    return {"grant": held.id, "purpose": held.terms.purpose, "sql": BY_INDUSTRY}


def test_a_replayed_key_answers_nothing_once_the_grant_is_revoked(busy: Any, http: httpx.Client) -> None:
    held, keyed = busy.held(busy.trade), bearer(busy) | {"Idempotency-Key": "one"}
    assert http.post("/v1/queries", json=question(held), headers=keyed).status_code == 200

    busy.revoke(held)
    replay = http.post("/v1/queries", json=question(held), headers=keyed)

    assert (replay.status_code, replay.json()["code"]) == (403, "grant.revoked")


def test_a_replayed_key_answers_nothing_after_the_last_day(busy: Any, http: httpx.Client) -> None:
    held = busy.granted(busy.department, busy.trade, valid_to="2027-09-23")
    keyed = bearer(busy) | {"Idempotency-Key": "one"}
    # 15:59 UTC is the last minute of that day in the city.
    busy.clock.now = busy.clock.now.replace(year=2027, month=9, day=23, hour=15, minute=59)
    assert http.post("/v1/queries", json=question(held), headers=keyed).status_code == 200

    busy.clock.later(minutes=1)
    replay = http.post("/v1/queries", json=question(held), headers=keyed)

    assert (replay.status_code, replay.json()["code"]) == (403, "grant.expired")


def test_a_replayed_key_gives_no_answer_to_a_reader_of_the_same_organisation(
    busy: Any, http: httpx.Client
) -> None:
    held, key = busy.held(busy.trade), {"Idempotency-Key": "one"}
    assert http.post("/v1/queries", json=question(held), headers=bearer(busy) | key).status_code == 200

    replay = http.post("/v1/queries", json=question(held), headers=bearer(busy, Role.READER) | key)

    assert (replay.status_code, replay.json()["code"]) == (403, "access.role")


def test_a_replay_of_the_last_call_of_the_quota_is_the_same_answer(busy: Any, http: httpx.Client) -> None:
    held = busy.granted(busy.department, busy.trade, calls=1)
    keyed = bearer(busy) | {"Idempotency-Key": "one"}

    first = http.post("/v1/queries", json=question(held), headers=keyed)
    again = http.post("/v1/queries", json=question(held), headers=keyed)

    assert first.status_code == 200
    assert again.json() == first.json()
    assert busy.row(held).calls_used == 1


def test_a_key_stands_for_the_answer_from_the_transaction_that_charged_it(
    busy: Any, http: httpx.Client
) -> None:
    """A process killed right after that transaction costs the client no second call."""
    held, asked = busy.held(busy.trade), question(busy.held(busy.trade))
    request = (asked["grant"], asked["purpose"], asked["sql"])
    with writing(busy.engine) as connection:
        idempotency.begin(connection, held.grantee, "one", request, busy.clock())
    given = busy.gateway.ask(Caller(held.grantee), Question(*request), key="one")

    again = http.post("/v1/queries", json=asked, headers=bearer(busy) | {"Idempotency-Key": "one"})

    assert again.json()["receipt"]["id"] == given.receipt_id
    assert busy.count(CALLS) == 1


@pytest.mark.parametrize("name", ["dominance_share", "p_percent"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_protection_that_compares_with_nothing_is_not_signed(bureau: Any, name: str, value: float) -> None:
    bureau.permitted(bureau.department, bureau.people)

    with pytest.raises((Refused, TermsUnreadable)):
        bureau.sign(bureau.department, bureau.people, disclosure={name: value})


@pytest.mark.parametrize("name", ["rho", "rho_per_query", "delta"])
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_budget_without_end_is_not_signed(bureau: Any, name: str, value: float) -> None:
    bureau.permitted(bureau.operator, bureau.people)

    with pytest.raises((Refused, TermsUnreadable)):
        bureau.sign(bureau.operator, bureau.people, budget={name: value})


def test_terms_that_begin_in_a_past_year_take_their_allowance_from_the_year_of_signing(bureau: Any) -> None:
    bureau.permitted(bureau.operator, bureau.people)

    bureau.sign(bureau.operator, bureau.people, valid_from="2025-01-01", valid_to="2027-09-23")

    assert bureau.count(select(func.sum(privacy_years.c.nrho)).where(privacy_years.c.year == 2026)) > 0
    assert bureau.count(select(func.sum(privacy_years.c.nrho)).where(privacy_years.c.year == 2025)) == 0


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_a_stored_answer_that_cannot_be_handed_out_costs_nothing(busy: Any, harm: str) -> None:
    held = busy.held(busy.people)
    sql = "SELECT district, count(*) AS n FROM civil.population GROUP BY district"
    busy.ask(held, sql)
    before = busy.row(held)
    (path,) = (busy.home.root / "answers").glob("*.arrow")
    path.unlink() if harm == "gone" else path.write_bytes(b"")

    with pytest.raises(AnswerDamaged):
        busy.ask(held, sql)

    after = busy.row(held)
    assert (after.charged_fen, after.calls_used) == (before.charged_fen, before.calls_used)
    assert busy.count(select(func.count()).select_from(receipts)) == 1
    assert busy.count(select(func.count()).select_from(usages).where(usages.c.outcome != "failed")) == 1


def test_no_problem_repeats_what_was_sent(busy: Any, http: httpx.Client) -> None:
    known, held = bearer(busy), busy.held(busy.trade)
    sent = [
        http.post("/v1/queries", json=question(held) | {PERSON: "x"}, headers=known),
        http.post("/v1/queries", json=question(held) | {"sql": {PERSON: PERSON}}, headers=known),
        http.post("/v1/queries", json=question(held) | {"grant": PERSON}, headers=known),
        http.post("/v1/queries", content=f'{{"{PERSON}": '.encode(), headers=known),
        http.get(f"/v1/datasets/civil.{PERSON}", headers=known),
        http.get(f"/v1/receipts/{PERSON}", headers=known),
        http.get(f"/v1/evidence/{PERSON}", headers=known),
        http.get("/v1/search", params={"q": "a", "limit": PERSON}, headers=known),
        http.get(f"/v1/{PERSON}", headers=known),
    ]

    assert {answer.status_code // 100 for answer in sent} == {4}
    assert [answer.url.path for answer in sent if PERSON in answer.text] == []


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 90_000,
        b'{"grant": ' * 20_000,
        b'{"grant": NaN, "purpose": Infinity, "sql": -Infinity}',
        b'{"grant": "g", "purpose": "p", "sql": "\\ud800"}',
        b'{"grant": "\\u0000", "purpose": "\\u0000", "sql": "\\u0000"}',
        b"\xff\xfe",
    ],
)
def test_a_body_that_is_no_question_is_the_callers_mistake(
    busy: Any, http: httpx.Client, body: bytes
) -> None:
    headers = bearer(busy) | {"Content-Type": "application/json"}

    answer = http.post("/v1/queries", content=body, headers=headers)

    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_larger_than_any_question_is_not_read(busy: Any, http: httpx.Client, declared: bool) -> None:
    """Nobody need be known for it: it is refused before the token is looked at."""
    chunk, chunks = b" " * 65_536, 64
    content = chunk * chunks if declared else (chunk for _ in range(chunks))

    answer = http.post("/v1/queries", content=content, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (413, "http.413")


def test_a_statement_nested_without_end_is_no_signed_statement() -> None:
    part = base64.urlsafe_b64encode(b"[" * 200_000).rstrip(b"=").decode()

    with pytest.raises(jws.SignatureInvalid):
        jws.verify(f"{part}.{part}.{part}", bytes(32), "ybz-receipt+jws")


def test_a_request_file_that_swells_is_refused(busy: Any, tmp_path: Path) -> None:
    lists = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    file = tmp_path / "request.yaml"
    file.write_text(f"a0: &a0 [x, x]\n{lists}purpose: *a8\n", encoding="utf-8")

    done = CliRunner().invoke(request, ["new", str(file)])

    assert done.exit_code == 1
    assert "is not YAML" in done.output


@pytest.mark.parametrize("mode", [None, "threshold", "dp"])
def test_figures_whose_source_turned_out_to_hold_persons_are_not_handed_out_exactly(
    bureau: Any, mode: str | None
) -> None:
    """The release was made while the ledger knew of nobody behind it; the terms are signed afterwards."""
    bureau.recatalogue_air_with_a_person()
    stated = {} if mode is None else {"mode": mode}
    who = bureau.department if mode == "threshold" else bureau.operator

    held = bureau.granted(who, {"eco.figures": ("station", "readings")}, **stated)

    for sql in ("SELECT station, readings FROM eco.figures", "SELECT sum(readings) AS n FROM eco.figures"):
        assert isinstance(bureau.ask(held, sql), Deny)
