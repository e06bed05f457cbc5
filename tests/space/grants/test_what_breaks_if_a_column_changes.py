"""Who reads a column of the ledger, directly or through what is composed from it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from click.testing import CliRunner

from catalog.cataloging.entering import catalogue
from catalog.lineage.affected import Affected, affected_by
from catalog.lineage.cli_impact import impact
from catalog.store import reading
from contracts.model import Join, Rule, RuleKind
from tests.space.bureau import DEPARTMENT, NOON, TODAY, TRADE, Bureau
from tests.space.bureau_contracts import AIR, FIGURES, FIRMS, SILENT


@pytest.fixture
def trading(bureau: Bureau) -> Bureau:
    """A grant over two columns of the firms is in force."""
    bureau.permitted(DEPARTMENT, TRADE)
    bureau.sign(DEPARTMENT, TRADE)
    return bureau


def reads(bureau: Bureau, dataset: str, field: str | None, on: date = TODAY) -> Affected:
    with reading(bureau.engine) as connection:
        return affected_by(connection, dataset, field, on)


def uses(found: Affected) -> set[tuple[str, str, str]]:
    return {(use.kind, use.through, use.column) for use in found.uses}


def test_a_grant_is_met_by_the_columns_it_names_and_by_no_other(trading: Bureau) -> None:
    assert uses(reads(trading, FIRMS.name, "capital")) == {("grant", "column", "market.firms.capital")}
    assert uses(reads(trading, FIRMS.name, "uscc")) == set()
    assert not uses(reads(trading, FIRMS.name, "capital", TODAY + timedelta(days=4000)))


def test_a_grant_is_met_by_what_its_row_filter_reads(bureau: Bureau) -> None:
    terms = [{"name": FIRMS.name, "columns": ["capital"], "where": "Industry = '制造业'"}]
    bureau.permitted(DEPARTMENT, {FIRMS.name: ("industry", "capital")})
    bureau.sign(DEPARTMENT, {}, datasets=terms)
    assert uses(reads(bureau, FIRMS.name, "industry")) == {("grant", "row filter", "market.firms.industry")}


def test_composed_columns_are_counted_and_their_users_are_met_too(trading: Bureau) -> None:
    found = reads(trading, AIR.name, "station")
    assert [each.dataset for each in found.datasets] == [FIGURES.name]
    assert ("eco.figures", "station") in {(each.dataset, each.field) for each in found.columns}


def test_rules_and_joins_of_other_contracts_are_met(trading: Bureau) -> None:
    ours, theirs = SILENT.fields[0].name, {"dataset": AIR.name, "fields": ["station"]}
    known = Rule("q_known", RuleKind.REFERENCE, (ours,), theirs)
    joined = Join(ours, AIR.name, "station")
    other = replace(SILENT, rules=(known,), joins=(joined,), version="2.0.0")
    catalogue(trading.engine, other, path=None, by="李四", reason="rule", now=NOON)
    met = uses(reads(trading, AIR.name, "station"))
    assert {("rule", "reference", "eco.air.station"), ("join", "declared join", "eco.air.station")} <= met
    assert ("rule", "reference", "eco.air.station") not in uses(reads(trading, AIR.name, "pm25"))


def test_the_command_takes_a_column_a_dataset_or_a_file(trading: Bureau) -> None:
    told = json.loads(CliRunner().invoke(impact, [f"{FIRMS.name}.capital", "--json"]).stdout)
    assert (told["dataset"], told["field"], told["breaks"]) == (FIRMS.name, "capital", True)
    assert told["counts"]["grant"] == 1
    plain = CliRunner().invoke(impact, [f"{AIR.name}.station"])
    assert "composed dataset eco.figures" in plain.stdout
    assert "if eco.air.station changes" in plain.stderr
    assert CliRunner().invoke(impact, [AIR.name, "--check"]).exit_code == 1
    assert "nothing reads" in CliRunner().invoke(impact, [f"{SILENT.name}.station"]).stderr


def test_what_reads_a_column_is_given_page_by_page(trading: Bureau) -> None:
    pages, offset = [], 0
    while offset is not None:
        words = [FIRMS.name, "--json", "--limit", "1", "--offset", str(offset)]
        page = json.loads(CliRunner().invoke(impact, words).stdout)
        assert len(page["columns"]) <= 1
        assert len(page["uses"]) <= 1
        pages += page["uses"]
        offset = page["next_offset"]
    whole = json.loads(CliRunner().invoke(impact, [FIRMS.name, "--json"]).stdout)
    assert whole["uses_total"] == len(whole["uses"]) > 1
    assert pages == whole["uses"]
    assert json.loads(CliRunner().invoke(impact, [FIRMS.name, "--json", "--limit", "0"]).stdout)["uses"] == []
    assert "of each are listed" in CliRunner().invoke(impact, [FIRMS.name, "--limit", "1"]).stdout
