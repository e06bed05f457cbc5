"""The Python client at a space served over HTTP: answers, receipts, refusals, and a line that breaks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import func, select

from catalog.keys import load, public_from_pem
from catalog.store.tables.queries import usages
from space.client import connect
from space.remote.answers import ReceiptDoubted
from space.remote.wire import NotReached, Patience, SpaceProblem
from tests.space.remote.conftest import BY_INDUSTRY, Office

WANTED = [{"industry": "制造业", "firms": 40}, {"industry": "零售业", "firms": 30}]


class Broken(httpx.BaseTransport):
    """A way to the space on which some messages are lost: the network's, with its faults in order."""

    def __init__(self, *faults: str) -> None:
        self.faults, self.network, self.sent = list(faults), httpx.HTTPTransport(), 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent += 1
        fault = self.faults.pop(0) if self.faults else "none"
        if fault == "not sent":
            raise httpx.ConnectError("refused", request=request)
        response = self.network.handle_request(request)
        if fault == "answer lost":
            response.read()
            response.close()
            raise httpx.ReadError("reset", request=request)
        return response

    def close(self) -> None:
        self.network.close()


class Changed(httpx.BaseTransport):
    """A way to the space on which somebody changes answers."""

    def __init__(self, change: Callable[[dict[str, Any]], None]) -> None:
        self.change, self.network = change, httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self.network.handle_request(request)
        if not request.url.path.endswith(("/queries", "/keys")):
            return response
        response.read()
        body = response.json()
        self.change(body)
        return httpx.Response(response.status_code, json=body, request=request)

    def close(self) -> None:
        self.network.close()


def asked(office: Office, client: Any, sql: str = BY_INDUSTRY, **more: Any) -> Any:
    """Ask under the office's grant."""
    with client as space:
        return space.query(sql, grant=office.held.id, purpose=office.held.terms.purpose, **more)


def calls(office: Office) -> int:
    """Answers that were metered."""
    return int(office.bureau.count(select(func.count()).where(usages.c.outcome.in_(("answered", "cached")))))


def test_an_answer_comes_as_arrow_and_pandas_with_its_receipt_verified(office: Office) -> None:
    answer = asked(office, office.client(), f"{BY_INDUSTRY} ORDER BY firms DESC")

    assert answer.to_pylist() == WANTED
    assert [str(field.type) for field in answer.to_arrow().schema] == [kind for _, kind in answer.columns]
    assert answer.to_pandas()["firms"].sum() == 70
    assert (answer.mode, answer.repeated, answer.cost["calls"]) == ("threshold", False, 1)
    assert answer.receipt["grant"] == office.held.id
    assert answer.receipt["price_fen"] == answer.cost["price_fen"]


def test_keys_handed_over_beforehand_are_the_ones_that_count(office: Office, tmp_path: Path) -> None:
    pem = tmp_path / "space.pem"
    pem.write_bytes(load(office.bureau.home).signer.public_pem)
    assert asked(office, office.client(keys=pem)).to_pylist()

    jwks = tmp_path / "space.json"
    jwks.write_text(httpx.get(f"{office.address}/v1/keys").text)
    assert asked(office, office.client(keys=jwks)).repeated

    foreign = tmp_path / "foreign.pem"
    public = Ed25519PrivateKey.generate().public_key()
    foreign.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(ReceiptDoubted, match="signed with another key"):
        asked(office, office.client(keys=foreign))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda told: told.get("receipt", {}).update(jws="a.b.c"), "does not hold"),
        (lambda told: told.get("receipt", {}).update(id="rct_other"), "of another call"),
    ],
)
def test_an_answer_whose_receipt_does_not_hold_is_not_handed_on(
    office: Office, change: Callable[[dict[str, Any]], None], says: str
) -> None:
    with pytest.raises(ReceiptDoubted, match=says):
        asked(office, office.client(transport=Changed(change)))


@pytest.mark.parametrize("faults", [("not sent",), ("not sent", "not sent"), ("answer lost",)])
def test_a_line_that_breaks_costs_one_call(office: Office, faults: tuple[str, ...]) -> None:
    # The keys are asked for after the answer: the faults meet the question.
    before, line = calls(office), Broken(*faults)
    answer = asked(office, office.client(transport=line))
    assert len(answer) == 2
    assert calls(office) == before + 1
    assert line.sent == len(faults) + 2


def test_a_space_that_is_away_is_asked_so_often_and_no_more(office: Office) -> None:
    line = Broken(*["not sent"] * 9)
    client = connect(
        office.address, token=office.token, patience=Patience(tries=3, first_s=0.001), transport=line
    )
    with pytest.raises(NotReached, match="after 3 tries"):
        asked(office, client)
    assert line.sent == 3


def test_a_refusal_is_told_with_its_reasons_and_never_asked_again(office: Office) -> None:
    line = Broken()
    with pytest.raises(SpaceProblem, match="not part of this grant") as told:
        asked(office, office.client(transport=line), "SELECT secret FROM market.firms")
    assert told.value.status == 422
    assert told.value.reasons[0]["code"] == told.value.code
    assert line.sent == 1


def test_what_is_no_space_is_told_as_such(office: Office) -> None:
    def answered(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(404, text="<h1>nginx</h1>")

    with pytest.raises(SpaceProblem, match="no answer of a space"):
        asked(office, office.client(transport=httpx.MockTransport(answered)))


def test_a_program_finds_its_way_from_search_to_proof(office: Office) -> None:
    with office.client() as space:
        assert [one["name"] for one in space.search("企业")] == ["market.firms"]
        assert space.dataset("market.firms")["title"] == "企业登记"
        assert "industry" in json.dumps(space.dictionary("market.firms"))
        assert space.sample("market.firms", rows=20).num_rows == 20
        assert office.held.id in [one["id"] for one in space.grants()]

        told = space.explain(BY_INDUSTRY, grant=office.held.id, purpose=office.held.terms.purpose)
        answer = space.query(BY_INDUSTRY, grant=office.held.id, purpose=office.held.terms.purpose)
        assert told["mode"] == answer.mode
        assert space.receipt(answer.receipt["id"]) == answer.receipt
        proof = space.proof(answer.receipt["entry"])
        assert proof["leaf_hash"] == answer.receipt["evidence"]
    assert public_from_pem(load(office.bureau.home).signer.public_pem) in {
        key.public_raw for key in space.ring.keys
    }
