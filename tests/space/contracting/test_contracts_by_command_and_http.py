"""The same by command and over HTTP: what a person types, what a party's program sends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result
from ruamel.yaml import YAML

from catalog.keys.signers import Algorithm, new_private_pem, signer_of_pem
from catalog.store import writing
from policies.access import Role
from space.api.app import create_app
from space.cli.operation.contracts import contract
from space.cli.operation.queries import query
from space.cli.sharing.grants import grant
from space.contracting.negotiating import accept, withdraw
from space.contracting.statements import encoded
from space.contracting.values import Side
from space.identity.tokens import issue
from tests.space.bureau_contracts import MARKET
from tests.space.contracting.parties import (
    MANAGER,
    PROVIDER,
    TERMS,
    USER,
    Parties,
    conclude_in,
    sign_in,
)
from tests.space.serving import serving

BY_INDUSTRY = "SELECT industry, count(*) AS firms FROM market.firms GROUP BY industry"
UNTIL = (datetime.now(UTC) + timedelta(days=200)).date().isoformat()


def run(command: Any, *words: object, status: int = 0) -> Result:
    """Run a command and check its exit status."""
    result = CliRunner().invoke(command, [str(word) for word in words])
    assert result.exit_code == status, (result.output, result.exception)
    return result


def run_json(command: Any, *words: object, status: int = 0) -> Any:
    """Run a command with ``--json``; what it prints on stdout is one JSON value."""
    return json.loads(run(command, *words, "--json", status=status).stdout)


@pytest.fixture
def papers(parties: Parties, tmp_path: Path) -> Path:
    """Terms files and the private keys of both parties; the clock of commands is the machine's."""
    parties.bureau.clock.now = datetime.now(UTC)
    for side in (Side.PROVIDER, Side.CONSUMER):
        pem = new_private_pem(Algorithm.ED25519)
        parties.register(side, signer_of_pem(pem, side))
        (tmp_path / f"{side}.pem").write_bytes(pem)
    for name, more in (
        ("terms", {}),
        ("counter", {"rates": ["60/minute"], "hours": ["mon-sun 00:00-24:00"]}),
    ):
        with (tmp_path / f"{name}.yaml").open("w", encoding="utf-8") as file:
            YAML().dump(TERMS | {"valid_to": UNTIL} | more, file)
    return tmp_path


def test_a_contract_goes_its_way_by_command_with_signatures_made_offline(
    parties: Parties, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafted = run_json(
        contract, "draft", papers / "terms.yaml", "--to", parties.consumer, "--party", "provider",
        "--why", "产业分析", "--by", MANAGER,
    )  # fmt: skip
    named, held = drafted["id"], drafted["grant"]
    run(contract, "offer", named, "--party", "provider", "--by", MANAGER)
    stated = run_json(contract, "terms", named)
    assert (stated["in_charge"], stated["calls"]) == (TERMS["in_charge"], 1000)
    run(
        contract,
        "counter",
        named,
        papers / "counter.yaml",
        "--party",
        "consumer",
        "--why",
        "批量",
        "--by",
        USER,
    )
    shown = run(contract, "show", named).stdout
    assert "rates: + 60/minute" in shown
    assert "open now: counter (provider), accept (provider)" in shown
    early = run_json(contract, "accept", named, "--offer", 1, "--party", "provider", status=1)
    assert early["reasons"][0]["code"] == "contract.offer.superseded"
    run(contract, "accept", named, "--offer", 2, "--party", "provider", "--by", MANAGER)

    # Offline: only the bytes and the key are needed.
    run(contract, "digest", named, "--party", "consumer", "--out", papers / "statement")
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("YBZ_HOME", str(papers / "nowhere"))
        sealed = run(contract, "seal", papers / "statement", "--key", papers / "consumer.pem").stdout
    (papers / "sealed.json").write_text(sealed, encoding="utf-8")
    run(contract, "sign", named, "--party", "consumer", "--signature", papers / "sealed.json")
    run(contract, "sign", named, "--party", "provider", "--key", papers / "provider.pem")
    assert run_json(contract, "show", named)["state"] == "signed"
    run(grant, "show", held, status=1)
    told = run(contract, "sign", named, "--party", "platform", "--by", "平台值班员").stdout
    assert f"in force: grant {held}" in told

    assert run_json(contract, "verify", named)["signed"] == ["consumer", "provider", "platform"]
    checked_elsewhere(parties, papers, named, monkeypatch)
    assert "rates: 60/minute" in run(grant, "show", held).stdout
    asked = ("--grant", held, "--purpose", "governance.administration", BY_INDUSTRY)
    assert len(run_json(query, *asked)["rows"]) == 2
    run(contract, "suspend", held, "--party", "provider", "--why", "核查", "--by", MANAGER)
    assert run_json(query, *asked, status=1)["reasons"][0]["code"] == "grant.suspended"
    wrong = run_json(contract, "resume", named, "--party", "consumer", "--why", "x", status=1)
    assert "resume (by the provider)" in wrong["reasons"][0]["allowed"]
    run(contract, "resume", named, "--party", "provider", "--why", "核查完毕", "--by", MANAGER)
    assert len(run_json(query, *asked)["rows"]) == 2
    run(contract, "complete", named, "--party", "consumer", "--why", "任务完成", "--by", USER)
    run(contract, "archive", named, "--why", "归档", "--by", "档案室")
    (listed,) = run_json(contract, "list", "--of", parties.consumer)
    assert listed["state"] == "archived"


def checked_elsewhere(parties: Parties, papers: Path, named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the document and three public keys alone; a change of any part of it is seen."""
    shown = run_json(contract, "show", named)
    (papers / "platform.pub").write_bytes(parties.bureau.keys.signer.public_pem)
    for side in (Side.PROVIDER, Side.CONSUMER):
        (papers / f"{side}.pub").write_bytes(parties.keys[side].public_pem)
    keys = [f"--key={side}={papers / f'{side}.pub'}" for side in ("provider", "consumer", "platform")]
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("YBZ_HOME", str(papers / "nowhere"))
        for change, words in (
            (lambda d: None, ""),
            (lambda d: d["agreement"].update(uid="urn:ybz:grant:grt_other"), "not the one that was signed"),
            (lambda d: d.update(consumer=PROVIDER), "of other parties"),
            (lambda d: d.update(id="con_other"), "signed another statement"),
            (lambda d: d["signatures"][0].update(by="冒名者"), "signed another statement"),
            (lambda d: d["signatures"][1].update(signature="AAAA"), "does not hold"),
            (lambda d: d["signatures"][2].update(signature="?"), "does not hold"),
        ):
            document = json.loads(json.dumps(shown))
            change(document)
            (papers / "shown.json").write_text(json.dumps(document), encoding="utf-8")
            told = run_json(contract, "verify", papers / "shown.json", *keys, status=1 if words else 0)
            assert any(words in line for line in told["problems"]) is bool(words), told
        (papers / "shown.json").write_text(json.dumps(shown), encoding="utf-8")
        lone = run_json(contract, "verify", papers / "shown.json", keys[0], status=1)
        assert lone["problems"] == ["no key was given for the consumer", "no key was given for the platform"]


def test_commands_say_what_is_wrong_in_one_line(parties: Parties, papers: Path) -> None:
    run(contract, "show", "con_none", status=1)
    asked = ("draft", papers / "terms.yaml", "--to", parties.consumer, "--why", "x")
    run(contract, *asked, "--party", "platform", status=2)
    named = run_json(
        contract,
        "draft",
        papers / "terms.yaml",
        "--to",
        parties.consumer,
        "--party",
        "provider",
        "--why",
        "x",
    )["id"]
    refused = run_json(contract, "digest", named, status=1)
    assert refused["reasons"][0]["code"] == "contract.not_agreed"
    run(contract, "sign", named, "--party", "provider", status=1)


# --- over HTTP -------------------------------------------------------------------------------------------


@pytest.fixture
def http(parties: Parties) -> Iterator[httpx.Client]:
    """A client of the real application on a real socket, with the bureau's clock."""
    app = create_app(parties.bureau.home, clock=parties.bureau.clock, pool=parties.bureau.pool)
    with serving(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


def token(parties: Parties, code: str, role: Role = Role.CLIENT) -> dict[str, str]:
    with writing(parties.bureau.engine) as connection:
        made = issue(connection, code, role=role, by="张磊", days=10, now=parties.bureau.clock())
    return {"Authorization": f"Bearer {made.secret}"}


def test_a_consumer_negotiates_signs_and_asks_over_http(parties: Parties, http: httpx.Client) -> None:
    made, mine = parties.offered(), token(parties, parties.consumer)
    at = f"/v1/contracts/{made.id}"
    (listed,) = http.get("/v1/contracts", headers=mine).json()["contracts"]
    assert (listed["provider_name"], listed["consumer_name"]) == (
        MARKET.name,
        parties.bureau.department["name"],
    )
    assert (listed["id"], listed["state"]) == (made.id, "offered_by_provider")

    terms = TERMS | {"networks": ["127.0.0.0/8"], "rates": ["2/minute"]}
    body = {"by": USER, "why": "够用", "terms": terms}
    assert http.post(f"{at}/offers", json=body, headers=mine).json()["state"] == "offered_by_consumer"
    again = http.post(f"{at}/acceptance", json={"by": USER, "offer": 2}, headers=mine)
    assert (again.status_code, again.json()["code"]) == (422, "procedure.step")
    parties.act(
        lambda connection: accept(
            connection, made.id, 2, side=Side.PROVIDER, by=MANAGER, why="", now=parties.bureau.clock()
        )
    )
    statement = http.get(f"{at}/statement", headers=mine).json()["statement"]
    key = parties.keys[Side.CONSUMER]
    signed = {"by": USER, "key": key.key_id, "signature": encoded(key.sign(statement.encode()))}
    forged = signed | {"signature": encoded(key.sign(b"another"))}
    assert http.post(f"{at}/signatures", json=forged, headers=mine).status_code == 422
    assert http.post(f"{at}/signatures", json=signed, headers=mine).json()["state"] == "signed_by_consumer"
    finish(parties, made.id)

    question = {"grant": made.grant_id, "purpose": TERMS["purpose"], "sql": BY_INDUSTRY}
    assert http.post("/v1/queries", json=question, headers=mine).status_code == 200
    assert http.get(f"/v1/grants/{made.grant_id}", headers=mine).json()["left"] == {"2/minute": 1}
    assert http.post("/v1/queries", json=question, headers=mine).status_code == 200
    fast = http.post("/v1/queries", json=question, headers=mine)
    assert (fast.status_code, fast.json()["code"]) == (429, "grant.rate")


def test_where_a_call_comes_from_is_where_its_socket_is(parties: Parties, http: httpx.Client) -> None:
    held = parties.in_force(networks=["10.2.0.0/16"])
    question = {"grant": held.id, "purpose": TERMS["purpose"], "sql": BY_INDUSTRY}

    told = http.post("/v1/queries", json=question, headers=token(parties, parties.consumer))

    assert (told.status_code, told.json()["code"]) == (403, "grant.network")


def test_a_contract_of_others_is_not_told_from_none(parties: Parties, http: httpx.Client) -> None:
    made, other = parties.offered(), parties.bureau.other
    parties.bureau.file(other, parties.bureau.weather)
    stranger = token(parties, other["code"])

    foreign = http.get(f"/v1/contracts/{made.id}", headers=stranger)
    missing = http.get("/v1/contracts/con_none", headers=stranger)
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json() == missing.json()
    assert http.get("/v1/contracts", headers=stranger).json()["contracts"] == []
    reader = token(parties, parties.consumer, Role.READER)
    assert http.get("/v1/contracts", headers=reader).json()["code"] == "access.role"
    auditor = token(parties, other["code"], Role.AUDITOR)
    assert http.get(f"/v1/contracts/{made.id}", headers=auditor).json()["provider"] == PROVIDER


def test_a_draft_is_its_writers_alone_until_it_is_offered(parties: Parties, http: httpx.Client) -> None:
    mine, theirs = token(parties, PROVIDER, Role.PROVIDER), token(parties, parties.consumer)
    parties.bureau.file(parties.bureau.other, parties.bureau.weather)
    auditor = token(parties, parties.bureau.other["code"], Role.AUDITOR)
    named = parties.draft(calls=777).id
    at = f"/v1/contracts/{named}"

    def listed(header: dict[str, str]) -> list[str]:
        return [one["id"] for one in http.get("/v1/contracts", headers=header).json()["contracts"]]

    missing = http.get("/v1/contracts/con_none", headers=theirs)
    for hidden in (at, f"{at}/statement"):
        answer = http.get(hidden, headers=theirs)
        assert (answer.status_code, answer.json()) == (404, missing.json())
    for step in ("offer", "withdrawal"):
        assert http.post(f"{at}/{step}", json={"by": USER, "why": "w"}, headers=theirs).status_code == 404
    assert (listed(theirs), listed(mine), listed(auditor)) == ([], [named], [named])

    anew = {"by": MANAGER, "why": "我方底价", "terms": TERMS | {"calls": 888}}
    assert http.post(f"{at}/redraft", json=anew, headers=mine).status_code == 200
    last = anew | {"why": "正式报价", "terms": TERMS | {"calls": 999}}
    assert http.post(f"{at}/redraft", json=last, headers=mine).status_code == 200
    assert http.post(f"{at}/offer", json={"by": MANAGER, "why": "请过目"}, headers=mine).status_code == 200
    read = http.get(at, headers=theirs)
    assert listed(theirs) == [named]
    assert [(one["number"], one["differences"]) for one in read.json()["offers"]] == [(3, [])]
    assert [one["event"] for one in read.json()["steps"]] == ["redraft", "offer"]
    assert not any(each in read.text for each in ("777", "888", "我方底价", "产业分析"))
    whole = http.get(at, headers=mine).json()
    assert whole == http.get(at, headers=auditor).json()
    assert ([one["number"] for one in whole["offers"]], len(whole["steps"])) == ([1, 2, 3], 4)
    counter = {"by": USER, "why": "少一些", "terms": TERMS | {"calls": 900}}
    assert http.post(f"{at}/offers", json=counter, headers=theirs).status_code == 200
    changed = http.get(at, headers=theirs).json()["offers"]
    assert [(one["number"], bool(one["differences"])) for one in changed] == [(3, False), (4, True)]


def test_a_draft_that_was_dropped_is_never_told(parties: Parties, http: httpx.Client) -> None:
    made = parties.draft(Side.CONSUMER)
    parties.step(withdraw, made, Side.CONSUMER)
    mine, theirs = token(parties, parties.consumer), token(parties, PROVIDER, Role.PROVIDER)

    assert http.get(f"/v1/contracts/{made.id}", headers=theirs).status_code == 404
    assert http.get("/v1/contracts", headers=theirs).json()["contracts"] == []
    assert http.get(f"/v1/contracts/{made.id}", headers=mine).json()["state"] == "withdrawn"


def test_a_proof_of_deletion_is_handed_in_over_http(parties: Parties, http: httpx.Client) -> None:
    held = parties.in_force(retention={"days": 10, "proof_days": 5})
    mine, key, now = token(parties, parties.consumer), parties.keys[Side.CONSUMER], parties.bureau.clock()
    at = f"/v1/grants/{held.id}/deletions"
    stated = http.get(f"{at}/statement", params={"covers": now.isoformat(), "by": USER}, headers=mine).json()
    signature = encoded(key.sign(stated["statement"].encode()))

    body = {"by": USER, "key": key.key_id, "covers": now.isoformat(), "signature": signature}
    assert http.post(at, json=body, headers=mine).json()["grant"] == held.id
    later = body | {"covers": (now + timedelta(days=1)).isoformat()}
    assert http.post(at, json=later, headers=mine).json()["code"] == "contract.deletion_future"


def finish(parties: Parties, named: str) -> None:
    """The provider's signature, and the platform's."""
    parties.act(lambda connection: sign_in(parties, connection, named, Side.PROVIDER))
    parties.act(lambda connection: conclude_in(parties, connection, named))


def test_a_provider_drafts_offers_suspends_and_ends_over_http(parties: Parties, http: httpx.Client) -> None:
    mine, theirs = token(parties, PROVIDER, Role.PROVIDER), token(parties, parties.consumer)
    stated = {"terms": TERMS, "to": parties.consumer, "by": MANAGER, "why": "产业分析"}
    keyed = mine | {"Idempotency-Key": "d1"}
    made, again = (http.post("/v1/contracts", json=stated, headers=keyed) for _ in range(2))
    assert (made.status_code, made.json()) == (201, again.json())
    named, at = made.json()["id"], f"/v1/contracts/{made.json()['id']}"
    assert (made.json()["provider"], made.json()["state"]) == (PROVIDER, "draft_by_provider")

    said = {"by": MANAGER, "why": "请过目"}
    assert http.post(f"{at}/offer", json=said, headers=theirs).json()["code"] == "not_found"
    priced = {"by": MANAGER, "why": "降低调用数", "terms": TERMS | {"calls": 500}}
    assert http.post(f"{at}/redraft", json=priced, headers=mine).json()["offers"] == 2
    assert http.post(f"{at}/offer", json=said, headers=mine).json()["state"] == "offered_by_provider"
    http.post(f"{at}/acceptance", json={"by": USER, "offer": 2}, headers=theirs)
    for side, header in ((Side.PROVIDER, mine), (Side.CONSUMER, theirs)):
        key = parties.keys[side]
        statement = http.get(f"{at}/statement", headers=header).json()["statement"]
        signed = {"key": key.key_id, "signature": encoded(key.sign(statement.encode()))}
        person = MANAGER if side is Side.PROVIDER else USER
        assert http.post(f"{at}/signatures", json=signed | {"by": person}, headers=header).status_code == 200
    parties.act(lambda connection: conclude_in(parties, connection, named))

    why = {"by": MANAGER, "why": "核查"}
    stopped = [http.post(f"{at}/suspension", json=why, headers=mine | {"Idempotency-Key": "s"}) for _ in "12"]
    assert [one.json()["state"] for one in stopped] == ["suspended_by_provider"] * 2
    assert http.post(f"{at}/resumption", json=why, headers=theirs).json()["code"] == "procedure.step"
    assert http.post(f"{at}/resumption", json=why, headers=mine).json()["state"] == "in_force"
    assert http.post(f"{at}/completion", json=why, headers=mine).json()["code"] == "procedure.step"
    assert http.post(f"{at}/breach", json=why, headers=mine).json()["state"] == "breached"


def test_nobody_drafts_for_others_data_nor_for_another_consumer(parties: Parties, http: httpx.Client) -> None:
    other = parties.bureau.other
    parties.bureau.file(other, parties.bureau.weather)
    stranger = token(parties, other["code"])
    stated = {"terms": TERMS, "to": parties.consumer, "by": "李四", "why": "x"}

    refused = http.post("/v1/contracts", json=stated, headers=stranger)

    assert (refused.status_code, refused.json()["code"]) == (403, "grant.grantor")
    mine = http.post("/v1/contracts", json=stated | {"to": None}, headers=token(parties, parties.consumer))
    assert (mine.status_code, mine.json()["state"]) == (201, "draft_by_consumer")


def test_prices_of_products_are_negotiated_shown_and_stand_in_the_agreement(
    parties: Parties, papers: Path
) -> None:
    lines = {
        "prices": ["query: 0/call", "list: 0/time"],
        "tiers": ["above 1000: 90%"],
        "trial_fee": "0% for 3 months",
    }
    with (papers / "priced.yaml").open("w", encoding="utf-8") as file:
        YAML().dump(TERMS | {"valid_to": UNTIL} | lines, file)
    with (papers / "dear.yaml").open("w", encoding="utf-8") as file:
        YAML().dump(TERMS | {"valid_to": UNTIL, "prices": ["query: 5/call"]}, file)
    drafting = ("--to", parties.consumer, "--party", "provider", "--why", "定价", "--by", MANAGER)

    dear = run_json(contract, "draft", papers / "dear.yaml", *drafting, status=1)
    assert dear["reasons"][0]["code"] == "tariff.above_ceiling"
    named = run_json(contract, "draft", papers / "terms.yaml", *drafting)["id"]
    run(contract, "offer", named, "--party", "provider", "--by", MANAGER)
    run(
        contract,
        "counter",
        named,
        papers / "priced.yaml",
        "--party",
        "consumer",
        "--why",
        "价格",
        "--by",
        USER,
    )
    assert "prices: + query: 0/call" in run(contract, "show", named).stdout
    stated = run_json(contract, "terms", named)
    assert {key: stated[key] for key in lines} == lines
    run(contract, "accept", named, "--offer", 2, "--party", "provider", "--by", MANAGER)
    (duty,) = run_json(contract, "show", named)["agreement"]["permission"][0]["duty"]
    assert {one["leftOperand"] for one in duty["action"][0]["refinement"]} == {
        "ybz:price", "ybz:tier", "ybz:trialFee",
    }  # fmt: skip
