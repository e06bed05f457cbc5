"""Messy files of known tables fold into just those tables, and every file and row is accounted for."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from catalog.cli import catalog as catalog_command
from catalog.home import Home
from catalog.intake.cli import draft as draft_command
from catalog.intake.landing.landing import land
from catalog.store import create_store
from contracts.cast import cast
from contracts.cleaning import clean
from contracts.odcs.files import read
from examples.mess.generate import Truth, generate


def drafted(folder: Path, out: Path) -> dict[str, Any]:
    stated = ["--department", "云州市数据局", "--share", "unconditional"]
    result = CliRunner().invoke(draft_command, [str(folder), "--json", "--out", str(out), *stated])
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def table_of(answer: dict[str, Any], truth: Truth) -> dict[str, str]:
    """Drafted dataset → the one table its files are of; fails where they are of several."""
    made = {}
    for family in answer["families"]:
        tables = {truth.tables[path] for path in family["files"]}
        assert len(tables) == 1, (family["name"], tables)
        made[family["name"]] = tables.pop()
    return made


def assert_every_file_is_accounted_for(answer: dict[str, Any], truth: Truth) -> None:
    fates: dict[str, list[dict[str, Any]]] = {}
    for found in answer["files"]:
        fates.setdefault(found["path"], []).append(found)
    assert set(fates) == {*truth.tables, *truth.junk}
    for path, reason in truth.junk.items():
        assert [reason in f["problem"] for f in fates[path]] == [True], path
    for path in truth.tables:
        in_family = [f for f in fates[path] if f["family"]]
        assert len(in_family) == 1, path
        if path in truth.copies:
            assert "exact copy" in in_family[0]["problem"], path
            assert in_family[0]["fate"] == "replaced"
        else:
            assert in_family[0]["fate"] == "read", in_family[0]
        assert all(f["problem"] for f in fates[path] if not f["family"]), "a sheet that is none says why"


def test_sixty_messy_files_of_five_tables_become_five_datasets(home: Home, tmp_path: Path) -> None:
    truth = generate(tmp_path / "in", files=60, tables=5)
    answer = drafted(tmp_path / "in", home.contracts)
    assert_every_file_is_accounted_for(answer, truth)
    tables = table_of(answer, truth)
    assert sorted(tables.values()) == sorted(truth.rows_of), "one dataset for each table"
    for family in answer["families"]:
        contract = read(Path(family["contract"]))
        landed = land(contract, home.contracts)
        typed = cast(contract, clean(contract, landed.table).table)
        rows = truth.rows_of[tables[family["name"]]]
        assert (landed.counts.landed, typed.typed.num_rows) == (rows, rows), family["name"]
        assert not landed.rejected.num_rows, "a layout the draft has seen is no drift"


@pytest.mark.full
def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    def content(name: str) -> dict[str, bytes]:
        truth = generate(tmp_path / name, files=24, tables=4)
        return {path: (tmp_path / name / path).read_bytes() for path in truth.tables}

    assert content("a") == content("b")


@pytest.mark.full
def test_four_hundred_messy_files_of_fifteen_tables_are_built_row_for_row(home: Home, tmp_path: Path) -> None:
    from pipelines.cli import build as build_command

    truth = generate(tmp_path / "in")
    assert len(truth.tables) + len(truth.junk) == 400
    create_store(home).dispose()
    answer = drafted(tmp_path / "in", home.contracts)
    assert_every_file_is_accounted_for(answer, truth)
    tables = table_of(answer, truth)
    assert Counter(tables.values()) == Counter(dict.fromkeys(truth.rows_of, 1)), "fifteen families"
    entered: Result = CliRunner().invoke(catalog_command, ["--by", "王敏"])
    assert entered.exit_code == 0, entered.output
    built = CliRunner().invoke(build_command, ["--json"])
    rows = {line["name"]: (line["state"], line["typed"]) for line in json.loads(built.stdout)}
    assert rows == {name: ("released", truth.rows_of[table]) for name, table in tables.items()}
