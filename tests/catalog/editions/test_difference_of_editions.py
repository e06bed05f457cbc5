"""What changed between editions, in words and numbers, and that any edition opens as it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from catalog import keys
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.editions import closing
from catalog.editions.cli import edition as command
from catalog.editions.difference import Change, difference
from catalog.home import Home
from contracts.model import Contract, Field, Party, ShareType, Sharing
from policies import rulebook
from policies.rulebook import DatedRule

AUGUST = datetime(2026, 8, 31, 8, 0, tzinfo=UTC)
SEPTEMBER = AUGUST + timedelta(days=30)


def _contract(name: str, *fields: str, **rest: Any) -> Contract:
    schema, table = name.split(".")
    values: dict[str, Any] = {
        "id": name, "title": name, "schema": schema, "table": table, "status": "active",
        "department": Party("云州市教育局"), "sharing": Sharing(ShareType.UNCONDITIONAL), "unit_free": True,
        "fields": tuple(Field(name=field) for field in fields or ("x",)),
    }  # fmt: skip
    return Contract(**(values | rest))


def _close(home: Home, engine: Engine, now: datetime, *contracts: Contract) -> closing.Edition:
    catalogue_all(engine, [(c, None) for c in contracts], Acts(by="a", reason="r", now=now))
    return closing.close(home, engine, f"{now:%Y-%m}", keys=keys.load(home), by="a", now=now)


@pytest.fixture
def two(home: Home, engine: Engine) -> tuple[closing.Edition, closing.Edition]:
    first = _close(home, engine, AUGUST, _contract("edu.schools", "x", "y"), _contract("eco.air"))
    second = _close(
        home, engine, SEPTEMBER, _contract("edu.schools", "x", "z", title="学校"), _contract("edu.pupils")
    )
    return first, second


def test_a_difference_tells_what_came_left_and_reads_differently(
    home: Home, two: tuple[closing.Edition, closing.Edition]
) -> None:
    found = difference(*(closing.tables_of(home, edition) for edition in two))
    assert Change("edu.pupils", "", "added", "entry") in found.changes
    assert Change("edu.schools", "y", "removed", "field") in found.changes
    assert Change("edu.schools", "z", "added", "field") in found.changes
    assert Change("edu.schools", "", "changed", "title", "edu.schools", "学校") in found.changes
    assert not [change for change in found.changes if change.dataset == "eco.air"]
    assert found.numbers["datasets"] == (2, 3)
    assert "edu.schools: title edu.schools → 学校" in found.words
    assert "datasets: 2 → 3" in found.words


def test_a_difference_of_an_edition_with_itself_is_nothing(
    home: Home, two: tuple[closing.Edition, closing.Edition]
) -> None:
    tables = closing.tables_of(home, two[1])
    assert difference(tables, tables).changes == ()


def test_an_edition_holds_its_changes_and_opens_as_it_was(
    home: Home, two: tuple[closing.Edition, closing.Edition]
) -> None:
    changes = closing.read(home, two[1], "changes").to_pylist()
    assert {
        "dataset": "edu.pupils",
        "field": "",
        "kind": "added",
        "what": "entry",
        "before": "",
        "after": "",
    } in (changes)
    then = {row["name"]: row["title"] for row in closing.read(home, two[0], "datasets").to_pylist()}
    assert then == {"edu.schools": "edu.schools", "eco.air": "eco.air"}
    assert all(closing.verify(home, edition, keys.load(home).signer.public_raw).ok for edition in two)


def test_a_period_yet_to_come_is_not_closed(home: Home, engine: Engine) -> None:
    catalogue_all(engine, [(_contract("eco.air"), None)], Acts(by="a", reason="r", now=AUGUST))
    with pytest.raises(closing.EditionError, match="yet to come"):
        closing.close(home, engine, "2026-10", keys=keys.load(home), by="a", now=SEPTEMBER)


def test_a_period_that_does_not_balance_stays_open_where_the_rules_ask(
    home: Home, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ruled = rulebook.rule

    def strict(file: str, name: str, *rest: Any) -> DatedRule:
        found = ruled(file, name, *rest)
        if (file, name) != ("editions", "unbalanced"):
            return found
        return DatedRule(name, "refuse", found.source, found.valid_from, found.confidence)

    monkeypatch.setattr("catalog.editions.balancing.rule", strict)
    with pytest.raises(closing.balancing.Unbalanced, match="does not balance"):
        _close(home, engine, AUGUST, _contract("eco.air"))
    assert closing.before(engine.connect(), "2999-01") is None


def _json(*arguments: str) -> Any:
    done = CliRunner().invoke(command, [*arguments, "--json"])
    return json.loads(done.stdout.splitlines()[0])


def test_the_command_checks_lists_compares_and_opens(
    home: Home, engine: Engine, two: tuple[closing.Edition, closing.Edition], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YBZ_HOME", str(home.root))
    checked = CliRunner().invoke(command, ["--check", "--period", "2026-09", "--json"])
    document = json.loads(checked.stdout)
    assert set(document) >= {"period", "systems", "tables", "entries", "live", "shared", "used", "balanced"}
    assert (document["entries"], document["balanced"], checked.exit_code) == (3, False, 1)
    assert [line["period"] for line in _json("--list")] == ["2026-08", "2026-09"]
    changed = _json("--diff", "--period", "2026-09")
    assert "edu.pupils: entry added" in [change["words"] for change in changed["changes"]]
    opened = CliRunner().invoke(command, ["--open", "datasets", "--period", "2026-08"])
    assert [json.loads(line)["name"] for line in opened.stdout.splitlines()] == ["eco.air", "edu.schools"]
