"""Head and authority act on the revision they looked at; clocks name who asked; identifiers have commands."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select

from catalog.cataloging.acts import Who
from catalog.cataloging.cli import approve, entry
from catalog.cataloging.errors import ActRefused
from catalog.cataloging.steps import submit
from catalog.clocks.cli import clock
from catalog.home import Home
from catalog.store import reading
from catalog.store.tables.evidence import evidence_entries
from contracts.model import Contract, Field, Party, ShareType, Sharing
from policies import rulebook
from policies.machine import IllegalStep, Office

STEWARD = Who("张三", Office.STEWARD)
SCHOOLS = Contract(
    id="schools", title="学校名录", schema="edu", table="schools", status="active",
    department=Party("云州市教育局", "11330100MB0F12345X"), classification="主题/公共服务",
    sharing=Sharing(ShareType.UNCONDITIONAL), fields=(Field(name="code"), Field(name="area")),
)  # fmt: skip


def hand_in(engine: Engine, summary: str) -> int:
    given = (replace(SCHOOLS, summary=summary), None)
    return submit(engine, given, STEWARD, reason="补摘要", now=datetime.now(UTC)).revision


def run(command: Any, *words: str) -> Any:
    done = CliRunner().invoke(command, [*words, "--json"])
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


def refusal(command: Any, *words: str) -> ActRefused:
    done = CliRunner().invoke(command, [*words, "--json"])
    assert isinstance(done.exception, ActRefused), (done.output, done.exception)
    return done.exception


def codes(refused: ActRefused) -> list[str]:
    return [reason.code for reason in refused.denial.reasons]


def test_a_head_does_not_sign_a_revision_made_after_they_looked(engine: Engine) -> None:
    looked = hand_in(engine, "全市学校")
    newest = hand_in(engine, "全市学校和幼儿园")
    assert newest == looked + 1
    words = (SCHOOLS.name, "--revision", str(looked), "--by", "李局长")
    assert codes(refusal(entry, "sign", *words)) == ["catalog.meanwhile"]
    never = (SCHOOLS.name, "--revision", "9", "--by", "李局长")
    assert codes(refusal(entry, "sign", *never)) == ["catalog.revision.unknown"]
    signed = run(entry, "sign", SCHOOLS.name, "--revision", str(newest), "--by", "李局长")
    assert (signed["after"], signed["revision"]) == ("signed_off", newest)


@pytest.mark.parametrize(
    "act",
    [
        (approve, ()),
        (entry, ("refuse",), "--basis", "《中华人民共和国保守国家秘密法》第九条", "--reason", "涉密"),
        (entry, ("return",), "--missing", "area: 写明口径"),
    ],
    ids=["approve", "refuse", "return"],
)
def test_the_authority_acts_on_no_revision_made_after_it_looked(engine: Engine, act: Any) -> None:
    hand_in(engine, "全市学校")
    newest = hand_in(engine, "全市学校和幼儿园")
    run(entry, "sign", SCHOOLS.name, "--by", "李局长")
    command, before, *after = act
    looked = refusal(command, *before, SCHOOLS.name, *after, "--revision", "1", "--by", "数据局")
    assert codes(looked) == ["catalog.meanwhile"]
    run(command, *before, SCHOOLS.name, *after, "--revision", str(newest), "--by", "数据局")


def test_where_the_rule_asks_for_it_nobody_signs_without_naming_the_revision(
    home: Home, engine: Engine
) -> None:
    own = home.root / "rules"
    own.mkdir(exist_ok=True)
    row = (
        "{name: name_revision, value: require, source: 本市规程, valid_from: 2020-01-01, confidence: policy}"
    )
    (own / "cataloguing.yaml").write_text(f"rules:\n  - {row}\n", encoding="utf-8")
    rulebook.lay_over(own)
    newest = hand_in(engine, "全市学校")
    assert codes(refusal(entry, "sign", SCHOOLS.name, "--by", "李局长")) == ["catalog.revision.unnamed"]
    run(entry, "sign", SCHOOLS.name, "--revision", str(newest), "--by", "李局长")


def test_a_step_that_is_not_open_names_its_entry(engine: Engine) -> None:
    hand_in(engine, "全市学校")
    done = CliRunner().invoke(approve, [SCHOOLS.name, "--by", "数据局"])
    assert isinstance(done.exception, IllegalStep)
    assert str(done.exception).startswith(f"{SCHOOLS.name}: cataloguing: review by the authority is not open")


def test_an_extension_names_who_asked_and_who_consented(engine: Engine) -> None:
    hand_in(engine, "全市学校")
    run(entry, "sign", SCHOOLS.name, "--by", "李局长")
    run(approve, SCHOOLS.name, "--by", "数据局")
    run(entry, "trigger", SCHOOLS.name, "--kind", "system", "--what", "换代", "--by", "张三")
    words = ("extend", f"entry:{SCHOOLS.name}", "catalogue_update", "--reason", "联调")
    run(clock, *words, "--approved-by", "数据局", "--by", "张三")
    with reading(engine) as connection:
        e = evidence_entries.c
        body = connection.execute(select(e.body).where(e.event == "catalog:clock:extend")).scalar_one()
    said = json.loads(body)
    assert (said["actor"], said["approved_by"]) == ("张三", "数据局")


def test_an_identifier_is_formed_recorded_and_shown_by_command(engine: Engine, tmp_path: Path) -> None:
    hand_in(engine, "全市学校")
    asked = CliRunner().invoke(entry, ["identifier", "form", SCHOOLS.name])
    assert (asked.exit_code, "--area" in asked.stderr) == (2, True)
    made = run(entry, "identifier", "form", SCHOOLS.name, "--area", "330100", "--by", "张三")
    assert (made["stem"], made["identifier"]) == ("330100MB0F12345/D000001", None)
    whole = made["stem"] + "7K"
    told = run(entry, "identifier", "record", SCHOOLS.name, whole, "--proof", "节点回执1号", "--by", "张三")
    assert told["identifier"] == whole
    assert run(entry, "identifier", "show", SCHOOLS.name) == [told]
    plain = CliRunner().invoke(entry, ["identifier", "show", SCHOOLS.name]).stdout
    assert plain == f"{SCHOOLS.name} (D): stem {made['stem']}; {whole}, 节点回执1号\n"
