"""The commands a person types, from the request to the verified receipt."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from catalog.home import Home
from space.cli.operation.queries import explain, query, receipt, verify
from space.cli.sharing.grants import decide, grant, request, revoke
from tests.space.agreed import agreed

BY_INDUSTRY = "SELECT industry, count(*) AS firms FROM market.firms GROUP BY industry"
UNTIL = (datetime.now(UTC) + timedelta(days=300)).date().isoformat()

REQUEST = f"""
applicant: {{code: 91990100MA0000009X, name: 测试运营公司, kind: operator}}
purpose: industry.research
use_until: {UNTIL}
implementing_body: 11990100MB0000008X
agreement: 云数授〔2026〕9号
scenario: 产业研究
vouched_by: 李强
items:
  - dataset: market.firms
    fields: [industry, capital]
"""
TERMS = f"""
purpose: industry.research
datasets:
  - name: market.firms
    columns: [industry, capital]
valid_to: {UNTIL}
price_fen_per_call: 500
"""


def run(command: Any, *words: object, status: int = 0) -> Result:
    """Run a command and check its exit status."""
    result = CliRunner().invoke(command, [str(word) for word in words])
    assert result.exit_code == status, (result.output, result.exception)
    return result


def run_json(command: Any, *words: object, status: int = 0) -> Any:
    """Run a command with ``--json``; what it prints on stdout is one JSON value."""
    return json.loads(run(command, *words, "--json", status=status).stdout)


@pytest.fixture
def papers(bureau: Any, tmp_path: Path) -> Path:
    """A request file and a terms file, with the agreement and the scenario they stand under."""
    now, operator = bureau.clock(), {"code": "91990100MA0000009X", "name": "测试运营公司"}
    agreed(
        bureau.engine, bureau.keys.signer, operator, "industry.research", "产业研究", now=now,
        number="云数授〔2026〕9号",
    )  # fmt: skip
    (tmp_path / "request.yaml").write_text(REQUEST, encoding="utf-8")
    (tmp_path / "terms.yaml").write_text(TERMS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def held(papers: Path) -> str:
    """Id of a grant, asked for, permitted and signed."""
    filed = run_json(request, "new", papers / "request.yaml")
    run(decide, filed["id"], "--permit", "--basis", "授权运营协议第3条", "--by", "张磊")
    signed = run_json(grant, "new", papers / "terms.yaml", "--to", "91990100MA0000009X", "--by", "张磊")
    return str(signed["id"])


def ask(held: str, sql: str = BY_INDUSTRY, purpose: str = "industry.research") -> tuple[object, ...]:
    """The words of a question."""
    return ("--grant", held, "--purpose", purpose, sql)


def test_the_way_from_a_request_to_a_verified_receipt(held: str, tmp_path: Path) -> None:
    answer = run_json(query, *ask(held))
    assert {row["industry"]: row["firms"] for row in answer["rows"]} == {"制造业": 40, "零售业": 30}
    assert answer["cost"] == {"rho": 0, "price_fen": 500, "calls": 1}

    verdict = run_json(verify, answer["receipt"]["id"])
    assert verdict["ok"]
    assert verdict["states"]["grant"] == held

    file = tmp_path / "receipt.jws"
    file.write_text(run(receipt, answer["receipt"]["id"]).stdout, encoding="utf-8")
    assert run_json(verify, file)["ok"]


def test_a_receipt_file_is_verified_elsewhere_with_the_public_key_alone(
    held: str, bureau: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, key = tmp_path / "receipt.jws", tmp_path / "key.pem"
    signed = run_json(query, *ask(held))["receipt"]["jws"]
    file.write_text(signed, encoding="utf-8")
    key.write_bytes(bureau.keys.signer.public_pem)
    monkeypatch.setenv("YBZ_HOME", str(tmp_path / "elsewhere"))

    verdict = run_json(verify, file, "--key", key)

    assert verdict["ok"]
    assert verdict["evidence"] == "the evidence log is not here"
    assert not Home.find().root.exists()

    head, payload, signature = signed.split(".")
    changed = payload[:60] + ("A" if payload[60] != "A" else "B") + payload[61:]
    file.write_text(f"{head}.{changed}.{signature}", encoding="utf-8")
    assert not run_json(verify, file, "--key", key, status=1)["ok"]
    assert "does not hold" in run(verify, file, "--key", key, status=1).stderr


def test_a_refusal_is_on_stderr_with_the_nearest_allowed_form_and_exits_1(held: str) -> None:
    refused = run(query, *ask(held, "SELECT uscc FROM market.firms"), status=1)

    assert refused.stdout == ""
    assert "query." in refused.stderr
    assert "allowed:" in refused.stderr


def test_a_refusal_in_json_gives_every_reason(held: str) -> None:
    refused = run_json(query, *ask(held, purpose="industry.finance"), status=1)

    assert refused["ok"] is False
    assert set(refused["reasons"][0]) == {"code", "message", "where", "allowed"}
    assert refused["reasons"][0]["code"] == "purpose.not_granted"


def test_explaining_shows_mode_cost_and_plan(held: str) -> None:
    told = run_json(explain, *ask(held))

    assert (told["decision"], told["mode"]) == ("permit", "threshold")
    assert told["cost"]["price_fen"] == 500
    assert told["plan"]["datasets"] == ["market.firms"]


def test_another_organisation_cannot_ask_under_the_grant(held: str) -> None:
    refused = run_json(query, *ask(held), "--as", "11990100MB0000009X", status=1)

    assert refused["reasons"][0]["code"] == "grant.not_held"


def test_a_revoked_grant_answers_no_more_and_says_so(held: str) -> None:
    run(revoke, held, "--reason", "任务结束", "--by", "张磊")

    assert run_json(query, *ask(held), status=1)["reasons"][0]["code"] == "grant.revoked"
    assert run_json(grant, "show", held)["state"] == "revoked"
    assert (
        run_json(revoke, held, "--reason", "again", status=1)["reasons"][0]["code"] == "revoke.not_in_force"
    )


def test_an_incomplete_request_lists_all_it_lacks_and_takes_a_supplement(papers: Path) -> None:
    short = papers / "short.yaml"
    short.write_text(
        REQUEST.replace("scenario: 产业研究", "").replace("[industry,", "[turnover,"), encoding="utf-8"
    )

    told = run(request, "new", short)
    assert told.stdout.count("missing:") == 2
    request_id = told.stdout.split()[0]

    assert run_json(request, "supplement", request_id, papers / "request.yaml")["state"] == "submitted"
    assert "submitted" in run(request, "list").stdout
    assert run_json(request, "show", request_id)["missing"] == []


def test_terms_nobody_asked_for_are_refused_with_reasons(papers: Path) -> None:
    run_json(request, "new", papers / "request.yaml")

    refused = run(grant, "new", papers / "terms.yaml", "--to", "91990100MA0000009X", status=1)

    assert "grant.request.missing" in refused.stderr


def test_decide_needs_a_yes_or_no_and_a_basis(papers: Path) -> None:
    filed = run_json(request, "new", papers / "request.yaml")

    run(decide, filed["id"], "--basis", "x", status=2)
    run(decide, filed["id"], "--permit", status=2)
    run(decide, filed["id"], "--refuse", "--basis", "数据安全法第21条", status=1)
    no = (filed["id"], "--refuse", "--ground", "beyond_duties", "--basis", "数据安全法第21条")
    assert run_json(decide, *no)["state"] == "refused"


def test_a_file_that_is_not_yaml_is_told_in_one_line(papers: Path) -> None:
    broken = papers / "broken.yaml"
    broken.write_text("a: [", encoding="utf-8")

    assert "is not YAML or JSON" in run(request, "new", broken, status=1).output
    broken.write_text("- a", encoding="utf-8")
    assert "key: value" in run(request, "new", broken, status=1).output


def test_a_table_and_a_listing_are_for_people(held: str) -> None:
    table = run(query, *ask(held))

    assert "制造业" in table.stdout
    assert "receipt rct_" in table.stderr
    assert held in run(grant, "list").stdout
    shown = run(grant, "show", held).stdout
    assert "market.firms: industry, capital" in shown
    assert "open to aggregate" in shown
    assert run_json(grant, "show", held)["analyses"] == ["aggregate"]


def test_a_token_is_shown_once(held: str) -> None:
    issued = run_json(grant, "token", "91990100MA0000009X", "--days", "30")

    assert issued["token"].startswith("ybz_")
    run(grant, "token", "91990100MA0000009X", "--role", "king", status=2)
