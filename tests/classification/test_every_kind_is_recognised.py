"""Every kind is recognised by heading and values, by values alone where they tell; look-alikes are not."""

from __future__ import annotations

import pytest

from catalog.classify.judging import judge
from catalog.classify.kinds import kinds
from policies.grading import IN_FORCE
from policies.rulebook import rule
from tests.classification.development.examples import KINDS, LOOK_ALIKES, column, look_alike


@pytest.mark.parametrize(("kind", "heading"), [(kind, h) for kind, row in KINDS.items() for h in row[1]])
def test_a_kind_is_recognised_by_its_heading_and_its_values(kind: str, heading: str) -> None:
    assert judge({heading: column(kind)})[heading].kind == kind


@pytest.mark.parametrize("kind", [kind for kind, row in KINDS.items() if row[2]])
def test_telling_values_are_recognised_under_a_heading_that_says_nothing(kind: str) -> None:
    assert judge({"col_17": column(kind)})["col_17"].kind == kind


@pytest.mark.parametrize("kind", [kind for kind, row in KINDS.items() if not row[2]])
def test_values_that_many_things_have_are_nothing_without_their_heading(kind: str) -> None:
    assert judge({"col_17": column(kind)})["col_17"].kind == "none"


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_a_look_alike_is_nothing(name: str) -> None:
    heading = LOOK_ALIKES[name][0]
    judged = judge({heading: look_alike(name)})[heading]
    assert (judged.kind, judged.grade, judged.personal, judged.sensitive) == ("none", 1, False, False)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "free_text"])
def test_a_third_of_junk_does_not_hide_a_kind_under_its_heading(kind: str) -> None:
    dirty = [value if i % 10 < 7 else ("不详", "同上", "待核")[i % 3] for i, value in enumerate(column(kind))]
    heading = KINDS[kind][1][0]
    assert judge({heading: dirty})[heading].kind == kind


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "free_text"])
def test_an_empty_column_is_judged_by_its_heading_at_a_lower_score(kind: str) -> None:
    heading = KINDS[kind][1][0]
    empty, full = judge({heading: [None] * 20})[heading], judge({heading: column(kind)})[heading]
    assert empty.kind in (kind, "mobile" if kind == "landline" else kind)
    assert empty.score < full.score
    assert empty.evidence[0].sample == 0


def test_every_kind_has_a_meaning_and_every_meaning_a_kind() -> None:
    assert set(kinds()) == set(rule("grading", "findings", IN_FORCE).value)
    assert len(kinds()) > 40


def test_every_kind_of_the_rules_has_an_example() -> None:
    assert set(kinds()) - {"none", "minor"} == set(KINDS)
