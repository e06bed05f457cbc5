"""What was learned from labelled columns is one more ground beside the rules, and is made anew at will."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.classify import learned, pieces, weights
from catalog.classify.alone import alone
from catalog.classify.column import limits
from catalog.classify.judging import column_of, judge
from catalog.classify.kinds import kinds
from catalog.classify.learned import Opinion, doubted, heard, likely
from catalog.classify.presumption import PRESUMED
from catalog.classify.scorer import Scored
from catalog.classify.weights import Model, model, resembling
from policies.rulebook import RULES
from tests.classification import digits
from tests.classification.learning.kinds import Taught, examples, fit, written

NAMES = ["王丽娜", "张建国", "李秀英", "赵志强", "陈晓燕", "刘海涛", "周玉兰", "吴俊杰"] * 4
NUMBERS = [
    digits.resident(f"330106{1960 + n}{n % 12 + 1:02d}{n % 27 + 1:02d}{100 + n:03d}") for n in range(32)
]


def taught(monkeypatch: pytest.MonkeyPatch, **bias: float) -> None:
    """Let what was learned say the same of every column: the given classes before all others."""
    names = ("none", *(kind for kind in bias if kind != "none"))
    made = replace(model(), kinds=names, bias=tuple(bias.get(kind, 0.0) for kind in names), weights={})
    monkeypatch.setattr(learned, "model", lambda: made)


def test_a_kind_that_rules_do_not_find_is_added_with_its_likelihood_as_a_ground(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heading = next(iter(model().headings["education"]))
    table = {"姓名": NAMES, f"{heading}甲": ["甲", "乙", "丙", "丁"] * 8, "qv": ["甲", "乙", "丙", "丁"] * 8}
    taught(monkeypatch, none=5.0)
    before = judge(table)[f"{heading}甲"]
    taught(monkeypatch, education=5.0)
    after = judge(table)[f"{heading}甲"]

    assert (before.kind, after.kind) == ("none", "education")
    assert judge(table)["qv"].kind == "none"
    told = after.evidence[0].details["learned"]
    assert 0 < after.score <= model().deciding.weight * told + 0.001


def test_a_column_of_fewer_values_than_rules_ask_for_is_not_told_by_what_was_learned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taught(monkeypatch, education=5.0)

    heading = next(iter(model().headings["education"]))

    assert (
        judge({heading: ["甲方", "乙方"]})[heading].kind == judge({"qv": ["甲方"] * 9})["qv"].kind == "none"
    )


@pytest.mark.parametrize("heading", ["身份证号", "qv", "备注"])
def test_a_kind_whose_check_digits_hold_is_never_taken_back(
    monkeypatch: pytest.MonkeyPatch, heading: str
) -> None:
    taught(monkeypatch, none=50.0)
    judged = judge({heading: NUMBERS})[heading]

    assert (judged.kind, judged.personal, judged.grade >= 3) == ("resident_id", True, True)


@given(
    kind=st.sampled_from(sorted(name for name, each in kinds().items() if each.check)),
    shares=st.lists(st.floats(0, 1), min_size=3, max_size=3),
    share=st.floats(0.8, 1),
)
def test_whatever_was_learned_a_kind_with_check_digits_that_hold_stays(
    kind: str, shares: list[float], share: float
) -> None:
    found = Scored(kind, 0.9, 0.0, share)
    said = Opinion(dict(zip(("none", "medical", kind), shares, strict=True)))

    assert heard(column_of("qv", NUMBERS, limits()), found, {kind: found}, said) == found


def test_a_sensitive_kind_taken_back_is_asked_of_a_person_and_names_what_rules_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = {"姓名": NAMES, "诊断": ["甲类", "乙类", "丙类", "丁类"] * 8}
    assert judge(table)["诊断"].kind == "medical"
    taught(monkeypatch, none=2.0, medical=0.0)
    judged = judge(table)["诊断"]

    assert (judged.kind, judged.sensitive, judged.grade) == ("none", True, 4)
    assert [each.detector for each in judged.evidence] == ["none", PRESUMED]
    assert "rules_said_medical" in judged.evidence[0].details


def test_a_sensitive_kind_that_is_most_unlikely_is_taken_back_without_a_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = {"车间": ["甲", "乙", "丙", "丁"] * 8, "诊断": ["甲类", "乙类", "丙类", "丁类"] * 8}
    taught(monkeypatch, none=9.0, medical=0.0)

    assert not judge(table)["诊断"].sensitive


def test_what_the_table_tells_is_taken_back_only_where_it_is_most_unlikely() -> None:
    told, least = Scored("medical", 0.5, 0.0, 1.0, {"topic": True}), model().deciding.told

    assert doubted(told, Opinion({"none": 1 - least / 2, "medical": least / 2}))
    assert not doubted(told, Opinion({"none": 1 - least, "medical": least}))
    assert not doubted(replace(told, details={"formed": True}), Opinion({"none": 1.0}))
    assert not doubted(told, Opinion())


def test_the_evidence_names_the_labelled_heading_most_alike_and_no_value() -> None:
    heading = next(iter(model().headings["education"]))
    said = resembling(column_of(heading, ["甲方"] * 8, limits()), "education")

    assert said[f"heading resembles {heading}"] == 1.0
    assert said["labelled_education_alike"] >= 1
    assert resembling(column_of("zzqqzzqq", ["甲方"] * 8, limits()), "education") == {}


def test_a_column_is_made_of_the_same_pieces_whatever_stands_beside_it_and_in_any_order_of_rows() -> None:
    def made_of(values: list[str]) -> Mapping[str, float]:
        column = column_of("出生地", values, limits())
        each = alone(column, taught=False)
        return pieces.of(column, each.known, each.kind)

    assert made_of(NAMES) == made_of(NAMES[::-1])
    assert all(0 <= strength <= 1 for strength in made_of(NUMBERS).values())


@pytest.mark.parametrize(
    "values",
    [
        ["1e5", "NaN", "inf", "-0"],
        ["٣", "४", "²", "①"],
        ["9" * 400] * 4,
        ["-3", "-0.5", "12", "7"],
        [" ", "\t", "\u3000", "a b"],
    ],
)
def test_odd_values_make_pieces_without_blanks(values: list[str]) -> None:
    made = pieces.of_values(values)

    assert made
    assert all(len(piece.split()) == 1 for piece in made)


def test_likelihoods_of_a_column_add_up_to_one() -> None:
    said = likely({"h:病": 1.0, "v:fixed": 1.0}, model())

    assert math.isclose(sum(said.values()), 1.0)
    assert likely({}, model()) != said


def example(source: int, kind: str, words: str) -> Taught:
    return Taught("first", f"s{source}", kind, words, {f"t:{words}": 1.0, f"w:{kind}": 0.5})


def small() -> list[Taught]:
    made = [example(n % 5, "medical", "ill") for n in range(30)]
    made += [example(n % 5, "none", "fee") for n in range(30)]
    return [*made, Taught("first", "s1", "none", "once", {"t:once": 1.0})]


def test_learning_finds_what_tells_classes_apart_and_gives_no_weight_to_what_few_sources_show() -> None:
    made = fit(small(), model().deciding)

    ill, fee = (likely({f"t:{word}": 1.0}, made) for word in ("ill", "fee"))
    assert ill["medical"] > 0.5 > fee["medical"]
    assert "t:once" not in made.weights
    assert made.headings["medical"] == {"ill": 30}


def test_the_rule_file_of_a_model_reads_back_as_the_same_model(monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    made: Model = fit(small(), model().deciding)
    rows = {row["name"]: row["value"] for row in yaml.safe_load(written(made, small()))["rules"]}

    class Row:
        def __init__(self, value: object) -> None:
            self.value = value

    monkeypatch.setattr(weights, "rule", lambda file, name, on: Row(rows[name]))
    assert model.__wrapped__() == made


def test_the_rule_file_says_what_it_was_learned_from_and_names_no_blind_part() -> None:
    text = (RULES / "learned.yaml").read_text(encoding="utf-8")

    assert "parts first, second, third, fourth, fifth, sixth, seventh of" in text
    assert "held_out" not in text


@pytest.mark.full
def test_the_weights_in_the_tree_are_what_the_program_learns_from_the_labelled_parts() -> None:
    made = examples()
    kept = (RULES / "learned.yaml").read_bytes()

    assert written(fit(made, model().deciding), made).encode() == kept
