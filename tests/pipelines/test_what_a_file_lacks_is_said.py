"""A file that lost a column, lines or itself: the steward reads which and what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from click.testing import CliRunner

from catalog import cli
from catalog.ledger_view import dataset
from catalog.store import reading
from contracts.model import Contract, Drift, DriftAction
from pipelines.build import build

Found = Callable[..., Any]
Contracts = dict[str, Contract]


def test_a_stop_names_the_required_column_a_file_lost(found_town: Found, contracts: Contracts) -> None:
    town = found_town(contracts["civil.people"])
    town.write("people.csv", [town.lines()[0].replace("id_card", "number"), *town.lines()[1:]])
    (outcome,) = build(town.home)
    assert outcome.state == "stopped"
    assert "people.csv has no column for id_card" in outcome.reason


def test_show_says_which_columns_and_lines_of_a_release_are_absent(
    found_town: Found, contracts: Contracts
) -> None:
    lenient = Drift(missing_column=DriftAction.IGNORE)
    town = found_town(replace(contracts["civil.people"], drift=lenient))
    without_seen = [line.rsplit(",", 1)[0] for line in town.lines()[:41]]
    town.write("people.csv", [*without_seen, "cut off"])
    (outcome,) = build(town.home)
    assert outcome.state == "released"
    with reading(town.engine) as connection:
        notes = dataset(connection, "civil.people")["notes"]
    assert notes == [
        "people.csv: no column for seen, which is empty in its rows",
        "people.csv: 1 line did not land: malformed",
    ]
    shown = CliRunner().invoke(cli.show, ["civil.people"], env={"YBZ_HOME": str(town.home.root)})
    assert "note: people.csv: no column for seen" in shown.output
    as_json = CliRunner().invoke(cli.show, ["civil.people", "--json"], env={"YBZ_HOME": str(town.home.root)})
    assert json.loads(as_json.stdout)["notes"] == notes


def test_a_lost_file_is_named_with_where_it_was_sought_and_what_to_do(
    found_town: Found, contracts: Contracts
) -> None:
    town = found_town(contracts["civil.people"])
    build(town.home)
    (town.folder / "people.csv").unlink()
    (outcome,) = build(town.home)
    assert outcome.state == "failed"
    assert outcome.reason == (
        f"people.csv: no such file in {town.folder} — put it back, or correct the path in the contract"
    )
