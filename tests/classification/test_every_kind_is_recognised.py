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
def test_a_column_of_which_no_row_was_read_is_judged_by_its_heading_at_a_lower_score(kind: str) -> None:
    heading = KINDS[kind][1][0]
    unread, full = judge({heading: []})[heading], judge({heading: column(kind)})[heading]
    assert unread.kind in (kind, "mobile" if kind == "landline" else kind)
    assert unread.score < full.score
    assert unread.evidence[0].sample == 0


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "free_text"])
def test_rows_without_a_value_are_nothing_and_their_evidence_keeps_what_the_heading_means(kind: str) -> None:
    heading = KINDS[kind][1][0]
    judged = judge({heading: [None, "", "-"] * 7})[heading]
    assert (judged.kind, judged.grade, judged.personal) == ("none", 1, False)
    assert judged.evidence[0].details[f"heading_{kind}"] >= 0.5


def test_every_kind_has_a_meaning_and_every_meaning_a_kind() -> None:
    assert set(kinds()) == set(rule("grading", "findings", IN_FORCE).value) - {"presumed"}
    assert len(kinds()) > 40


def test_every_kind_of_the_rules_has_an_example() -> None:
    assert set(kinds()) - {"none", "minor"} == set(KINDS)
