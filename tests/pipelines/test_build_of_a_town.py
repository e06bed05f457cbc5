"""A build from files to releases, through the definitions Dagster shows."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from catalog.lineage.columns import Edge, edges_around
from catalog.quality.cli import quality
from catalog.releases.attempts import last_results
from catalog.releases.published import Release, latest, protected_files, read_quarantine, read_vault
from catalog.store import reading
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.releases import builds, findings, leases
from contracts.model import Action, Composed, Composition, Contract, Rule, RuleKind, UnitRule
from pipelines.build import build
from pipelines.building.composed import sealed
from pipelines.building.outcome import Outcome
from pipelines.cli import build as command
from pipelines.errors import CheckFailed, NothingToBuild
from pipelines.orchestration.selection import selected

AS_OF = date(2026, 9, 24)
Found = Callable[..., Any]
Contracts = dict[str, Contract]


@pytest.fixture(autouse=True)
def _loud_again() -> Any:
    level = logging.getLogger("dagster").level
    yield
    logging.getLogger("dagster").setLevel(level)


def built(town: Any, *names: str, as_of: date = AS_OF) -> dict[str, Outcome]:
    return {outcome.name: outcome for outcome in build(town.home, names or None, as_of)}


def release(town: Any, name: str) -> Release | None:
    with reading(town.engine) as connection:
        return latest(connection, name)


def test_every_dataset_of_a_wave_has_its_own_outcome(found_town: Found) -> None:
    town = found_town()

    done = built(town)

    assert {name: outcome.state for name, outcome in done.items()} == {
        "civil.people": "released",
        "road.lamps": "failed",
        "school.notes": "stopped",
        "theme.rich": "released",
        "topic.by_ward": "released",
    }
    people = done["civil.people"]
    assert (people.lines_read, people.landed, people.typed, people.quarantined) == (46, 45, 41, 4)
    assert done["school.notes"].reason.startswith("remark: resident_id found, which is ")
    assert "lamps.csv" in done["road.lamps"].reason
    assert release(town, "school.notes") is None
    with reading(town.engine) as connection:
        rows = connection.execute(select(builds.c.dataset, builds.c.state)).all()
        seen = connection.execute(select(findings.c.field).where(findings.c.beyond_declared)).scalars().all()
        held = connection.execute(select(leases.c.holder)).scalars().all()
    assert {row.dataset: row.state for row in rows} == {n: o.state for n, o in done.items()}
    assert seen == ["remark"]
    assert set(held) == {None}


def test_quarantined_rows_are_named_by_line_and_rule_and_never_by_value(
    found_town: Found, contracts: Contracts
) -> None:
    town = found_town(contracts["civil.people"])
    built(town)
    made = release(town, "civil.people")
    assert made is not None

    assert made.counts["quarantined"] == {
        "cast:integer": 1,
        "q_id_card_required": 1,
        "q_id_card_unique": 1,
        "q_income_range": 1,
    }
    held = read_quarantine(town.home, "civil.people", made.counts["quarantine_version"])
    assert held.column_names == ["_file", "_line", "field", "reason"]
    assert sorted(zip(held["_line"].to_pylist(), held["reason"].to_pylist(), strict=True)) == [
        (42, "q_id_card_unique"),
        (44, "q_income_range"),
        (45, "q_id_card_required"),
        (46, "cast:integer"),
    ]
    assert read_vault(town.home, made)["id_card"].null_count == 0


def test_the_protected_table_holds_pseudonyms_and_no_number_of_a_person(
    found_town: Found, contracts: Contracts
) -> None:
    town = found_town(contracts["civil.people"])
    built(town)
    made = release(town, "civil.people")
    assert made is not None

    (file,) = protected_files(town.home, made)
    rows = pq.read_table(file)
    assert rows.column_names == ["_u_id_card", "_n_person", "ward", "income", "seen"]
    assert rows["_u_id_card"].null_count == 1  # the wrong check digit
    assert b"99010119500101" not in file.read_bytes()
    assert made.facts.unique_keys == (("_u_id_card",),)
    assert made.facts.size_class == "<10^2"


def test_quality_counts_good_over_evaluated_items_of_each_rule(
    found_town: Found, contracts: Contracts
) -> None:
    town = found_town(contracts["civil.people"])
    outcome = built(town)["civil.people"]
    with reading(town.engine) as connection:
        results = {r.rule: (r.good, r.evaluated) for r in last_results(connection, "civil.people")}

    assert results == {
        "q_id_card_required": (43, 44),
        "q_id_card_unique": (41, 43),
        "q_id_card_check_digit": (42, 43),
        "q_income_range": (43, 44),
        "q_seen_freshness": (1, 1),
        "type:income": (44, 45),
        "type:seen": (45, 45),
        "record:complete": (43, 44),
        "columns:delivered": (4, 4),
    }
    assert outcome.quality is not None
    assert 0.9 < outcome.quality < 1


def test_a_dataset_is_late_against_its_cycle_on_the_day_of_judgement(
    found_town: Found, contracts: Contracts
) -> None:
    town = found_town(contracts["civil.people"])
    built(town, as_of=date(2026, 12, 1))
    made = release(town, "civil.people")
    assert made is not None

    assert made.dimensions["timeliness"] == {"a": 0, "b": 1, "x": 0.0}


def test_what_did_not_change_is_not_built_again(found_town: Found, contracts: Contracts) -> None:
    town = found_town(contracts["civil.people"], contracts["topic.by_ward"])
    first = built(town)
    before = {name: release(town, name) for name in first}

    again = built(town)

    assert {o.state for o in again.values()} == {"unchanged"}
    assert {name: release(town, name) for name in again} == before
    assert replace(again["civil.people"], state="released") == first["civil.people"]


def test_a_changed_file_makes_a_new_release_of_it_and_of_what_is_made_from_it(
    found_town: Found, contracts: Contracts
) -> None:
    town = found_town(contracts["civil.people"], contracts["topic.by_ward"])
    built(town)
    lines = town.lines()
    town.write("people.csv", [lines[0], *lines[2:41]])  # the first person is gone, the faults too

    again = built(town)

    assert [(o.state, o.typed) for o in again.values()] == [("released", 39), ("released", 1)]
    made = release(town, "civil.people")
    assert made is not None
    assert made.number == 2


def test_a_stopped_release_leaves_the_former_one_in_service(found_town: Found, contracts: Contracts) -> None:
    town = found_town(contracts["civil.people"])
    built(town)
    before = release(town, "civil.people")
    town.write("people.csv", [town.lines()[0], *town.lines()[41:]])  # four of five rows are faulty

    again = built(town)["civil.people"]

    assert again.state == "stopped"
    assert "3 of 5 rows are quarantined, more than the limit of 20%" in again.reason
    assert release(town, "civil.people") == before


def test_a_rule_that_stops_names_itself_and_the_remedy(found_town: Found, contracts: Contracts) -> None:
    rule = Rule("enough", RuleKind.ROW_COUNT, (), {"minimum": 1000}, action=Action.STOP)
    town = found_town(replace(contracts["civil.people"], rules=(rule,)))

    outcome = built(town)["civil.people"]

    assert outcome.state == "stopped"
    assert "rule enough is broken" in outcome.reason


def test_a_release_that_cannot_prove_its_facts_is_stopped_with_the_reason(
    found_town: Found, contracts: Contracts
) -> None:
    keyless = replace(contracts["civil.people"].fields[0], key_position=None)
    contract = replace(
        contracts["civil.people"],
        fields=(keyless, *contracts["civil.people"].fields[1:]),
        units=(UnitRule("person", 1),),
    )
    town = found_town(contract)

    outcome = built(town)["civil.people"]

    assert outcome.state == "stopped"
    assert "1 units of kind person have more rows than max_rows 1" in outcome.reason


def test_small_cells_of_a_statistical_dataset_stay_out_and_so_does_what_would_reveal_them(
    found_town: Found, contracts: Contracts
) -> None:
    town = found_town(contracts["civil.people"], contracts["topic.by_ward"])

    outcome = built(town)["topic.by_ward"]
    made = release(town, "topic.by_ward")
    assert made is not None

    # Wards B (8) and C (2) are small; together they rest on ten, so A need not go with them.
    assert read_vault(town.home, made).to_pydict() == {"ward": ["A"], "people": [31]}
    assert (outcome.lines_read, outcome.landed, made.counts["dropped"]) == (3, 1, {"small_cell": 2})
    assert made.facts.derived_from == ("person",)
    assert made.facts.units == ()


def test_a_statistical_dataset_whose_units_cannot_be_counted_is_stopped(
    found_town: Found, contracts: Contracts
) -> None:
    sql = "SELECT ward, count(*) AS people FROM (SELECT ward FROM civil.people) AS p GROUP BY ward"
    hidden = replace(contracts["topic.by_ward"], composed=Composed(Composition.STATISTICAL, sql))
    town = found_town(contracts["civil.people"], hidden)

    outcome = built(town)["topic.by_ward"]

    assert outcome.state == "stopped"
    assert "its units cannot be counted" in outcome.reason


def test_a_composed_dataset_knows_where_each_column_comes_from(
    found_town: Found, contracts: Contracts
) -> None:
    town = found_town(contracts["civil.people"], contracts["theme.rich"])
    done = built(town)
    made = release(town, "theme.rich")
    assert made is not None
    with reading(town.engine) as connection:
        edges, _ = edges_around(connection, "theme.rich")

    assert Edge("civil.people", "income", "theme.rich", "income", "IDENTITY") in edges
    assert [u.kind for u in made.facts.units] == ["person"]
    grade, origin = done["theme.rich"].grade, done["civil.people"].grade
    assert grade is not None
    assert origin is not None
    assert grade >= origin


def test_a_composed_dataset_waits_for_its_inputs(found_town: Found) -> None:
    town = found_town()

    outcome = built(town, "theme.rich")["theme.rich"]

    assert outcome.state == "stopped"
    assert outcome.reason.startswith("made from civil.people, which has no release yet")


def test_composed_sql_reads_no_file_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("x")
    for sql in (f"SELECT content FROM read_text('{tmp_path}/secret.txt')", "SELECT 1 / 'a'"):
        with duckdb.connect() as connection, pytest.raises(CheckFailed, match="its SQL failed") as refused:
            sealed(connection, "topic.by_ward", sql)
        assert "secret" not in str(refused.value)


def test_composed_sql_reads_no_folder_where_the_command_was_started(
    found_town: Found, contracts: Contracts
) -> None:
    opened = f"list_contains(current_setting('allowed_directories'), '{Path.cwd()}/.tmp/')"
    sql = f"SELECT id_card, income FROM civil.people WHERE income >= 30 AND NOT {opened}"
    rich = replace(contracts["theme.rich"], composed=Composed(Composition.UNIT_LEVEL, sql))
    town = found_town(contracts["civil.people"], rich)

    assert built(town)["theme.rich"].state == "released"

    made = release(town, "theme.rich")
    assert made is not None
    assert made.row_count > 0
    assert not list(town.home.root.glob("compose-*"))


def test_an_unknown_name_is_refused_before_anything_runs(found_town: Found, contracts: Contracts) -> None:
    town = found_town(contracts["civil.people"])

    with pytest.raises(NothingToBuild, match=r"civil\.nobody"):
        build(town.home, ["civil.nobody"])


def test_a_selection_takes_what_dagster_would_and_warns_of_nothing(found_town: Found) -> None:
    town = found_town()
    day = date(2026, 9, 24)

    assert selected(town.engine, "group:school", day) == ("school.notes",)
    assert selected(town.engine, "+topic.by_ward", day)[-1] == "topic.by_ward"
    assert "civil.people" in selected(town.engine, "+topic/by_ward", day)
    assert len(selected(town.engine, "*", day)) == 5
    for text in ("civil.nobody", "group:(", "group:none"):
        with pytest.raises(NothingToBuild, match="civil/population"):
            selected(town.engine, text, day)


def test_every_stage_of_a_build_is_timed_and_every_release_in_evidence(
    found_town: Found, contracts: Contracts
) -> None:
    town = found_town(contracts["civil.people"])
    built(town)
    with reading(town.engine) as connection:
        (timings,) = connection.execute(select(builds.c.timings)).scalars().all()
        bodies = connection.execute(select(evidence_entries.c.body)).scalars().all()

    assert {"land", "cast", "check", "classify", "protect", "facts", "publish"} <= set(timings)
    assert sum('"release":"rel_' in body for body in bodies) == 1
    assert not any("99010119500101" in body for body in bodies)


def test_the_command_fails_only_where_a_build_failed(found_town: Found) -> None:
    found_town()

    stopped = CliRunner().invoke(command, ["school.notes", "--as-of", "2026-09-24"])
    failed = CliRunner().invoke(command, ["road.lamps"])

    assert stopped.exit_code == 0
    assert "school.notes stopped: remark: resident_id found" in stopped.stdout
    assert failed.exit_code == 1
    assert "road.lamps failed: " in failed.stdout


def test_the_command_prints_json_alone_and_the_quality_of_what_was_built(
    found_town: Found, contracts: Contracts
) -> None:
    town = found_town(contracts["civil.people"])
    program = [
        sys.executable,
        "-c",
        "from ybz import main; main()",
        "build",
        "--as-of",
        "2026-09-24",
        "--json",
    ]

    ran = subprocess.run(
        program,
        env={**os.environ, "YBZ_HOME": str(town.home.root)},
        capture_output=True,
        text=True,
        check=True,
    )
    shown = CliRunner().invoke(quality, ["civil.people", "--json"])
    table = CliRunner().invoke(quality, ["civil.people"])

    (outcome,) = json.loads(ran.stdout)
    assert list(outcome) == [
        "name", "state", "lines_read", "landed", "typed", "quarantined", "quality", "grade", "reason", "ms",
    ]  # fmt: skip
    assert {"land", "check", "publish"} <= set(outcome["ms"])
    assert ran.stderr == "civil.people: released\n"
    assert json.loads(shown.stdout)["dimensions"]["timeliness"]["x"] == 1.0
    assert "accessibility not assessed" in table.stdout
