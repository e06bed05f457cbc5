"""Rules that read another dataset or the former release, in real builds one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from catalog.releases.attempts import last_results
from catalog.releases.published import latest, read_quarantine
from catalog.store import reading
from contracts.model import Action, Contract, Dimension, Rule, RuleKind
from pipelines.build import build
from pipelines.building.plan import changed

KNOWN = Rule(
    "q_ward_known", RuleKind.REFERENCE, ("ward",), {"dataset": "school.notes", "fields": ["code"]},
    Dimension.CONSISTENCY, Action.QUARANTINE,
)  # fmt: skip
BAND = Rule("q_rows", RuleKind.ROW_COUNT, (), {"shrink": 0.2}, Dimension.COMPLETENESS, Action.STOP)


def outcomes(town: Any) -> dict[str, tuple[int, int, str]]:
    with reading(town.engine) as connection:
        found = last_results(connection, "civil.people")
    return {r.rule: (r.good, r.evaluated, r.note) for r in found if r.rule in ("q_ward_known", "q_rows")}


def test_a_reference_is_assessed_against_published_rows_and_a_band_against_the_former_release(
    found_town: Callable[..., Any], contracts: dict[str, Contract]
) -> None:
    people = replace(contracts["civil.people"], rules=(KNOWN, BAND))
    town = found_town(people, contracts["school.notes"])
    town.write("people.csv", town.lines()[:41])  # 30 in ward A, 8 in B, 2 in C
    town.write("notes.csv", ["code,remark", "A,x", "B,y"])

    build(town.home, ["civil.people"])
    assert outcomes(town) == {
        "q_ward_known": (0, 0, "school.notes has no release yet"),
        "q_rows": (0, 0, "no former release to compare with"),
    }

    build(town.home, ["school.notes"])
    town.write("people.csv", town.lines()[:40])
    (second,) = build(town.home, ["civil.people"])
    assert (second.state, second.quarantined) == ("released", 1)
    assert outcomes(town) == {"q_ward_known": (38, 39, ""), "q_rows": (1, 1, "")}
    with reading(town.engine) as connection:
        release = latest(connection, "civil.people")
    assert release is not None
    gone = read_quarantine(town.home, "civil.people", release.counts["quarantine_version"])
    assert gone.select(["_file", "_line", "field", "reason"]).to_pylist() == [
        {"_file": "people.csv", "_line": 40, "field": "ward", "reason": "q_ward_known"}
    ]

    town.write("people.csv", town.lines()[:20])
    (third,) = build(town.home, ["civil.people"])
    assert (third.state, "q_rows" in third.reason) == ("stopped", True)


def test_rules_are_judged_again_when_what_they_read_is_another_release(
    found_town: Callable[..., Any], contracts: dict[str, Contract]
) -> None:
    town = found_town(replace(contracts["civil.people"], rules=(KNOWN,)), contracts["school.notes"])
    town.write("people.csv", town.lines()[:41])  # 30 in ward A, 8 in B, 2 in C
    town.write("notes.csv", ["code,remark", "A,x", "B,y"])
    build(town.home)
    assert outcomes(town) == {"q_ward_known": (38, 40, "")}
    assert changed(town.home, town.engine) == {}

    town.write("notes.csv", ["code,remark", "A,x", "B,y", "C,z"])
    assert set(changed(town.home, town.engine)) == {"school.notes", "civil.people"}
    built = {outcome.name: (outcome.state, outcome.typed) for outcome in build(town.home)}
    assert built == {"school.notes": ("released", 3), "civil.people": ("released", 40)}
    assert outcomes(town) == {"q_ward_known": (40, 40, "")}

    town.write("notes.csv", ["code,remark", "A,other", "B,y", "C,z"])
    built = {outcome.name: (outcome.state, outcome.typed) for outcome in build(town.home)}
    assert built["civil.people"][0] == "unchanged"
    assert changed(town.home, town.engine) == {}, "judged again once, and not at every build"


@pytest.mark.parametrize("circle", [False, True])
def test_what_a_rule_reads_is_built_first_even_where_two_read_each_other(
    found_town: Callable[..., Any], contracts: dict[str, Contract], circle: bool
) -> None:
    back = Rule("q_back", RuleKind.REFERENCE, ("code",), {"dataset": "civil.people", "fields": ["ward"]})
    people = replace(contracts["civil.people"], rules=(KNOWN,))
    notes = replace(contracts["school.notes"], rules=(back,) if circle else ())
    town = found_town(people, notes)
    town.write("people.csv", town.lines()[:40])
    town.write("notes.csv", ["code,remark", "A,x", "B,y"])

    built = build(town.home)

    assert {outcome.name: outcome.state for outcome in built} == {
        "civil.people": "released",
        "school.notes": "released",
    }
    assert outcomes(town)["q_ward_known"] == (
        (0, 0, "school.notes has no release yet") if circle else (38, 39, "")
    )
