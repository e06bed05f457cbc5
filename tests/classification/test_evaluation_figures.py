"""Figures of the evaluation: by hand, and against a naive count of the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.classify.evaluation import (
    Outcome,
    by_class,
    coverage,
    evaluate,
    macro_f1,
    report,
    weighted_f1,
)
from catalog.classify.labelled import Label, NoLabelledSet


def label(kind: str, *, grade: int = 1, sensitive: bool = False) -> Label:
    return Label("s", "t", "h", kind, sensitive, sensitive, grade)


def test_precision_recall_and_f1_of_an_example_counted_by_hand() -> None:
    # true: a a a b b none; said: a a b b none none
    pairs = [("a", "a"), ("a", "a"), ("a", "b"), ("b", "b"), ("b", "none"), ("none", "none")]

    found = by_class(pairs)

    assert (found["a"].precision, found["a"].recall, found["a"].support) == (1.0, 2 / 3, 3)
    assert (found["b"].precision, found["b"].recall) == (0.5, 0.5)
    assert (found["none"].precision, found["none"].recall) == (0.5, 1.0)
    assert found["a"].f1 == pytest.approx(0.8)
    assert weighted_f1(found) == pytest.approx((0.8 * 3 + 0.5 * 2 + 2 / 3) / 6)
    assert macro_f1(found) == pytest.approx((0.8 + 0.5 + 2 / 3) / 3)


def test_a_class_that_is_only_said_lowers_no_mean_by_itself() -> None:
    found = by_class([("a", "a"), ("a", "c")])

    assert (found["c"].f1, found["c"].support) == (0.0, 0)
    assert macro_f1(found) == found["a"].f1


def test_nothing_judged_gives_nought_and_no_division() -> None:
    made = report([])

    assert (made["weighted_f1"], made["macro_f1"], made["under_classified"]) == (0.0, 0.0, 0.0)


def test_too_low_is_a_lower_grade_or_a_lost_flag_of_what_is_truly_sensitive() -> None:
    outcomes = [
        Outcome(label("medical", grade=4, sensitive=True), "medical", 4, True, 0.9),
        Outcome(label("medical", grade=4, sensitive=True), "none", 1, False, 0.9),
        Outcome(label("medical", grade=4, sensitive=True), "free_text", 4, False, 0.9),
        Outcome(label("bank_card", grade=4), "bank_card", 4, False, 0.9),
        Outcome(label("mobile", grade=2), "none", 1, False, 0.9),
    ]

    made = report(outcomes)

    assert (made["under_classified"], made["sensitive_columns"]) == (0.5, 4)
    assert len(made["too_low"]) == 2


def test_coverage_counts_what_is_judged_at_a_confidence_and_how_much_of_it_rightly() -> None:
    outcomes = [
        Outcome(label("a"), "a", 1, False, 0.95),
        Outcome(label("a"), "b", 1, False, 0.9),
        Outcome(label("a"), "a", 1, False, 0.5),
        Outcome(label("a"), "a", 1, False, 0.1),
    ]

    found = {line["confidence"]: line for line in coverage(outcomes)}

    assert (found[0.5]["coverage"], found[0.5]["accuracy"]) == (0.75, 0.6667)
    assert (found[0.9]["coverage"], found[0.9]["accuracy"]) == (0.5, 0.5)


KINDS = st.sampled_from(["none", "a", "b", "c"])


@given(st.lists(st.tuples(KINDS, KINDS), min_size=1, max_size=60))
def test_figures_equal_a_naive_count(pairs: list[tuple[str, str]]) -> None:
    found, f1 = by_class(pairs), {}
    for kind in {k for pair in pairs for k in pair}:
        hit = len([1 for t, s in pairs if t == kind and s == kind])
        missed = len([1 for t, s in pairs if t == kind and s != kind])
        false = len([1 for t, s in pairs if t != kind and s == kind])
        f1[kind] = 2 * hit / (2 * hit + missed + false)
        assert found[kind].f1 == pytest.approx(f1[kind])
        assert found[kind].support == hit + missed
    weighted = sum(f1[t] for t, _ in pairs) / len(pairs)
    true = {t for t, _ in pairs}

    assert set(found) == set(f1)
    assert weighted_f1(found) == pytest.approx(weighted)
    assert macro_f1(found) == pytest.approx(sum(f1[t] for t in true) / len(true))


@dataclass(frozen=True)
class Said:
    kind: str = "none"
    grade: int = 1
    sensitive: bool = False
    score: float = 0.5


def blind(columns: Mapping[str, Sequence[str | None]], *, title: str = "") -> dict[str, Said]:
    """A judge that sees nothing."""
    return {heading: Said() for heading in columns}


def write(folder: Path, labels: str, table: str = "姓名,备注\n张三,\n") -> Path:
    source = folder / "held_out" / "one"
    source.mkdir(parents=True)
    (source / "labels.csv").write_text(
        "table,place,heading,kind,personal,sensitive,grade,challenge\n" + labels, encoding="utf-8"
    )
    (source / "t.csv").write_text(table, encoding="utf-8")
    return folder


def test_a_judge_that_sees_nothing_is_told_so(tmp_path: Path) -> None:
    root = write(tmp_path, "t,1,姓名,person_name,yes,no,2,\nt,2,备注,none,no,no,1,\n")

    made = evaluate(root, "held_out", blind)

    assert (made["split"], made["columns"], made["accuracy"]) == ("held_out", 2, 0.5)
    assert made["confusion"] == [{"true": "person_name", "said": "none", "columns": 1}]
    assert "wrong" not in made and "too_low" not in made  # noqa: PT018
    assert "张三" not in str(made)


def test_an_empty_cell_is_a_missing_value_to_the_judge(tmp_path: Path) -> None:
    root = write(tmp_path, "t,2,备注,none,no,no,1,\n")
    seen: dict[str, Sequence[str | None]] = {}

    titles = []

    def watch(columns: Mapping[str, Sequence[str | None]], *, title: str = "") -> dict[str, Said]:
        seen.update(columns)
        titles.append(title)
        return blind(columns)

    evaluate(root, "all", watch)

    assert seen == {"姓名": ["张三"], "备注": [None]}
    assert titles == ["t"]


def test_a_folder_that_is_one_part_is_read_whole(tmp_path: Path) -> None:
    root = write(tmp_path, "t,1,姓名,person_name,yes,no,2,\n") / "held_out"

    assert evaluate(root, "validation", blind)["columns"] == 1


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        ("t,1,名字,person_name,yes,no,2,\n", "column 1 is not 名字"),
        ("t,9,姓名,person_name,yes,no,2,\n", "column 9 is not 姓名"),
        ("u,1,姓名,person_name,yes,no,2,\n", "the table is missing"),
        ("t,1,姓名,person_name,perhaps,no,2,\n", "not as the set's README says"),
        ("t,x,姓名,person_name,yes,no,2,\n", "not as the set's README says"),
    ],
)
def test_a_set_that_contradicts_itself_is_not_counted(tmp_path: Path, labels: str, says: str) -> None:
    with pytest.raises(NoLabelledSet, match=says):
        evaluate(write(tmp_path, labels), "held_out", blind)


def test_a_set_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(NoLabelledSet, match="name the folder of the set"):
        evaluate(tmp_path, "held_out", blind)
