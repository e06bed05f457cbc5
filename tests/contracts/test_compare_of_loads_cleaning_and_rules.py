"""What a new contract changes in loads, cleaning, elements, access and rules, and the version it asks for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from contracts.cli import compare as command
from contracts.comparing.contracts import Breaking, Compatible, compare, findings
from contracts.comparing.findings import Touches, breaks, news
from contracts.comparing.versions import Bump, step_between
from contracts.model import (
    Action,
    Area,
    Cleaning,
    CleaningKind,
    Contract,
    Drift,
    DriftAction,
    Entry,
    Field,
    FieldType,
    Load,
    LoadKind,
    Party,
    Rule,
    RuleKind,
    ShareMethod,
    ShareType,
    Sharing,
)
from contracts.odcs.files import dumps

KINDS = CleaningKind
RANGE = Rule("q_pay", RuleKind.RANGE, ("pay",), {"minimum": 0, "maximum": 100}, action=Action.QUARANTINE)
ROWS = Rule("q_rows", RuleKind.ROW_COUNT, (), {"minimum": 10, "shrink": 0.2}, action=Action.STOP)
SOFT = Rule("q_soft", RuleKind.LENGTH, ("name",), {"maximum": 9})
OLD = Contract(
    id="c",
    title="t",
    schema="a",
    table="b",
    department=Party("局"),
    fields=(
        Field("id", key_position=1, required=True),
        Field("name", "姓名", element="person_name"),
        Field("pay", type=FieldType.INTEGER, grade=2, personal=True),
        Field("region"),
    ),
    rules=(RANGE, ROWS, SOFT),
    sharing=Sharing(methods=(ShareMethod.TABLES, ShareMethod.INTERFACE)),
    cleaning=(
        Cleaning("tidy", KINDS.TRIM, ("name",)),
        Cleaning("unit", KINDS.SCALE, ("pay",), {"suffix": "万元", "factor": 10000}),
    ),
    drift=Drift(missing_column=DriftAction.STOP),
    area=Area("region"),
    grade=2,
    minimum_quality=0.8,
)


def ruled(**changes: Rule | None) -> Contract:
    rules = {rule.id: rule for rule in OLD.rules} | changes
    return replace(OLD, rules=tuple(rule for rule in rules.values() if rule is not None))


def ranged(**args: int) -> Contract:
    return ruled(q_pay=replace(RANGE, args=args))


def counted(**args: float) -> Contract:
    return ruled(q_rows=replace(ROWS, args=args))


def loaded(kind: LoadKind, contract: Contract = OLD) -> Contract:
    more = {
        LoadKind.INCREMENTAL: {"watermark": "id"},
        LoadKind.CHANGES: {"operation": "op", "words": {"D": "delete"}},
    }
    return replace(contract, load=Load(kind, **more.get(kind, {})))  # type: ignore[arg-type]


def field(name: str, **changes: Any) -> Contract:
    return replace(OLD, fields=tuple(replace(f, **changes) if f.name == name else f for f in OLD.fields))


UNIT = OLD.cleaning[1]
WARNS = replace(RANGE, action=Action.WARN)
UPPER = Cleaning("up", KINDS.UPPER, ("id",))
BREAKS = [
    (loaded(LoadKind.APPEND), "rows gone at the source stay: loads are append, no longer full"),
    (replace(OLD, drift=Drift()), "a missing column is met by quarantine, no longer stop"),
    (replace(OLD, cleaning=OLD.cleaning[:1]), "pay: it is no longer cleaned by unit (scale)"),
    (
        replace(OLD, cleaning=(OLD.cleaning[0], replace(UNIT, args={"suffix": "千元", "factor": 1000}))),
        "pay: it is cleaned otherwise by unit (scale)",
    ),
    (replace(OLD, cleaning=(*OLD.cleaning, UPPER)), "id: it is cleaned by up (upper)"),
    (replace(OLD, cleaning=OLD.cleaning[::-1]), "cleaning steps run in another order"),
    (field("name", element=None), "name: it no longer follows the data element person_name"),
    (field("pay", grade=3), "pay: its grade is 3, no longer 2"),
    (field("name", personal=True), "name: it is personal information now"),
    (field("pay", sensitive=True), "pay: it is sensitive personal information now"),
    (field("pay", sharing=ShareType.WITHHELD), "pay: its sharing is withheld, no longer conditional"),
    (replace(OLD, grade=4), "its grade is 4, no longer 2"),
    (replace(OLD, sharing=Sharing(methods=(ShareMethod.TABLES,))), "it is no longer shared by interface"),
    (replace(OLD, area=None), "rows are attributed to areas otherwise, or not at all"),
    (replace(OLD, quarantine_limit=0.5), "0.5 of the rows may be left out, no longer 0.2"),
    (replace(OLD, minimum_quality=None), "no release is held back at a score of 0.8 any more"),
    (ruled(q_pay=None), "pay: the rule q_pay (range) is gone"),
    (ruled(q_pay=WARNS), "pay: a breach of the rule q_pay means warn, no longer quarantine"),
    (ruled(q_pay=replace(RANGE, tolerance=0.1)), "pay: the rule q_pay tolerates 0.1, no longer 0"),
    (ranged(minimum=0, maximum=200), "pay: the rule q_pay (range) asks for less"),
    (ranged(maximum=100), "pay: the rule q_pay (range) asks for less"),
    (counted(minimum=9, shrink=0.2), "the rule q_rows (row_count) asks for less"),
    (counted(minimum=10, shrink=0.5), "the rule q_rows (row_count) asks for less"),
]  # fmt: skip


@pytest.mark.parametrize(("new", "said"), BREAKS, ids=[said for _, said in BREAKS])
def test_a_promise_taken_back_breaks(new: Contract, said: str) -> None:
    verdict = compare(OLD, new)
    assert isinstance(verdict, Breaking)
    assert verdict.reasons[0] == said
    # What an element lent goes with it.
    assert len(verdict.reasons) == 1 or "data element" in said


@pytest.mark.parametrize(
    "new",
    [
        loaded(LoadKind.CHANGES),
        replace(OLD, drift=replace(OLD.drift, new_column=DriftAction.STOP)),
        replace(OLD, cleaning=(*OLD.cleaning, Cleaning("more", KINDS.HALF_WIDTH, ("id",)))),
        field("region", element="mobile"),
        field("pay", grade=1),
        field("name", business_name="名字"),
        replace(OLD, minimum_quality=0.9),
        replace(OLD, quarantine_limit=0.1),
        replace(OLD, entry=Entry(related=("1010000/1",))),
        ruled(q_soft=None),
        ruled(q_pay=replace(RANGE, action=Action.STOP)),
        ruled(q_pay=replace(RANGE, args={"minimum": 1, "maximum": 90})),
        ruled(q_pay=replace(RANGE, id="q_paid"), q_more=Rule("q_more", RuleKind.UNIQUE, ("name",))),
    ],
)
def test_a_promise_added_or_tightened_is_new_and_breaks_nothing(new: Contract) -> None:
    verdict = compare(OLD, new)
    assert isinstance(verdict, Compatible)
    assert verdict.changes


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (LoadKind.APPEND, LoadKind.FULL, "rows may vanish"),
        (LoadKind.INCREMENTAL, LoadKind.CHANGES, "rows may vanish"),
        (LoadKind.APPEND, LoadKind.INCREMENTAL, "rows may change"),
        (LoadKind.CHANGES, LoadKind.INCREMENTAL, "rows gone at the source stay"),
        (LoadKind.INCREMENTAL, LoadKind.APPEND, None),
        (LoadKind.CHANGES, LoadKind.FULL, None),
    ],
)
def test_loads_are_judged_by_what_rows_may_do(before: LoadKind, after: LoadKind, said: str | None) -> None:
    verdict = compare(loaded(before), loaded(after))
    assert isinstance(verdict, Breaking) is (said is not None)
    if isinstance(verdict, Breaking):
        assert verdict.reasons[0].startswith(str(said))


def test_a_breach_is_named_once_and_the_rest_of_the_field_beside_it() -> None:
    new = field("pay", type=FieldType.STRING, business_name="工资", grade=2)
    assert compare(replace(OLD, rules=(), cleaning=()), replace(new, rules=(), cleaning=())) == Breaking(
        ("pay: the type is string, no longer integer",),
        ("pay: the field has changed: its name for people",),
    )


def test_a_withdrawn_element_leaves_the_comparison_running() -> None:
    old = field("name", element="withdrawn_long_ago")
    assert [str(f) for f in findings(old, OLD)] == [
        "name: it no longer follows the data element withdrawn_long_ago"
    ]


# --- versions

GONE, MORE, WORDS = (
    breaks("gone", Touches.FIELD, "a"),
    news("new", Touches.FIELD, "b"),
    news("said otherwise"),
)


@pytest.mark.parametrize(
    ("old", "new", "found", "due", "following", "enough"),
    [
        ("1.2.3", "2.0.0", [GONE, MORE], Bump.MAJOR, "2.0.0", True),
        ("1.2.3", "1.3.0", [GONE], Bump.MAJOR, "2.0.0", False),
        ("1.2.3", "1.2.3", [GONE], Bump.MAJOR, "2.0.0", False),
        ("1.2.3", "0.9.0", [GONE], Bump.MAJOR, "2.0.0", False),
        ("1.2.3", "1.3.0", [MORE, WORDS], Bump.MINOR, "1.3.0", True),
        ("1.2.3", "1.2.3", [MORE], Bump.MINOR, "1.3.0", True),
        ("1.2.3", "1.2.4", [WORDS], Bump.PATCH, "1.2.4", True),
        ("1.2.3", "1.2.3", [], Bump.NONE, "1.2.3", True),
        ("0.2.3", "0.3.0", [GONE], Bump.MINOR, "0.3.0", True),
        ("0.2.3", "0.2.4", [GONE], Bump.MINOR, "0.3.0", False),
        ("first", "second", [GONE], Bump.MAJOR, None, False),
        ("first", "second", [MORE], Bump.MINOR, None, True),
    ],
)
def test_the_version_has_to_show_what_breaks(
    old: str, new: str, found: list[Any], due: Bump, following: str | None, enough: bool
) -> None:
    step = step_between(old, new, found)
    assert (step.due, step.next, step.enough) == (due, following, enough)


# --- the command


def run(tmp_path: Path, new: Contract, *options: str) -> Any:
    for name, contract in (("old.yaml", OLD), ("new.yaml", new)):
        (tmp_path / name).write_text(dumps(contract), encoding="utf-8")
    return CliRunner().invoke(command, [str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml"), *options])


def test_the_command_says_what_breaks_and_which_version_is_due(tmp_path: Path) -> None:
    result = run(tmp_path, replace(OLD, quarantine_limit=0.5))
    assert result.exit_code == 1
    assert result.stdout == "breaks: 0.5 of the rows may be left out, no longer 0.2\n"
    assert result.stderr == "breaking: a major step is due, 1.0.0 to 1.0.0 is less — write version: 2.0.0\n"
    told = run(tmp_path, replace(OLD, quarantine_limit=0.5, version="2.0.0"))
    assert told.exit_code == 0
    assert told.stdout.endswith("breaking: 1.0.0 to 2.0.0 is the major step it asks for\n")


def test_the_command_prints_one_object(tmp_path: Path) -> None:
    result = run(tmp_path, replace(field("name", business_name="名字"), version="1.1.0"), "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "dataset": "a.b",
        "verdict": "compatible",
        "reasons": [],
        "changes": [
            {"field": "name", "what": "the field has changed: its name for people", "touches": "text"}
        ],
        "version": {
            "old": "1.0.0", "new": "1.1.0", "due": "patch", "taken": "minor", "next": "1.0.1", "enough": True,
        },
    }  # fmt: skip
    assert "compatible: nothing changed that users see (1.0.0)" in run(tmp_path, OLD).stdout
