"""``ybz classify``: what an officer types and reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.classify import cli
from catalog.home import Home
from catalog.releases.attempts import Attempt, FindingRow, record_attempt
from catalog.store import writing
from contracts.model import (
    Composed,
    Composition,
    Contract,
    Field,
    Party,
    ShareType,
    Sharing,
    UnitRef,
    UnitRule,
    Use,
)

NOW = datetime(2026, 9, 24, 8, tzinfo=UTC)
CITY = Party("云州市教育局", "11990100MA0009KN7Y")
SHARED = Sharing(ShareType.CONDITIONAL, "用于履行法定职责", "政务数据共享条例")


def register(name: str, *fields: Field) -> Contract:
    return Contract(
        name, name, "school", name, CITY,
        (Field("id_card", unit=UnitRef("person"), use=Use.IDENTIFIER, personal=True), *fields),
        classification="基础/人口", sharing=SHARED, units=(UnitRule("person", 1),),
    )  # fmt: skip


NOTES, PUPILS = register("notes", Field("remark")), register("pupils", Field("name", personal=True))
BOTH = Contract(
    "both", "both", "theme", "both", CITY, (Field("name"), Field("remark")), classification="主题/社会保障",
    sharing=SHARED,
    composed=Composed(
        Composition.UNIT_LEVEL,
        "SELECT p.name, n.remark FROM school.pupils p JOIN school.notes n ON n.id_card = p.id_card",
    ),
)  # fmt: skip


@pytest.fixture
def built(home: Home, engine: Engine) -> Engine:
    """A ledger in which the last build of the notes found patients."""
    catalogue_all(
        engine, [(c, None) for c in (NOTES, PUPILS, BOTH)], Acts("张三", "first", NOW, assessment="PIA-1")
    )
    evidence = {"sample": 40, "share": 1.0, "missed_at_most": 0.07, "personal": True, "sensitive": True}
    found = (
        FindingRow("remark", "medical", 4, 0.9, evidence, True),
        FindingRow("remark", "email", 2, 0.8, {}, True),
    )
    with writing(engine) as connection:
        record_attempt(
            connection,
            Attempt("bld_1", "run", "school.notes", "stopped", "…", NOW, NOW, grade=4, found=found),
        )
    return engine


def run(*words: str, status: int = 0) -> Result:
    done = CliRunner().invoke(cli.classify, list(words), catch_exceptions=status == 0)
    assert done.exit_code == status, done.output
    return done


def read(*words: str) -> Any:
    return json.loads(run(*words, "--json").stdout)


def field(document: Any, name: str) -> Any:
    (found,) = (each for each in document["fields"] if each["field"] == name)
    return found


WHY: Sequence[str] = ("--reason", "no patients", "--basis", "minutes 12")


def test_show_tells_each_part_of_a_fields_standing(built: Engine) -> None:
    remark = field(read("show", "school.notes"), "remark")

    assert remark["declared"] == {"grade": 2, "personal": False, "sensitive": False}
    assert remark["effective"] == {"grade": 4, "personal": True, "sensitive": True}
    assert [(f["kind"], f["missed_at_most"], f["covered"]) for f in remark["found"]] == [
        ("email", None, False),
        ("medical", 0.07, False),
    ]
    assert "medical" in run("show", "school.notes").stdout


def test_an_override_of_a_sensitive_finding_waits_for_another_persons_consent(built: Engine) -> None:
    said = run("override", "school.notes.remark", "--kind", "medical", *WHY, "--by", "张三").stdout
    (line,) = read("list", "school.notes")
    assert line["state"] == "awaiting"
    assert f"`ybz classify consent {line['id']}`" in said

    denied = CliRunner().invoke(cli.classify, ["consent", line["id"], "--reason", "fine", "--by", "张 三"])
    assert denied.exception is not None
    assert "a second person consents" in str(denied.exception)

    run("consent", line["id"], "--reason", "fine", "--by", "李四", "--as", "authority")
    remark = field(read("show", "school.notes"), "remark")
    assert remark["effective"]["grade"] == 2
    assert [(d["made_by"], d["second_by"]) for d in remark["decided"]] == [("张三", "李四")]
    assert "张三 (steward), 李四 (authority)" in run("list").stdout


def test_an_override_of_an_ordinary_finding_takes_one_signature(built: Engine) -> None:
    assert read("override", "school.notes.remark", "--kind", "email", *WHY)["state"] == "in_force"


def test_withdrawn_and_refused_decisions_are_listed_only_on_request(built: Engine) -> None:
    one = read("override", "school.notes.remark", "--kind", "email", *WHY)["id"]
    two = read("lower", "school.notes.remark", "--kind", "medical", "--to", "2", *WHY, "--by", "张三")["id"]
    assert read("withdraw", one, *WHY)["state"] == "withdrawn"
    assert read("refuse", two, *WHY, "--by", "李四")["state"] == "refused"

    assert run("list").stdout.startswith("no decision stands or waits")
    assert {line["state"] for line in read("list", "--all")} == {"withdrawn", "refused"}


def test_a_raise_and_a_confirmation_are_one_persons(built: Engine) -> None:
    assert read("raise", "school.pupils.name", "--to", "4", *WHY)["state"] == "raised"
    assert read("confirm", "school.notes.remark", "--kind", "medical", *WHY)["state"] == "in_force"
    assert field(read("show", "school.pupils"), "name")["effective"]["grade"] == 4
    assert field(read("show", "theme.both"), "name")["inherited"]["grade"] == 4


def test_what_was_not_found_cannot_be_decided(built: Engine) -> None:
    done = CliRunner().invoke(cli.classify, ["override", "school.notes.remark", "--kind", "plate", *WHY])

    assert "the last build found no plate" in str(done.exception)
    assert run("override", "remark", "--kind", "plate", *WHY, status=2)


def test_a_merge_is_reviewed_by_command_before_or_after_a_build(built: Engine) -> None:
    assert read("show", "theme.both")["merges"] == {
        "school.notes": ["id_card", "remark"],
        "school.pupils": ["id_card", "name"],
    }
    assert run("reviews").stdout.startswith("no review is open")
    accepted = read("review", "theme.both", "--accept", *WHY, "--by", "李四")
    assert (accepted["state"], accepted["decided_by"]) == ("accepted", "李四")
    assert [line["dataset"] for line in read("reviews", "--all")] == ["theme.both"]
    assert "review: accepted" in run("show", "theme.both").stdout
    assert run("review", "theme.both", *WHY, status=2)
    done = CliRunner().invoke(cli.classify, ["review", "school.notes", "--accept", *WHY])
    assert "merges no personal sources" in str(done.exception)


def test_evaluate_prints_the_table_and_its_figures(tmp_path: Path) -> None:
    source = tmp_path / "held_out" / "one"
    source.mkdir(parents=True)
    (source / "labels.csv").write_text(
        "table,place,heading,kind,personal,sensitive,grade,challenge\nt,1,邮箱,email,yes,no,2,\n",
        encoding="utf-8",
    )
    (source / "t.csv").write_text("邮箱\n" + "lin7@qq.com\n" * 20, encoding="utf-8")

    made = read("evaluate", "--set", str(tmp_path))

    assert (made["weighted_f1"], made["columns"], made["split"]) == (1.0, 1, "held_out")
    assert "weighted F1 1.0000" in run("evaluate", "--set", str(tmp_path)).stdout
    nothing = CliRunner().invoke(cli.classify, ["evaluate", "--set", str(tmp_path / "none")])
    assert "no labels.csv" in str(nothing.exception)
