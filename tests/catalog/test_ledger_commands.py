"""The commands of the ledger, as a steward runs them."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, update

from catalog import cli
from catalog.editions.cli import edition as edition_command
from catalog.errors import NotInitialised, UnknownDataset
from catalog.home import Home
from catalog.releases.attempts import Attempt, FindingRow, record_attempt
from catalog.search import IndexMissing
from catalog.store import open_store, writing
from catalog.store.tables.ledger import entries
from catalog.store.tables.search import search_state

CONTRACTS = Path(__file__).resolve().parents[2] / "examples" / "city" / "contracts"
NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)


def _run(command: click.Command, *words: str | Path, fails: bool = False) -> Result:
    result = CliRunner().invoke(command, [str(w) for w in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert (result.exit_code != 0) is fails, result.output
    return result


def _json(command: click.Command, *words: str | Path) -> Any:
    return json.loads(_run(command, *words, "--json").stdout)


@pytest.fixture
def city(home: Home) -> Home:
    """An installation with the demonstration city in its ledger."""
    _run(cli.init)
    _run(cli.catalog, CONTRACTS, "--by", "张三")
    return home


def _stopped(home: Home, dataset: str) -> None:
    finding = FindingRow("name", "resident_id", 3, 0.9, {"share": 1.0, "sample": 260}, True)
    attempt = Attempt(
        id="bld_1", run="run", dataset=dataset, state="stopped", reason="name: resident_id found",
        started_at=NOW, ended_at=NOW, found=(finding,),
    )  # fmt: skip
    with writing(open_store(home)) as connection:
        record_attempt(connection, attempt)


@pytest.mark.embedded
def test_init_says_what_it_made_and_may_be_run_again(home: Home) -> None:
    shutil.rmtree(home.root)
    first = _json(cli.init)
    assert first["made"] == ["folder", "lake", "contracts", "store", "signing key", "pseudonym key"]
    again = _json(cli.init)
    assert again == {"home": str(home.root), "made": [], "key_id": first["key_id"]}
    assert (home.keys.stat().st_mode & 0o777) == 0o700


@pytest.mark.embedded
def test_a_command_before_init_says_what_to_do(home: Home) -> None:
    with pytest.raises(NotInitialised, match="ybz init"):
        _run(cli.show)


def test_catalog_enters_a_folder_and_a_second_time_changes_nothing(city: Home) -> None:
    lines = _json(cli.catalog, CONTRACTS)
    assert len(lines) >= 16
    assert {line["state"] for line in lines} == {"published"}
    assert not any(line["changed"] or line["problem"] for line in lines)
    assert len({line["code"] for line in lines}) == len(lines)


def test_catalog_tells_the_next_command(city: Home) -> None:
    assert _run(cli.catalog, CONTRACTS).stdout.endswith("next: `ybz build`\n")


def test_catalog_goes_on_past_a_file_it_cannot_take_and_exits_with_failure(
    home: Home, tmp_path: Path
) -> None:
    _run(cli.init)
    folder = tmp_path / "contracts"
    folder.mkdir()
    good = (CONTRACTS / "civil_population.yaml").read_text(encoding="utf-8")
    (folder / "a_broken.yaml").write_text("apiVersion: [", encoding="utf-8")
    (folder / "b_good.yaml").write_text(good, encoding="utf-8")
    (folder / "c_twice.yaml").write_text(good, encoding="utf-8")
    secret = good.replace("name: population", "name: secrets").replace("civil.population", "civil.secrets")
    secret += "\n  - {property: secrecy, value: state}\n"
    (folder / "d_secret.yaml").write_text(secret, encoding="utf-8")
    result = _run(cli.catalog, folder, fails=True)
    assert "civil.population: published" in result.output
    assert "is not YAML" in result.stderr
    assert "keep one" in result.stderr
    assert "state and work secrets do not enter the ledger" in result.stderr
    assert [line["name"] for line in _json(cli.show)] == ["civil.population"]


def test_catalog_without_contracts_says_how_to_get_some(home: Home) -> None:
    _run(cli.init)
    assert "ybz draft" in _run(cli.catalog, fails=True).output


def test_show_prints_the_ledger_and_why_a_build_was_stopped(city: Home) -> None:
    _stopped(city, "edu.schools")
    text = _run(cli.show).stdout
    assert "edu.schools stopped: name: resident_id found" in text
    lines = {line["name"]: line for line in _json(cli.show)}
    assert lines["edu.schools"]["build"] == "stopped"
    assert lines["edu.schools"]["rows"] is None
    assert lines["medical.settlements"]["sharing"] == "withheld"
    assert lines["medical.settlements"]["grade"] == 4


def test_show_of_one_dataset_has_its_fields_findings_and_revisions(city: Home) -> None:
    _stopped(city, "edu.schools")
    document = _json(cli.show, "edu.schools")
    assert document["findings"][0]["detector"] == "resident_id"
    assert document["revisions"][0]["by"] == "张三"
    assert all(f["name"] and f["grade"] for f in document["fields"])
    text = _run(cli.show, "edu.schools").stdout
    assert "last build stopped" in text
    assert "resident_id" in text


def test_show_names_the_registration_and_the_revision_on_its_way(city: Home) -> None:
    name = "transport.bus_stops"
    assert (_json(cli.show, name)["registration"], _json(cli.show, name)["pending"]) == (None, None)
    with writing(open_store(city)) as connection:
        waits = update(entries).where(entries.c.name == name)
        connection.execute(waits.values(pending_state="checked", current_revision=2))
    assert _json(cli.show, name)["pending"] == {"revision": 2, "state": "checked"}
    one = _run(cli.show, name).stdout
    assert "revision 2 is on its way: checked — `ybz diff 201000/000003 1 2`" in one
    assert "registration: never applied for" in one
    assert "published; revision 2" in _run(cli.show).stdout


def test_show_of_an_empty_ledger_says_what_comes_next(home: Home) -> None:
    _run(cli.init)
    assert "ybz catalog" in _run(cli.show).stdout


def test_show_of_an_unknown_dataset_fails_in_one_line(city: Home) -> None:
    with pytest.raises(UnknownDataset, match=r"no\.such"):
        _run(cli.show, "no.such")


def test_search_prints_the_public_view(city: Home) -> None:
    document = _json(cli.search, "学校")
    (found,) = [hit for hit in document["hits"] if hit["name"] == "edu.schools"]
    assert (document["total"], found["score"] > 0, found["title"]) == (1, True, "学校名录")
    assert document["facets"]["sharing"] == [{"value": "unconditional", "count": 1}]
    assert (found["rows"], found["rows_withheld"]) == (None, False)
    assert "edu.schools" in _run(cli.search, "学校").stdout
    assert "nothing published" in _run(cli.search, "不存在的词").stdout


def test_search_narrows_by_facet_and_code_and_makes_its_index_anew(city: Home) -> None:
    everything = _json(cli.search, "--limit", "1000")
    assert everything["total"] == len(everything["hits"])
    social = _json(cli.search, "--facet", "item=主题/社会保障", "--limit", "1000")
    assert {hit["code"][:3] for hit in social["hits"]} == {"203"}
    assert _json(cli.search, "--code", "203", "--limit", "1000")["total"] == social["total"]
    assert _json(cli.search, "--rebuild", "--limit", "1000") == everything
    assert "2 shown" in _run(cli.search, "--limit", "2").stdout
    assert "FACET=VALUE" in CliRunner().invoke(cli.search, ["--facet", "sharing"]).output


def test_search_of_a_store_whose_index_is_missing_says_what_to_do(city: Home) -> None:
    with writing(open_store(city)) as connection:
        connection.execute(delete(search_state))
    with pytest.raises(IndexMissing, match="makes it anew from the ledger"):
        _run(cli.search, "养老")
    assert _json(cli.search, "养老", "--rebuild")["total"] == 2


def test_an_edition_is_closed_and_verified(city: Home) -> None:
    closed = _json(edition_command, "--period", "2026-09", "--by", "数据局")
    assert (closed["number"], closed["ok"]) == (1, True)
    assert set(closed["versions"]) >= {"datasets", "fields", "releases", "quality", "lineage", "balance"}
    verified = _json(edition_command, "--period", "2026-09", "--verify")
    assert (verified["digest"], verified["ok"]) == (closed["digest"], True)
    assert "verified" in _run(edition_command, "--period", "2026-09", "--verify").stdout


def test_lineage_shows_columns_rows_and_impact(city: Home) -> None:
    document = _json(cli.lineage, "theme.elderly_services")
    assert "civil.population" in document["inputs"]
    assert "person" in document["unit_kinds"]
    sources = {f["field"]: f["from"] for f in document["fields"]}
    assert {"dataset": "civil.population", "field": "id_card", "subtype": "IDENTITY"} in sources["id_card"]
    assert "theme.elderly_services" in _json(cli.lineage, "civil.population")["impact"]
    assert "(identity)" in _run(cli.lineage, "theme.elderly_services").stdout
    assert "is a source dataset" in _run(cli.lineage, "civil.population").stdout
