"""Columns no rule found sensitive are presumed so where they are like those that rules had missed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.classify import presumption, traits
from catalog.classify.decided import UNDECIDED, Decided
from catalog.classify.decision import Decision
from catalog.classify.headings import meaning
from catalog.classify.judging import Judgement, judge
from catalog.classify.labelled import tables
from catalog.classify.presumption import PRESUMED, Model, likeness, model, resembling
from catalog.classify.run import classify
from catalog.classify.traits import RISING, Around, Looked
from contracts.model import Contract, Field, Party, UnitRef, UnitRule, Use
from policies.rulebook import RULES
from tests.classification.learning.__main__ import ROOT, written
from tests.classification.learning.training import Example, fit
from tests.classification.learning.withholding import Shown, Withheld, alternatives, withheld

NAMES = ["王丽娜", "张建国", "李秀英", "赵志强", "陈晓燕", "刘海涛", "周玉兰", "吴俊杰"] * 4
ILL = ["肺炎", "胃炎", "高血压", "糖尿病"] * 8
LEVELS = ["2", "3", "1", "2", "1", "3", "2", "4"] * 4
TABLE = {"hzxm": NAMES, "诊断": ILL, "现病史": ILL, "qvk": LEVELS}


def presumed(judged: Judgement) -> bool:
    return any(each.detector == PRESUMED for each in judged.evidence)


@pytest.fixture
def sure(monkeypatch: pytest.MonkeyPatch) -> Model:
    """The model in force, its threshold lowered so that a doubtful column is over it."""
    made = dataclasses.replace(model(), threshold=0.02)
    monkeypatch.setattr(presumption, "model", lambda: made)
    return made


def test_a_doubtful_column_among_patients_keeps_its_kind_and_gets_the_stricter_level(sure: Model) -> None:
    judged = judge(TABLE, title="inpatient")["qvk"]

    assert presumed(judged)
    assert (judged.kind, judged.grade, judged.personal, judged.sensitive) == ("none", 4, True, True)
    details = judged.evidence[-1].details
    assert details["to_be_confirmed"] is True
    assert sure.threshold <= float(details["likeness"]) < 1


def test_what_rules_found_sensitive_is_not_presumed_beside_it(sure: Model) -> None:
    judged = judge(TABLE, title="inpatient")

    assert judged["诊断"].sensitive
    assert not presumed(judged["诊断"])


def test_nothing_is_presumed_of_rows_that_are_no_persons(sure: Model) -> None:
    goods = {"货位": [f"A{n:02d}" for n in range(32)], "等级": LEVELS, "qvk": LEVELS}

    assert not any(presumed(each) for each in judge(goods, title="仓库").values())


def test_a_column_without_values_is_not_presumed(sure: Model) -> None:
    empty: Mapping[str, list[str | None]] = {**TABLE, "qvk": [None] * 32}

    assert not presumed(judge(empty, title="inpatient")["qvk"])


def contract(**of_field: object) -> Contract:
    fields = (
        Field("hzxm", unit=UnitRef("person"), use=Use.IDENTIFIER, personal=True),
        Field("zd", business_name="诊断", sensitive=True, personal=True),
        Field("xbs", business_name="现病史", sensitive=True, personal=True),
        Field("qvk", **of_field),  # type: ignore[arg-type]
    )
    return Contract("c", "住院", "s", "t", Party("d"), fields, units=(UnitRule("person", 1),))


@pytest.mark.parametrize(
    ("declared", "asked"),
    [({}, True), ({"sensitive": True, "personal": True}, False), ({"grade": 2, "personal": True}, False)],
)
def test_a_presumption_asks_until_somebody_declares_or_grades_the_field_and_holds_no_release(
    sure: Model, declared: dict[str, object], asked: bool
) -> None:
    rows = pa.table({"hzxm": NAMES, "zd": ILL, "xbs": ILL, "qvk": LEVELS})
    found = [f for f in classify(contract(**declared), rows) if f.detector == PRESUMED]

    assert [(f.field, f.grade, f.sensitive, f.beyond_declared) for f in found] == [
        ("qvk", 4, True, False)
    ] * asked


def test_a_presumption_counts_and_holds_the_release_from_its_confirmation_on(sure: Model) -> None:
    rows = pa.table({"hzxm": NAMES, "zd": ILL, "xbs": ILL, "qvk": LEVELS})
    (found,) = (f for f in classify(contract(), rows) if f.detector == PRESUMED)
    nothing = dict.fromkeys(Decision.__dataclass_fields__)
    said = {"field": "qvk", "kind": PRESUMED, "grade_before": found.grade, "grade": found.grade}

    def decided(act: str) -> Decided:
        return Decided(in_force=(Decision(**nothing | said | {"act": act}),))  # type: ignore[arg-type]

    assert (UNDECIDED.counted([found]), UNDECIDED.stops(found)) == ((), False)
    assert (decided("override").counted([found]), decided("override").stops(found)) == ((), False)
    assert (decided("confirm").counted([found]), decided("confirm").stops(found)) == ((found,), True)


def test_the_reason_names_the_labelled_heading_that_is_most_alike_and_no_value() -> None:
    heading = model().headings[0]

    assert resembling(heading) == (heading, 1.0)
    assert resembling("zzzzqqqq") == ("", 0.0)


def test_initials_of_a_chinese_heading_are_parts_of_the_same_heading_in_pinyin() -> None:
    assert "l:^zdm" in traits.of_heading("诊断名称") & traits.of_heading("zdmc")


KINDS = st.sampled_from(["medical", "religion", "biometric", "account", "criminal_record", "bank_card"])


@settings(max_examples=80, deadline=None)
@given(
    heading=st.sampled_from(["qvk", "结果", "remark", "等级", "xs"]),
    beside=st.lists(KINDS, max_size=10),
    more=st.lists(KINDS, min_size=1, max_size=3),
    children=st.booleans(),
)
def test_a_further_sensitive_column_never_makes_another_less_likely(
    heading: str, beside: list[str], more: list[str], children: bool
) -> None:
    column = Looked(meaning([heading]), LEVELS)
    few = Around(tuple(beside), frozenset(), True, False)
    many = Around((*beside, *more), frozenset(), True, children)

    assert likeness(traits.of(column, many)) >= likeness(traits.of(column, few)) - 1e-12


def test_no_weight_of_what_other_columns_add_is_below_nought() -> None:
    assert all(weight >= 0 for trait, weight in model().weights.items() if trait.startswith(RISING))


def test_the_parts_of_an_expression_are_divided_at_its_outermost_bars() -> None:
    assert alternatives(r"a|b(?:c|d)|[|\]]|\|e") == ["a", "b(?:c|d)", r"[|\]]", r"\|e"]


def test_a_word_only_one_source_shows_is_withheld_from_rules_that_judge_it_and_comes_back() -> None:
    read = [each for part in ("first", "third") for each in tables(ROOT / "validation" / part, "all")]
    shown = Shown(read)
    label = next(
        label
        for _, labels in read
        for label in labels
        if label.kind == "religion"
        and meaning([label.heading]).strength("religion") == 1.0
        and shown.of_word(label.heading) == {label.source}
    )
    with withheld(Withheld(shown, label.source)):
        blind = meaning([label.heading]).strength("religion")

    assert blind < meaning([label.heading]).strength("religion") == 1.0


def test_learning_finds_what_tells_examples_apart_and_writes_it_as_a_rule_file(tmp_path: Path) -> None:
    from catalog.classify.evaluation import Outcome
    from catalog.classify.labelled import Label

    def example(source: int, trait: str, *, sensitive: bool) -> Example:
        label = Label(f"s{source}", "t", trait, "medical", sensitive, sensitive, 4 if sensitive else 1)
        return Example(
            "first", f"s{source}", Outcome(label, "none", 1, False, 0.5), trait, frozenset({trait})
        )

    made = [example(n, "l:ill", sensitive=True) for n in range(30)]
    made += [example(n, "l:fee", sensitive=False) for n in range(30)]
    made += [example(1, "seen:once", sensitive=True)]
    taught = fit(made)

    assert taught.weights["l:ill"] > 0 > taught.weights["l:fee"]
    assert "seen:once" not in taught.weights
    assert likeness({"l:ill"}, taught) > 0.5 > likeness({"l:fee"}, taught)
    text = written(taught, made, 0.25)
    assert "value: 0.25" in text
    assert f"{taught.weights['l:ill']} l:ill" in text


def test_the_rule_file_says_what_it_was_learned_from_and_names_no_blind_part() -> None:
    text = (RULES / "presumption.yaml").read_text(encoding="utf-8")

    assert "6,350 labelled columns" in text
    assert "held_out" not in text
