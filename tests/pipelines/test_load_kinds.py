"""Deliveries that add to a release: what is merged, what is remembered, and what costs nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from catalog.lineage.inheritance import findings_of
from catalog.releases.attempts import last_results
from catalog.releases.published import Release, latest, read_quarantine, read_vault
from catalog.store import reading
from contracts.model import Action, Contract, Drift, DriftAction, Field, Load, LoadKind, Rule, RuleKind, Use
from pipelines.build import build
from pipelines.building.outcome import Outcome
from policies import grading
from policies.rulebook import rule
from tests.pipelines.conftest import PEOPLE, Town, person

DAY = date(2026, 9, 24)
LOG = Load(LoadKind.CHANGES, operation="op", words={"I": "upsert", "U": "upsert", "D": "delete"})
RECENT = Load(LoadKind.INCREMENTAL, watermark="seen")


def kind_of(load: Load, **more: Any) -> Contract:
    source = replace(PEOPLE.sources[0], path="people*.csv")
    return replace(PEOPLE, load=load, sources=(source,), **more)


def line(number: int, ward: str = "A", income: int = 1, day: str = "2026-08-01", op: str = "") -> str:
    return ",".join(filter(None, [person(number), ward, str(income), day, op]))


class Register:
    """The town's register, delivered file by file."""

    def __init__(self, town: Town, contract: Contract) -> None:
        self.town, self.contract = town, contract
        self.heading = "id_card,ward,income,seen" + (",op" if contract.load.kind is LoadKind.CHANGES else "")
        (town.folder / "people.csv").unlink()

    def deliver(self, name: str, *lines: str) -> Outcome:
        self.town.write(name, [self.heading, *lines])
        return self.build()

    def build(self) -> Outcome:
        (outcome,) = build(self.town.home, [self.contract.name], DAY, strict=True)
        return outcome

    def counted(self, rule: str) -> tuple[int, int]:
        with reading(self.town.engine) as connection:
            results = last_results(connection, self.contract.name)
        return next((each.good, each.evaluated) for each in results if each.rule == rule)

    @property
    def release(self) -> Release:
        with reading(self.town.engine) as connection:
            found = latest(connection, self.contract.name)
        assert found is not None
        return found

    def incomes(self) -> dict[str, int]:
        rows = read_vault(self.town.home, self.release).to_pylist()
        return {row["id_card"]: row["income"] for row in rows}


@pytest.fixture
def register(found_town: Callable[..., Town]) -> Callable[[Contract], Register]:
    return lambda contract: Register(found_town(contract), contract)


def test_a_full_load_counts_what_changed_and_an_equal_one_is_no_release(
    register: Callable[[Contract], Register],
) -> None:
    town = register(kind_of(Load()))
    town.deliver("people.csv", line(1), line(2), line(3))
    assert town.release.counts["changes"] == {"added": 3, "changed": 0, "removed": 0, "same": 0}

    town.deliver("people.csv", line(1), line(2, income=5), line(4), line(5))
    assert town.release.counts["changes"] == {"added": 2, "changed": 1, "removed": 1, "same": 1}

    again = town.deliver("people.csv", line(5), line(1), line(2, income=5), " " + line(4))
    assert (again.state, again.reason) == ("unchanged", "the rows delivered are those of release 2")
    assert town.release.number == 2
    assert town.build().reason == ""  # the other bytes are remembered: nothing is read again


def test_an_incremental_load_merges_new_files_and_forgets_none(
    register: Callable[[Contract], Register],
) -> None:
    town = register(kind_of(RECENT))
    town.deliver("people-1.csv", line(1), line(2), line(3))

    outcome = town.deliver("people-2.csv", line(2, income=9, day="2026-08-05"), line(4, day="2026-08-06"))

    assert (outcome.state, outcome.landed, outcome.typed) == ("released", 2, 2)
    assert town.incomes() == {person(1): 1, person(2): 9, person(3): 1, person(4): 1}
    assert town.release.row_count == 4
    assert town.release.counts["changes"] == {
        "added": 1, "changed": 1, "removed": 0, "same": 2, "renumbered": 0
    }  # fmt: skip
    assert town.release.counts["watermark"] == "2026-08-06"
    assert len(town.release.counts["loaded"]) == 2

    (town.town.folder / "people-1.csv").unlink()
    assert town.build().state == "unchanged"
    assert len(town.incomes()) == 4


def test_rules_on_the_number_of_rows_count_those_a_delivery_is_added_to(
    register: Callable[[Contract], Register],
) -> None:
    most = Rule("most", RuleKind.ROW_COUNT, (), {"maximum": 4}, action=Action.STOP)
    town = register(kind_of(RECENT, rules=(most,)))
    town.deliver("people-1.csv", line(1), line(2), line(3))
    town.deliver("people-2.csv", line(2, income=9, day="2026-08-05"), line(4, day="2026-08-06"))
    assert town.counted("most") == (1, 1), "three, and one of two that was not there"

    outcome = town.deliver("people-3.csv", line(4, income=5, day="2026-08-07"), line(5, day="2026-08-07"))

    assert (outcome.state, "most" in outcome.reason) == ("stopped", True)
    assert town.counted("most") == (0, 1)
    assert town.release.row_count == 4


def test_a_log_that_deletes_too_many_rows_is_stopped_by_the_share_it_may_shrink_by(
    register: Callable[[Contract], Register],
) -> None:
    band = Rule("band", RuleKind.ROW_COUNT, (), {"shrink": 0.5}, action=Action.STOP)
    town = register(kind_of(LOG, rules=(band,)))
    town.deliver("people-1.csv", *(line(n, op="I") for n in range(1, 5)))
    town.deliver("people-2.csv", line(1, op="D"), line(2, op="D"))
    assert (town.counted("band"), town.release.row_count) == ((1, 1), 2)

    outcome = town.deliver("people-3.csv", line(3, op="D"), line(4, op="D"))

    assert (outcome.state, town.release.row_count) == ("stopped", 2)


def test_a_file_that_says_nothing_new_makes_no_release(register: Callable[[Contract], Register]) -> None:
    town = register(kind_of(RECENT))
    town.deliver("people-1.csv", line(1), line(2))

    outcome = town.deliver("people-2.csv", line(2), line(1))

    assert (outcome.state, outcome.landed, outcome.typed) == ("unchanged", 2, 2)
    assert outcome.quality == town.release.quality
    assert outcome.reason == "nothing was delivered that release 1 does not hold"
    assert town.build().reason == ""


def test_an_append_quarantines_a_row_that_changed(register: Callable[[Contract], Register]) -> None:
    town = register(kind_of(Load(LoadKind.APPEND), quarantine_limit=0.5))
    town.deliver("people-1.csv", line(1), line(2))

    outcome = town.deliver("people-2.csv", line(1), line(2, income=9), line(3))

    assert (outcome.landed, outcome.typed, outcome.quarantined) == (3, 2, 1)
    assert town.incomes() == {person(1): 1, person(2): 1, person(3): 1}
    assert town.release.counts["aside"] == {"identical": 1}
    held = read_quarantine(town.town.home, "civil.people", town.release.counts["quarantine_version"])
    assert held["reason"].to_pylist() == ["load:changed_row"]


def test_a_change_log_is_applied_in_its_order(register: Callable[[Contract], Register]) -> None:
    town = register(kind_of(LOG))
    town.deliver("people-1.csv", *(line(n, op="I") for n in range(1, 5)))

    outcome = town.deliver(
        "people-2.csv",
        line(5, op="I"), line(5, income=7, op="U"), line(1, op="D"), line(9, op="D"),
        line(2, income=3, op="U"),
    )  # fmt: skip

    assert (outcome.state, outcome.landed, outcome.typed) == ("released", 5, 5)
    assert town.incomes() == {person(2): 3, person(3): 1, person(4): 1, person(5): 7}
    assert town.release.counts["aside"] == {"superseded": 1, "deletes": 1, "absent_deletes": 1}


def test_a_change_its_rules_refuse_leaves_the_published_row(register: Callable[[Contract], Register]) -> None:
    town = register(kind_of(LOG, quarantine_limit=0.9))
    town.deliver("people-1.csv", line(1, op="I"), line(2, op="I"))

    outcome = town.deliver("people-2.csv", line(1, income=1001, op="U"), line(2, income=4, op="U"))

    assert (outcome.typed, outcome.quarantined) == (1, 1)
    assert town.incomes() == {person(1): 1, person(2): 4}


def test_a_changed_contract_reads_every_delivery_again_from_its_raw_rows(
    register: Callable[[Contract], Register],
) -> None:
    first = kind_of(LOG, quarantine_limit=0.9)
    town = register(first)
    town.deliver("people-1.csv", line(1, op="I"), line(2, income=600, op="I"), line(3, op="I"))
    town.deliver("people-2.csv", line(3, op="D"), line(4, op="I"))
    (town.town.folder / "people-1.csv").unlink()

    fields = tuple(replace(f, maximum=500) if f.name == "income" else f for f in first.fields)
    town.town.catalogue(replace(first, fields=fields, version="1.1.0"))
    outcome = town.build()

    assert (outcome.state, outcome.landed, outcome.quarantined) == ("released", 5, 1)
    assert town.incomes() == {person(1): 1, person(4): 1}
    assert town.release.counts["from_raw"] == 5
    assert town.deliver("people-3.csv", line(5, op="I")).state == "released"
    assert len(town.incomes()) == 3


def test_a_changed_contract_whose_raw_rows_are_gone_stops_and_says_what_to_do(
    register: Callable[[Contract], Register],
) -> None:
    town = register(kind_of(RECENT))
    town.deliver("people-1.csv", line(1))
    for path in (town.town.home.lake / "landing").rglob("*.parquet"):
        path.unlink()
    fields = tuple(replace(f, maximum=500) if f.name == "income" else f for f in PEOPLE.fields)

    town.town.catalogue(replace(town.contract, fields=fields, version="1.1.0"))
    outcome = town.build()

    assert outcome.state == "stopped"
    assert "raw rows of some are gone" in outcome.reason
    assert "deliver the whole dataset once" in outcome.reason
    assert len(town.incomes()) == 1


def test_a_drift_the_contract_stops_at_is_a_stopped_build(register: Callable[[Contract], Register]) -> None:
    town = register(kind_of(Load(), drift=Drift(new_column=DriftAction.STOP)))
    town.deliver("people.csv", line(1))

    town.heading += ",extra"
    outcome = town.deliver("people.csv", line(1) + ",x")

    assert outcome.state == "stopped"
    assert town.release.number == 1


def test_a_drift_that_is_ignored_stands_in_the_counts(register: Callable[[Contract], Register]) -> None:
    town = register(kind_of(Load()))
    town.heading += ",extra"

    town.deliver("people.csv", line(1) + ",x")

    (found,) = town.release.counts["drift"]
    assert (found["kind"], found["column"], found["action"]) == ("new_column", "extra", "ignore")


def test_what_was_found_in_former_rows_is_not_forgotten_by_a_delivery_that_adds(
    register: Callable[[Contract], Register],
) -> None:
    ward = Field("ward", use=Use.IDENTIFIER, personal=True, sensitive=True)
    fields = tuple(ward if field.name == "ward" else field for field in PEOPLE.fields)
    town = register(kind_of(RECENT, fields=fields))
    first = town.deliver("people-1.csv", *(line(number, ward=person(number)) for number in range(1, 40)))
    assert first.state == "released", first.reason

    outcome = town.deliver("people-2.csv", line(40, day="2026-08-06"))

    assert (outcome.state, outcome.typed) == ("released", 1)
    with reading(town.town.engine) as connection:
        (found,) = [each for each in findings_of(connection, town.contract) if each.field == "ward"]
    assert (found.detector, found.grade, found.personal) == ("resident_id", 3, True)
    assert found.evidence["of_former_rows"]


def test_very_many_persons_raise_the_grade_of_a_release(
    register: Callable[[Contract], Register], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = replace(rule("grading", "volumes", date.max), value=[
        {"persons": 3, "sensitive_only": False, "grade": 4, "why": "as many as these"}
    ])  # fmt: skip
    plain = replace(PEOPLE.fields[0], sensitive=False)
    fewer = kind_of(RECENT, fields=(plain, *PEOPLE.fields[1:]))
    monkeypatch.setattr(
        grading, "rule", lambda file, name, on: steps if name == "volumes" else rule(file, name, on)
    )
    town = register(fewer)

    assert town.deliver("people-1.csv", line(1), line(2)).grade in (1, 2, 3)
    assert town.deliver("people-2.csv", line(3, day="2026-08-06")).grade == 4
