"""A registration's way by ``ybz register``, from the authorisation to the code and its end."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from catalog.evidence.sequence import integrate
from catalog.keys import load
from catalog.ledger_view import dataset, ledger
from catalog.registration import cli_acts
from catalog.registration.cli import register
from catalog.registration.errors import RegistrationRefused
from catalog.store import reading
from tests.catalog.registration.bureau import BODY, FORM, OPERATOR, PRODUCT_FORM, Bureau, at


class Office:
    """Runs commands on a day."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now: datetime = at(date(2026, 7, 1))
        monkeypatch.setattr(cli_acts, "now", lambda: self.now)

    def run(self, *words: object) -> str:
        done = CliRunner().invoke(register, [str(word) for word in words])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.output

    def json(self, *words: object) -> Any:
        return json.loads(self.run(*words, "--json"))


@pytest.fixture
def office(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> Office:
    return Office(monkeypatch)


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """Forms and files as a steward has them."""
    half = {key: value for key, value in FORM.items() if key != "scenario"}
    for name, form in (("form", half), ("rest", {"scenario": "信贷核验"}), ("product", PRODUCT_FORM)):
        (tmp_path / f"{name}.yaml").write_text(json.dumps(form, ensure_ascii=False), encoding="utf-8")
    (tmp_path / "letter.txt").write_text("承诺书", encoding="utf-8")
    return tmp_path


def attached(papers: Path) -> list[str]:
    keys = ("explanation", "commitment", "risk_assessment")
    return [word for key in keys for word in ("--attach", f"{key}={papers / 'letter.txt'}")]


def authorise(office: Office) -> Any:
    return office.json(
        "authorise", "civil.people", "civil.homes", "--body", BODY.code, BODY.name, "--operator",
        OPERATOR.code, OPERATOR.name, "--agreement", "云数授1号", "--mode", "scenario",
        "--from", "2026-07-01", "--until", "2031-06-30", "--by", "赵六",
    )  # fmt: skip


def test_the_whole_way_by_command(office: Office, bureau: Bureau, papers: Path) -> None:
    assert authorise(office)["first_registration_owed"] == ["civil.homes", "civil.people"]
    assert office.json("standing")["unregistered"] == ["civil.homes", "civil.people"]

    filed = office.json(
        "apply", "civil.people", "--form", papers / "form.yaml", *attached(papers), "--by", "张三"
    )
    assert [each.split()[0] for each in filed["missing"]] == ["scenario"]
    returned = office.json("return", "civil.people", "--lacks", "盖章页", "--by", "李四")
    assert len(returned["returned"]) == 2
    office.run("supplement", "civil.people", "--form", papers / "rest.yaml", "--by", "张三")
    for step in ("accept", "review", "notice"):
        office.run(step, "civil.people", "--by", "李四")

    letter = papers / "letter.txt"
    contested = office.json(
        "object", "civil.people", "--name", "王五", "--contact", "0999", "--statement", "有误",
        "--evidence", letter, "--by", "王五",
    )  # fmt: skip
    words = ("--dismiss", "--reason", "已核实", "--basis", "户口登记条例", "--by", "李四")
    assert office.json("decide-objection", contested["objection"], *words)["state"] == "noticed"

    coding = ("record-code", "civil.people", "--code", "NDR-000001", "--query-code", "Q-000001")
    with pytest.raises(RegistrationRefused, match="the public notice is not over"):
        office.run(*coding, "--proof", letter, "--by", "李四")
    office.now += timedelta(days=20)
    of = office.json(*coding, "--proof", letter, "--by", "李四")
    assert (of["state"], of["code"], of["valid_until"]) == ("registered", "NDR-000001", "2029-07-21")
    standing = office.json("standing")
    assert (standing["authorised"], standing["registered"], standing["share"]) == (2, 1, 0.5)
    assert "NDR-000001" in office.run("show", "civil.people")
    with reading(bureau.engine) as connection:
        assert dataset(connection, "civil.people")["registration"] == "registered"
        assert [line["registration"] for line in ledger(connection)] == [None, "registered"]

    office.now = at(date(2029, 7, 22))
    assert office.json("lapse")["lapsed"] == ["civil.people"]
    assert office.json("lapse") == {"lapsed": [], "first_registration_owed": []}
    assert integrate(bureau.engine, load(bureau.home).signer, office.now)


def test_what_follows_a_registration_by_command(office: Office, bureau: Bureau, papers: Path) -> None:
    (papers / "form.yaml").write_text(json.dumps(FORM, ensure_ascii=False), encoding="utf-8")
    (papers / "change.yaml").write_text(
        json.dumps(
            {"agent_name": "张三", "agent_contact": "0", "statement": "迁移", "storage_place": "新机房"}
        ),
        encoding="utf-8",
    )
    (papers / "agent.yaml").write_text(
        json.dumps({"agent_name": "张三", "agent_contact": "0", "statement": "灭失"}), encoding="utf-8"
    )
    letter = ("--proof", papers / "letter.txt", "--by", "李四")

    def coded(*code: str) -> Any:
        for step in ("accept", "review", "notice"):
            office.run(step, "civil.people", "--by", "李四")
        office.now += timedelta(days=30)
        return office.json("record-code", "civil.people", *code, *letter)

    office.run("apply", "civil.people", "--form", papers / "form.yaml", *attached(papers), "--by", "张三")
    first = coded("--code", "NDR-000001", "--query-code", "Q-000001")
    office.run("change", "NDR-000001", "--form", papers / "change.yaml", *attached(papers), "--by", "张三")
    assert coded()["content"]["storage_place"] == "新机房"
    (papers / "change.yaml").write_text(
        json.dumps({"agent_name": "王五", "agent_contact": "0", "statement": "有误", "scenario": "核验"}),
        encoding="utf-8",
    )
    no_risk = attached(papers)[:4]
    office.run(
        "amend", first["id"], "--as", "party", "--name", "王五", "--form", papers / "change.yaml", *no_risk,
        "--by", "王五",
    )  # fmt: skip
    assert coded()["content"]["scenario"] == "核验"
    office.now = at(date(2029, 6, 20))
    renewal = {"agent_name": "张三", "agent_contact": "0"}
    (papers / "renew.yaml").write_text(json.dumps(renewal), encoding="utf-8")
    office.run("renew", first["id"], "--form", papers / "renew.yaml", *attached(papers), "--by", "张三")
    assert coded()["valid_until"] == "2032-07-31"
    office.run(
        "deregister", "civil.people", "--ground", "lost", "--form", papers / "agent.yaml", *no_risk,
        "--by", "张三",
    )  # fmt: skip
    assert office.json("list", "--open")[0]["applications"][0]["kind"] == "deregistration"
    assert coded()["state"] == "deregistered"


def test_refusing_withdrawing_and_products_by_command(office: Office, bureau: Bureau, papers: Path) -> None:
    product = PRODUCT_FORM | {"made_from": ["civil.people"]}
    (papers / "product.yaml").write_text(json.dumps(product, ensure_ascii=False), encoding="utf-8")
    words = ("--object", "product", "--form", papers / "product.yaml", *attached(papers), "--by", "孙八")
    assert office.json("apply", "living-check", *words)["missing"] == []
    refused = office.json("refuse", "living-check", "--ground", "untrue", "--reason", "不实", "--by", "李四")
    assert "26号" in refused["basis"]
    office.run("apply", "living-check", *words)
    assert office.json("withdraw", "living-check", "--reason", "暂缓", "--by", "孙八")["state"] == "withdrawn"


def test_a_form_is_written_filled_in_and_a_package_is_checked(
    office: Office, bureau: Bureau, papers: Path
) -> None:
    said = office.run("form", "civil.people", "--out", papers / "blank.yaml")
    assert "explanation, commitment, risk_assessment" in said
    assert "registrant_name: 云州市公安局" in (papers / "blank.yaml").read_text(encoding="utf-8")
    (papers / "form.yaml").write_text(json.dumps(FORM, ensure_ascii=False), encoding="utf-8")
    office.run("apply", "civil.people", "--form", papers / "form.yaml", *attached(papers), "--by", "张三")
    assert office.json("package", "civil.people", "--out", papers / "p.zip")["files"]
    assert office.json("package", "--verify", papers / "p.zip")["ok"]
    assert CliRunner().invoke(register, ["package"]).exit_code == 2


def test_the_registrar_is_listed_and_named_by_command(office: Office, bureau: Bureau) -> None:
    office.run(
        "registrar", "name", BODY.code, BODY.name, "--designated-by", "云州市政府", "--basis", "2号",
        "--from", "2027-01-01", "--by", "赵六",
    )  # fmt: skip
    assert [each["valid_from"] for each in office.json("registrar", "list")] == ["2025-03-01", "2027-01-01"]
    agreed = authorise(office)
    office.run("authorise", "--end", agreed["id"], "--reason", "退出", "--by", "赵六")
    assert office.json("standing")["authorised"] == 0
