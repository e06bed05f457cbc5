"""The answers of a grant over HTTP, each with its receipt, and receipts verified by anybody who has one."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx
import pytest

from space.api.app import create_app
from tests.forged import forged, written_otherwise
from tests.space.grants.test_http_handlers import BY_INDUSTRY, TRADE, question, token
from tests.space.serving import serving


@pytest.fixture
def bureau(busy: Any) -> Any:
    """The bureau with grants that were signed before."""
    return busy


@pytest.fixture
def http(bureau: Any) -> Iterator[httpx.Client]:
    """A client of the real application on a real socket, with the bureau's clock."""
    app = create_app(bureau.home, clock=bureau.clock, pool=bureau.pool)
    with serving(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


def test_answers_are_listed_newest_first_and_their_receipts_verified(http: httpx.Client, bureau: Any) -> None:
    held = bureau.held(TRADE)
    mine = token(bureau, {"code": held.grantee})
    given = []
    for _ in range(2):
        given.append(http.post("/v1/queries", json=question(held), headers=mine).json())
        bureau.clock.now += timedelta(minutes=1)
    listed = http.get(f"/v1/grants/{held.id}/receipts", headers=mine).json()
    assert [one["id"] for one in listed["receipts"]] == [one["receipt"]["id"] for one in reversed(given)]
    assert [one["repeated"] for one in listed["receipts"]] == [True, False]
    first = http.get(f"/v1/grants/{held.id}/receipts?limit=1", headers=mine).json()
    rest = http.get(f"/v1/grants/{held.id}/receipts?after={first['next']}", headers=mine).json()
    assert [one["id"] for one in rest["receipts"]] == [given[0]["receipt"]["id"]]
    assert rest["next"] is None
    jws = given[0]["receipt"]["jws"]
    verdict = http.post("/v1/receipts/verifications", json={"receipt": jws}, headers=mine).json()
    assert verdict["ok"]
    assert verdict["states"]["grant"] == held.id
    assert verdict["evidence"]["proof"]["leaf_hash"] == verdict["states"]["evidence"]


def test_a_receipt_that_was_changed_does_not_hold(http: httpx.Client, bureau: Any) -> None:
    held = bureau.held(TRADE)
    mine = token(bureau, {"code": held.grantee})
    jws = http.post("/v1/queries", json=question(held), headers=mine).json()["receipt"]["jws"]
    head, body, signature = jws.split(".")
    for text in (forged(jws), written_otherwise(jws), "no receipt", f"{head}.{body[:-4]}.{signature}"):
        verdict = http.post("/v1/receipts/verifications", json={"receipt": text}, headers=mine).json()
        assert not verdict["ok"]
        assert verdict["problem"]
        assert verdict["states"] is None


def test_answers_of_another_organisation_are_not_told_from_none(http: httpx.Client, bureau: Any) -> None:
    held = bureau.held(TRADE)
    stranger = token(bureau, {"code": held.grantor})
    for grant in (held.id, "grt_none"):
        told = http.get(f"/v1/grants/{grant}/receipts", headers=stranger)
        assert (told.status_code, told.json()["code"]) == (404, "not_found")


def test_a_refused_question_is_explained_with_its_places(http: httpx.Client, bureau: Any) -> None:
    held = bureau.held(TRADE)
    mine = token(bureau, {"code": held.grantee})
    sql = BY_INDUSTRY.replace("count(*)", "max(owner)")
    told = http.post("/v1/queries/explain", json=question(held, sql), headers=mine)
    assert told.status_code == 422
    where = sql.index("owner")
    place = {"line": 1, "column": where + 1, "start": where, "length": 5}
    assert told.json()["reasons"][0]["places"] == [place]


def test_the_file_somebody_took_away_is_told_from_another(http: httpx.Client, bureau: Any) -> None:
    held = bureau.held(TRADE)
    mine = token(bureau, {"code": held.grantee})
    answered = http.post("/v1/queries", json=question(held), headers=mine).json()
    key = {"Idempotency-Key": "taken-away"}
    kinds = ("text/csv", "application/vnd.apache.arrow.stream", "application/vnd.apache.arrow.file")
    taken = [
        http.post("/v1/queries", json=question(held), headers=mine | key | {"Accept": kind}) for kind in kinds
    ]
    receipt = taken[0].headers["ybz-receipt"]
    assert {one.headers["ybz-receipt"] for one in taken} == {receipt}

    def said(content: bytes, jws: str = receipt) -> Any:
        body = {"receipt": jws, "answer": base64.b64encode(content).decode()}
        return http.post("/v1/receipts/verifications", json=body, headers=mine).json()["answer"]

    csv_of, _, file_of = (one.content for one in taken)
    heads = csv_of.decode().splitlines()[0].split(",")
    errors = json.loads(taken[0].headers["ybz-accuracy"])
    assert [one["column"] for one in errors] == [one["column"] for one in answered["accuracy"]]
    assert heads[-2:] == [f"{errors[-1]['column']}_lower", f"{errors[-1]['column']}_upper"]
    assert [said(one.content) for one in taken] == [True, True, True]
    states = http.post("/v1/receipts/verifications", json={"receipt": receipt}, headers=mine).json()
    assert sha256(file_of).hexdigest() == states["states"]["answer"]
    assert states["answer"] is None
    # A spreadsheet writes its own marks and line ends; the cells stay the same.
    assert said(b"\xef\xbb\xbf" + csv_of.replace(b"\r\n", b"\n"))
    assert said(csv_of.replace(b"\r\n", b",1\r\n")) is False
    first, *rest = csv_of.decode().splitlines()
    surer = [",".join((*line.split(",")[:-2], line.split(",")[-3], line.split(",")[-3])) for line in rest]
    assert said("\r\n".join((first, *surer)).encode()) is False, "bounds that promise more than was said"
    assert said(file_of[:-1]) is False
    # The same rows under the receipt of a repeated call are the same answer.
    assert said(csv_of, answered["receipt"]["jws"])


def test_an_answer_that_is_no_base64_is_turned_away(http: httpx.Client, bureau: Any) -> None:
    mine = token(bureau, {"code": bureau.held(TRADE).grantee})
    body = {"receipt": "a.b.c", "answer": "no base64"}
    assert http.post("/v1/receipts/verifications", json=body, headers=mine).status_code == 422
