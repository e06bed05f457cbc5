"""A composed dataset whose SQL an earlier version took is shown with the reason why it is refused now."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select, update

from catalog import cli
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.home import Home
from catalog.lineage import mentions
from catalog.lineage.cli import lineage
from catalog.store import create_store, reading, writing
from catalog.store.tables.ledger import revisions
from catalog.store.tables.lineage import contract_mentions
from contracts.model import Composed, Composition, Contract, Field, Join, Party, ShareType, Sharing
from tests.stores import become_0_1_0

NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
SQL = "SELECT k AS x, v AS y FROM s.base WHERE t IS NOT NULL"
PIVOT = "SELECT * FROM (SELECT k, t, v FROM s.base) PIVOT (sum(v) FOR t IN ('p', 'q'))"


def _dataset(name: str, *fields: str, sql: str | None = None, joins: tuple[Join, ...] = ()) -> Contract:
    schema, table = name.split(".")
    return Contract(
        id=name, title=name, schema=schema, table=table, status="active", department=Party("民政局"),
        sharing=Sharing(ShareType.UNCONDITIONAL), fields=tuple(Field(name=each) for each in fields),
        composed=None if sql is None else Composed(Composition.UNIT_LEVEL, sql), unit_free=True, joins=joins,
    )  # fmt: skip


@pytest.fixture
def ledger(engine: Engine) -> Engine:
    given = (
        _dataset("s.base", "k", "t", "v"),
        _dataset("s.made", "x", "y", sql=SQL),
        _dataset("s.beside", "k", joins=(Join("k", "s.base", "k"),)),
    )
    catalogue_all(engine, [(one, None) for one in given], Acts(by="a", reason="r", now=NOW))
    return engine


def _as_taken_before(engine: Engine) -> None:
    with writing(engine) as connection:
        query = select(revisions.c.id, revisions.c.contract)
        row = next(r for r in connection.execute(query) if SQL in r.contract)
        text = row.contract.replace(SQL, PIVOT)
        connection.execute(update(revisions).where(revisions.c.id == row.id).values(contract=text))


@pytest.mark.parametrize("words", [(), ("s.made",)])
def test_show_says_why_it_cannot_be_followed(ledger: Engine, words: tuple[str, ...]) -> None:
    _as_taken_before(ledger)
    told = json.loads(CliRunner().invoke(cli.show, [*words, "--json"]).stdout)
    line = told if words else next(each for each in told if each["name"] == "s.made")
    assert "PIVOT" in line["unfollowed"]
    assert line["grade"] is None  # nobody knows what it inherits: no grade is better than one too low
    printed = CliRunner().invoke(cli.show, [*words])
    assert printed.exit_code == 0
    assert "PIVOT and UNPIVOT" in " ".join(printed.stdout.split())


def test_lineage_keeps_to_the_edges_it_has_and_says_why(ledger: Engine) -> None:
    _as_taken_before(ledger)
    told = json.loads(CliRunner().invoke(lineage, ["s.made", "--json"]).stdout)
    assert "PIVOT" in told["unfollowed"]
    assert told["inputs"] == ["s.base"]
    assert [field["from"][0]["field"] for field in told["fields"]] == ["k", "v"]
    assert CliRunner().invoke(lineage, ["s.made"]).exit_code == 0


def test_what_can_be_followed_gives_no_reason(ledger: Engine) -> None:
    told = json.loads(CliRunner().invoke(cli.show, ["s.made", "--json"]).stdout)
    assert told["unfollowed"] == ""
    assert told["grade"] is not None


def test_mentions_are_found_in_the_contracts_of_an_earlier_store(ledger: Engine, home: Home) -> None:
    with reading(ledger) as connection:
        named = set(connection.execute(select(contract_mentions)).all())
    with writing(ledger) as connection:
        become_0_1_0(connection)
        contract_mentions.drop(connection)
    with reading(create_store(home)) as connection:
        assert set(connection.execute(select(contract_mentions)).all()) == named != set()
        assert [one.name for one in mentions.mentioning(connection, {"s.base"})] == ["s.beside"]
