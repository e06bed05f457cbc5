"""A city's own elements: proposed, published, in force, withdrawn; and what contracts see of them."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select

from catalog import revisions
from catalog.cataloging.entering import catalogue
from catalog.home import Home
from catalog.standards import life
from catalog.standards.cli import standard
from catalog.standards.entries import StandardRefused, document_of
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from contracts.cli import lint
from contracts.elements import element_of, elements
from contracts.errors import ContractError
from contracts.model import Contract, Field, FieldType, Party, RuleKind
from contracts.odcs.files import dumps
from contracts.rules import rules_of

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 2)
LEVEL: dict[str, Any] = {
    "code": "yunzhou.level",
    "name": "困难家庭等级",
    "definition": "本市低收入家庭困难程度的等级。",
    "max_length": 1,
    "codes": "A 特困\nB 低保",
}
SEX: dict[str, Any] = {
    "code": "yunzhou.sex",
    "base": "sex",
    "name": "性别（业务）",
    "definition": "只用男和女。",
    "codes": "1 男性\n2 女性",
}
WHO: dict[str, Any] = {"by": "张处", "reason": "统一口径", "now": NOW}


def enforced(engine: Engine, entry: dict[str, Any], starts_on: date = TODAY) -> None:
    with writing(engine) as connection:
        life.propose(connection, entry, **WHO)
        life.publish(connection, entry["code"], **WHO)
        life.enforce(connection, entry["code"], starts_on=starts_on, **WHO)


def contract(*fields: Field) -> Contract:
    return Contract(
        "low-income",
        "低收入家庭",
        "civil",
        "low_income",
        Party("民政局"),
        fields,
        status="draft",
        unit_free=True,
    )


def test_an_element_is_proposed_published_put_in_force_and_withdrawn(engine: Engine) -> None:
    enforced(engine, LEVEL, date(2026, 12, 1))
    with reading(engine) as connection:
        assert life.in_force(connection, date(2026, 11, 30)) == {}
        assert life.in_force(connection, date(2026, 12, 1))["yunzhou.level"].codes == {
            "A": "特困",
            "B": "低保",
        }
    with writing(engine) as connection:
        life.withdraw(connection, "yunzhou.level", ends_on=date(2027, 1, 1), **WHO)
    with reading(engine) as connection:
        assert "yunzhou.level" in life.in_force(connection, date(2026, 12, 31))
        assert life.in_force(connection, date(2027, 1, 1)) == {}
        (version,) = life.versions(connection, "yunzhou.level")
        assert [act.act for act in life.acts(connection, version)] == [
            "propose", "publish", "enforce", "withdraw",
        ]  # fmt: skip
        assert version.state == life.WITHDRAWN


def test_every_act_leaves_evidence_in_the_same_transaction(engine: Engine) -> None:
    enforced(engine, LEVEL)
    query = select(evidence_entries.c.event, evidence_entries.c.body).where(
        evidence_entries.c.subject == "yunzhou.level"
    )
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(evidence_entries.c.event)).all()
    assert [row.event for row in rows] == [
        "catalog:standard:enforce", "catalog:standard:propose", "catalog:standard:publish",
    ]  # fmt: skip
    assert json.loads(rows[0].body) == {
        "actor": "张处", "code": "yunzhou.level", "on": "2026-11-02", "reason": "统一口径", "version": 1,
    }  # fmt: skip
    with suppress(RuntimeError), writing(engine) as connection:
        life.withdraw(connection, "yunzhou.level", ends_on=TODAY, **WHO)
        raise RuntimeError
    with reading(engine) as connection:
        assert len(connection.execute(query).all()) == 3
        assert "yunzhou.level" in life.in_force(connection, TODAY)


def test_a_new_version_takes_over_on_its_day_and_the_old_one_ends_then(engine: Engine) -> None:
    enforced(engine, LEVEL)
    enforced(engine, LEVEL | {"codes": "A 特困\nB 低保\nC 低保边缘"}, date(2027, 1, 1))
    with reading(engine) as connection:
        assert len(life.in_force(connection, date(2026, 12, 31))["yunzhou.level"].codes) == 2
        assert len(life.in_force(connection, date(2027, 1, 1))["yunzhou.level"].codes) == 3
        first, second = life.versions(connection, "yunzhou.level")
        assert (first.number, first.ends_on, second.number) == (1, date(2027, 1, 1), 2)


@pytest.mark.parametrize("act", ["publish", "enforce", "withdraw"])
def test_no_step_is_skipped(engine: Engine, act: str) -> None:
    days = {"enforce": {"starts_on": TODAY}, "withdraw": {"ends_on": TODAY}}
    with writing(engine) as connection:
        if act == "enforce":
            life.propose(connection, LEVEL, **WHO)
        with pytest.raises(StandardRefused, match=r"yunzhou\.level: (no version of it is|has no version)"):
            getattr(life, act)(connection, "yunzhou.level", **days.get(act, {}), **WHO)


def test_two_versions_do_not_wait_at_once_and_the_past_is_not_changed(engine: Engine) -> None:
    with writing(engine) as connection:
        life.propose(connection, LEVEL, **WHO)
        with pytest.raises(StandardRefused, match="version 1 is proposed — put it in force or withdraw it"):
            life.propose(connection, LEVEL, **WHO)
        life.publish(connection, "yunzhou.level", **WHO)
        with pytest.raises(StandardRefused, match="2026-11-01 is past"):
            life.enforce(connection, "yunzhou.level", starts_on=date(2026, 11, 1), **WHO)
        life.withdraw(connection, "yunzhou.level", ends_on=TODAY, **WHO)
        assert life.propose(connection, LEVEL, **WHO).number == 2


def test_an_own_element_refines_another_and_never_loosens_it(engine: Engine) -> None:
    enforced(engine, SEX)
    with reading(engine) as connection:
        made = life.in_force(connection, TODAY)["yunzhou.sex"]
    assert (made.base, made.max_length, made.personal, made.grade) == ("sex", 1, True, 2)
    assert list(made.codes) == ["1", "2"]
    with writing(engine) as connection:
        for entry, what in (
            (
                SEX | {"code": "yunzhou.sex3", "codes": "1 男\n3 其他"},
                "its base is loosened: it allows 1 value",
            ),
            (SEX | {"code": "yunzhou.sex3", "base": "blood"}, "there is no element blood to refine"),
            (SEX | {"code": "sex"}, "an own code has a dot"),
        ):
            with pytest.raises(StandardRefused, match=what):
                life.propose(connection, entry, **WHO)
        with pytest.raises(ContractError, match="colour is not known here"):
            life.propose(connection, LEVEL | {"colour": "red"}, **WHO)


@pytest.mark.parametrize("code", ["sex", "uscc", "humidity", "birth_date", "vehicle_plate"])
def test_what_the_store_keeps_is_the_element(code: str) -> None:
    assert element_of(json.loads(json.dumps(document_of(elements()[code])))) == elements()[code]


def test_the_ledger_writes_the_rules_of_own_elements_into_the_contract(engine: Engine) -> None:
    enforced(engine, LEVEL)
    field = Field("level", "等级", element="yunzhou.level")
    catalogue(engine, contract(field), path=None, by="张处", reason="新目录", now=NOW)
    with reading(engine) as connection:
        kept = revisions.current(connection, "civil.low_income").contract
    assert kept.field("level").element == "yunzhou.level"
    assert {rule.kind: rule.args for rule in rules_of(kept)} == {
        RuleKind.ALLOWED: {"values": ["A", "B"]},
        RuleKind.LENGTH: {"maximum": 1},
    }


@pytest.mark.parametrize(
    ("field", "what"),
    [
        (Field("level", element="yunzhou.other"), "there is no data element yunzhou.other in force"),
        (Field("level", element="yunzhou.level", allowed=("Z",)), "not in the code list"),
        (Field("level", element="yunzhou.level", type=FieldType.INTEGER), "is a integer where"),
    ],
)
def test_the_ledger_takes_no_contract_that_breaks_an_own_element(
    engine: Engine, field: Field, what: str
) -> None:
    enforced(engine, LEVEL)
    with pytest.raises(StandardRefused, match=what):
        catalogue(engine, contract(field), path=None, by="张处", reason="新目录", now=NOW)


def test_the_commands_tell_the_whole_life(home: Home, engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(json.dumps({"elements": [LEVEL]}, ensure_ascii=False), encoding="utf-8")
    acts = ["--by", "张处", "--reason", "统一口径"]

    def run(*args: str, status: int = 0) -> str:
        done = CliRunner().invoke(standard, args)
        assert done.exit_code == status, done.output
        return done.stdout

    assert "困难家庭等级  proposed" in run("propose", str(file), *acts)
    run("publish", "yunzhou.level", *acts)
    run("enforce", "yunzhou.level", *acts)
    (line,) = json.loads(run("list", "--json"))
    assert (line["code"], line["version"], line["state"], line["in_force"]) == (
        "yunzhou.level", 1, "enforced", True,
    )  # fmt: skip
    (shown,) = json.loads(run("show", "yunzhou.level", "--json"))
    assert [act["act"] for act in shown["acts"]] == ["propose", "publish", "enforce"]
    assert shown["element"]["codes"] == {"A": "特困", "B": "低保"}

    out, bad = tmp_path / "in-force.yaml", tmp_path / "bad.yaml"
    run("export", str(out))
    bad.write_text(dumps(contract(Field("level", element="yunzhou.level", allowed=("Z",)))), encoding="utf-8")
    assert CliRunner().invoke(lint, [str(bad)]).exit_code == 0
    linted = CliRunner().invoke(lint, [str(bad), "--elements", str(out)])
    assert linted.exit_code == 1
    assert "level: allows 1 value(s) that are not in the code list of yunzhou.level" in linted.stdout

    run("withdraw", "yunzhou.level", *acts)
    assert json.loads(run("list", "--json"))[0]["in_force"] is False
    run("show", "yunzhou.other", status=1)
    run("withdraw", "yunzhou.level", *acts, status=1)
