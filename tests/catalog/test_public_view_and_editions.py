"""The public view of figures, and editions that hold it, signed and verifiable."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Engine, update

from catalog import keys, public_releases
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.editions import closing as edition
from catalog.errors import UnknownDataset
from catalog.home import Home
from catalog.releases import published as releases
from catalog.releases.attempts import Attempt
from catalog.releases.content import seal
from catalog.releases.facts import Facts
from catalog.releases.leases import give_back, take
from catalog.releases.publication import Draft, publish
from catalog.statistics import public_count, public_ratio, public_view_of, public_views
from catalog.store import reading, writing
from catalog.store.tables.ledger import editions
from contracts.model import (
    Composed,
    Composition,
    Contract,
    Field,
    Party,
    ShareType,
    Sharing,
    UnitRef,
    UnitRule,
    Use,
)

NOW = datetime(2026, 9, 30, 8, 0, tzinfo=UTC)
ON = date(2026, 9, 30)
PERSON = Field(name="id_card", use=Use.IDENTIFIER, unit=UnitRef("person"), personal=True)


def _contract(name: str, *fields: Field, **rest: Any) -> Contract:
    schema, table = name.split(".")
    values: dict[str, Any] = {
        "id": name, "title": name, "schema": schema, "table": table, "status": "active",
        "department": Party("云州市公安局"), "sharing": Sharing(ShareType.UNCONDITIONAL),
        "fields": fields or (Field(name="x"),),
    }  # fmt: skip
    return Contract(**(values | rest))


POPULATION = _contract("civil.population", PERSON, Field(name="area"), units=(UnitRule("person", 1),))
AIR = _contract("eco.air", Field(name="pm25"), unit_free=True)
THEME = _contract(
    "theme.counts", Field(name="area"), unit_free=True,
    composed=Composed(Composition.STATISTICAL, "SELECT area FROM civil.population"),
)  # fmt: skip
UNSURE = _contract("misc.unsure", Field(name="note"))


def _release(
    home: Home, engine: Engine, contract: Contract, rows: int, quarantined: int = 0, revision: int = 1
) -> None:
    """A published release of one text column, through the release protocol."""
    table = pa.table({"x": [str(i) for i in range(rows)]})
    attempt = Attempt(
        id=f"bld_{contract.table}_{rows}", run="run", dataset=contract.name, state="released", reason="",
        started_at=NOW, ended_at=NOW, lines_read=rows, landed=rows, typed=rows, quarantined=quarantined,
        quality=0.98765,
    )  # fmt: skip
    draft = Draft(
        dataset=contract.name, revision=revision, fingerprint="f" * 64, vault=table, protected=table,
        content_hash="c" * 64, seal="s", counts={},
        dimensions={"accuracy": {"a": 98765, "b": 100000, "x": 0.98765}},
        grade=3, facts=Facts(), attempt=attempt,
    )  # fmt: skip
    lease = take(engine, contract.name, now=NOW)
    publish(home, engine, lease, draft, now=NOW)
    give_back(engine, lease)


@pytest.fixture
def ledger(home: Home, engine: Engine) -> Engine:
    contracts = [(c, None) for c in (POPULATION, AIR, THEME, UNSURE)]
    catalogue_all(engine, contracts, Acts(by="a", reason="r", now=NOW))
    _release(home, engine, POPULATION, 1234, quarantined=7)
    _release(home, engine, AIR, 1234, quarantined=7)
    _release(home, engine, THEME, 4)
    return engine


# count, the dataset has units -> what others see
FIGURES = [
    (0, True, None), (1, True, None), (9, True, None), (10, True, 10), (19, True, 10), (999, True, 990),
    (1234, True, 1230),
    (49_988, True, 50_000), (3, False, 3), (1234, False, 1234),
]  # fmt: skip


@pytest.mark.parametrize(("count", "has_units", "shown"), FIGURES)
def test_counts_of_units_are_withheld_below_k_and_rounded_above(
    count: int, has_units: bool, shown: int | None
) -> None:
    assert public_count(count, has_units=has_units, on=ON).value == shown


def test_a_ratio_has_two_decimal_places_and_may_be_missing() -> None:
    assert public_ratio(0.98765, ON) == 0.99
    assert public_ratio(None, ON) is None


def test_the_public_view_hides_what_the_store_knows_exactly(ledger: Engine) -> None:
    with reading(ledger) as connection:
        views = {view.revision.name: view.to_document() for view in public_views(connection, ON)}
        assert releases.latest(connection, "civil.population").row_count == 1234  # type: ignore[union-attr]
    population = views["civil.population"]
    assert (population["rows"], population["quality"]) == (1230, 0.98)
    assert population["dimensions"] == {"accuracy": 0.98}
    assert views["eco.air"]["rows"] == 1234


def test_a_dataset_made_from_persons_has_units_behind_it_whatever_it_says(ledger: Engine) -> None:
    with reading(ledger) as connection:
        views = {view.revision.name: view for view in public_views(connection, ON)}
    assert views["theme.counts"].kinds == ("person",)
    assert views["theme.counts"].to_document()["rows_withheld"] is True


def test_a_dataset_that_neither_names_units_nor_denies_them_is_treated_as_having_some(
    home: Home, ledger: Engine
) -> None:
    _release(home, ledger, UNSURE, 5)
    with reading(ledger) as connection:
        contracts = {c.name: c for c in (POPULATION, AIR, THEME, UNSURE)}
        view = public_view_of(connection, "misc.unsure", contracts, ON)
    assert view.rows is not None
    assert view.rows.text == "withheld"


def test_a_former_release_stays_coarse_when_the_contract_later_denies_units(
    home: Home, ledger: Engine
) -> None:
    freed = replace(POPULATION, units=(), fields=(Field(name="area"),), unit_free=True)
    catalogue_all(ledger, [(freed, None)], Acts(by="a", reason="r", now=NOW + timedelta(hours=1)))
    _release(home, ledger, freed, 1236, revision=2)
    with reading(ledger) as connection:
        past = public_releases.releases(connection, freed.name, ON)
        now = public_view_of(connection, freed.name, {freed.name: freed}, ON)

    assert now.to_document()["rows"] == 1236
    assert [one["rows"] for one in map(public_releases.document, past)] == [1236, 1230]


def test_a_former_release_stays_coarse_when_what_it_was_made_from_later_denies_units(
    home: Home, ledger: Engine
) -> None:
    _release(home, ledger, THEME, 1236)
    freed = replace(POPULATION, units=(), fields=(Field(name="area"),), unit_free=True)
    catalogue_all(ledger, [(freed, None)], Acts(by="a", reason="r", now=NOW + timedelta(hours=1)))
    with reading(ledger) as connection:
        past = public_releases.releases(connection, THEME.name, ON)
        now = public_view_of(connection, THEME.name, {THEME.name: THEME, freed.name: freed}, ON)

    assert now.to_document()["rows"] == 1236
    assert [one["rows"] for one in map(public_releases.document, past)] == [1230, None]


def test_releases_of_an_unpublished_entry_are_unknown_to_others(engine: Engine) -> None:
    with reading(engine) as connection, pytest.raises(UnknownDataset):
        public_releases.releases(connection, "civil.population", ON)


def test_an_unpublished_entry_is_unknown_to_others(engine: Engine) -> None:
    draft = _contract("draft.only", status="draft", sharing=Sharing())
    catalogue_all(engine, [(draft, None)], Acts(by="a", reason="r", now=NOW))
    with reading(engine) as connection:
        assert public_views(connection, ON) == ()
        with pytest.raises(UnknownDataset):
            public_view_of(connection, "draft.only", {"draft.only": draft}, ON)


def _close(home: Home, engine: Engine, period: str = "2026-09", now: datetime = NOW) -> edition.Edition:
    return edition.close(home, engine, period, keys=keys.load(home), by="a", now=now)


def test_an_edition_holds_the_public_view_and_verifies(home: Home, ledger: Engine) -> None:
    closed = _close(home, ledger)
    datasets = {row["name"]: row for row in edition.read(home, closed, "datasets").to_pylist()}
    assert set(datasets) == {"civil.population", "eco.air", "theme.counts", "misc.unsure"}
    assert datasets["civil.population"]["rows"] == 1230
    assert datasets["theme.counts"]["rows"] is None
    assert datasets["theme.counts"]["rows_withheld"] is True
    assert edition.read(home, closed, "lineage").num_rows == 1
    held = keys.load(home)
    assert edition.verify(home, closed, held.signer.public_raw) == edition.Verdict(True, closed.digest)
    with reading(ledger) as connection:
        assert edition.find(connection, "2026-09") == closed


def test_content_hashes_in_an_edition_are_keyed(home: Home, ledger: Engine) -> None:
    rows = edition.read(home, _close(home, ledger), "releases").to_pylist()
    shown = {row["content_hash"] for row in rows}
    assert shown == {seal("c" * 64, keys.load(home).pseudonym)}
    assert "c" * 64 not in shown
    assert {row["quarantined"] for row in rows if row["dataset"] == "civil.population"} == {None}


def test_closing_again_makes_the_next_number_and_leaves_the_first(home: Home, ledger: Engine) -> None:
    first = _close(home, ledger)
    _release(home, ledger, AIR, 2000)
    second = _close(home, ledger, now=NOW + timedelta(hours=1))
    assert (first.number, second.number) == (1, 2)
    assert first.digest != second.digest
    with reading(ledger) as connection:
        assert edition.find(connection, "2026-09") == second
        assert edition.find(connection, "2026-09", 1) == first
    assert edition.verify(home, first, keys.load(home).signer.public_raw).ok


def test_the_digest_depends_on_content_alone(home: Home, ledger: Engine) -> None:
    assert _close(home, ledger).digest == _close(home, ledger, now=NOW + timedelta(hours=1)).digest


def test_a_changed_table_is_found(home: Home, ledger: Engine) -> None:
    closed = _close(home, ledger)
    forged = edition.read(home, closed, "quality").slice(1)
    version = releases.write_ledger_table(home, "quality", forged)
    with writing(ledger) as connection:
        connection.execute(update(editions).values(versions=dict(closed.versions) | {"quality": version}))
    with reading(ledger) as connection:
        found = edition.find(connection, "2026-09")
    verdict = edition.verify(home, found, keys.load(home).signer.public_raw)
    assert not verdict.ok
    assert "not what was signed" in verdict.problem


def test_a_changed_digest_is_found_by_the_signature(home: Home, ledger: Engine) -> None:
    closed = _close(home, ledger)
    other = replace(closed, period="2026-08")
    verdict = edition.verify(home, other, keys.load(home).signer.public_raw)
    assert verdict.problem == "the signature is not of this installation's key"


@pytest.mark.parametrize("period", ["2026-13", "2026", "202609", "2026-9"])
def test_a_period_is_a_month(home: Home, ledger: Engine, period: str) -> None:
    with pytest.raises(edition.EditionError, match="YYYY-MM"):
        _close(home, ledger, period)


def test_an_empty_ledger_is_not_closed(home: Home, engine: Engine) -> None:
    with pytest.raises(edition.EditionError, match="nothing is published"):
        _close(home, engine)


def test_an_edition_that_was_never_closed_is_named(engine: Engine) -> None:
    with reading(engine) as connection, pytest.raises(edition.EditionError, match="2026-01"):
        edition.find(connection, "2026-01")


def test_an_unknown_table_of_an_edition_is_named(home: Home, ledger: Engine) -> None:
    with pytest.raises(edition.EditionError, match="no table secrets"):
        edition.read(home, _close(home, ledger), "secrets")
