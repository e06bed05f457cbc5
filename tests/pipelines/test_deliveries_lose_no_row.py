"""Deliveries in awkward orders, names and repetitions: no row is lost, doubled or taken back."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from catalog.revisions import all_current
from catalog.store import reading
from contracts.model import Contract, Load, LoadKind, Source, SourceFormat
from pipelines.build import build
from pipelines.building.wave import Wave
from tests.pipelines.conftest import PEOPLE, Town, person
from tests.pipelines.test_load_kinds import DAY, LOG, RECENT, Register, kind_of, line

Town_ = Callable[[Contract], Register]

KEYLESS = replace(
    kind_of(Load(LoadKind.APPEND)),
    fields=tuple(replace(f, key_position=None) for f in PEOPLE.fields),
    units=tuple(replace(u, max_rows=9) for u in PEOPLE.units),
)


@pytest.fixture
def register(found_town: Callable[..., Town]) -> Town_:
    return lambda contract: Register(found_town(contract), contract)


def revised(contract: Contract) -> Contract:
    """The contract with another public bound, so that every delivery is read again."""
    fields = tuple(replace(f, maximum=990) if f.name == "income" else f for f in contract.fields)
    return replace(contract, fields=fields, version="1.1.0")


def test_a_late_row_does_not_replace_a_newer_one_and_reading_again_gives_the_same(register: Town_) -> None:
    town = register(kind_of(RECENT))
    town.deliver("people-1.csv", line(1, income=5, day="2026-08-05"), line(2, day="2026-08-01"))

    town.deliver("people-2.csv", line(1, income=3, day="2026-08-03"), line(3, day="2026-08-02"))
    assert town.incomes() == {person(1): 5, person(2): 1, person(3): 1}
    town.deliver("people-3.csv", line(1, income=7, day="2026-08-05"))  # equal: the last word counts
    before = town.incomes()
    assert before[person(1)] == 7

    town.town.catalogue(revised(town.contract))
    assert town.build().state == "released"
    assert town.incomes() == before


def test_a_log_over_files_in_another_order_than_their_names_reads_the_same_again(register: Town_) -> None:
    log = replace(LOG, order="at")
    town = register(kind_of(log))
    town.heading += ",at"
    town.town.write("people-a.csv", [town.heading, line(1, income=3, op="U") + ",3", line(2, op="D") + ",9"])
    town.town.write(
        "people-b.csv",
        [town.heading, line(1, income=1, op="I") + ",1", line(2, op="I") + ",2", line(3, op="I") + ",4"],
    )
    assert town.build().state == "released"
    assert town.incomes() == {person(1): 3, person(3): 1}
    town.deliver("people-0.csv", line(3, income=8, op="U") + ",1")

    town.town.catalogue(revised(town.contract))
    assert town.build().state == "released"
    assert town.incomes() == {person(1): 3, person(3): 8}


def test_a_log_row_of_an_unknown_operation_stays_quarantined_when_read_again(register: Town_) -> None:
    town = register(kind_of(LOG, quarantine_limit=0.9))
    town.deliver("people-1.csv", line(1, op="I"), line(2, op="X"))

    town.town.catalogue(revised(town.contract))
    outcome = town.build()

    assert (outcome.state, outcome.typed, outcome.quarantined) == ("released", 1, 1)
    assert town.incomes() == {person(1): 1}


def test_a_file_without_a_column_stays_quarantined_when_read_again(register: Town_) -> None:
    town = register(kind_of(RECENT, quarantine_limit=1.0))
    town.deliver("people-1.csv", line(1, income=5), line(2, income=5))
    town.town.write("people-2.csv", ["id_card,ward,seen", f"{person(1)},A,2026-09-01"])
    assert town.build().quarantined == 1
    assert town.incomes()[person(1)] == 5

    town.town.catalogue(revised(town.contract))
    outcome = town.build()

    assert (outcome.state, outcome.quarantined) == ("released", 1)
    assert town.incomes() == {person(1): 5, person(2): 5}


def test_a_published_row_whose_change_was_refused_is_there_when_read_again(register: Town_) -> None:
    town = register(kind_of(RECENT, quarantine_limit=0.9))
    town.deliver("people-1.csv", line(1, income=5), line(2, income=5))
    town.deliver("people-2.csv", line(1, income=1001, day="2026-09-01"), line(3, day="2026-09-01"))
    before = town.incomes()
    assert before[person(1)] == 5

    town.town.catalogue(revised(town.contract))
    outcome = town.build()

    assert (outcome.state, outcome.landed, outcome.quarantined) == ("released", 4, 1)
    assert town.incomes() == before


@pytest.mark.parametrize("load", [LOG, RECENT], ids=["log", "incremental"])
def test_a_delivery_that_said_nothing_new_has_no_second_word(load: Load, register: Town_) -> None:
    town = register(kind_of(load))
    op = "U" if load is LOG else ""
    town.deliver("people-1.csv", line(1, op=op), line(2, op=op))
    assert town.deliver("people-9.csv", line(1, op=op)).state == "unchanged"

    town.deliver("people-2.csv", line(1, income=6, op=op))

    assert town.incomes() == {person(1): 6, person(2): 1}


def test_a_log_that_deletes_what_is_not_there_does_not_delete_it_later(register: Town_) -> None:
    town = register(kind_of(LOG))
    town.deliver("people-1.csv", line(1, op="I"))
    assert town.deliver("people-9.csv", line(2, op="D")).state == "unchanged"

    town.deliver("people-2.csv", line(2, op="I"))

    assert town.incomes() == {person(1): 1, person(2): 1}


def test_one_file_under_two_names_is_appended_once(register: Town_) -> None:
    town = register(KEYLESS)
    town.town.write("people-2.csv", [town.heading, line(1), line(2)])
    town.deliver("people-1.csv", line(1), line(2))
    assert town.release.row_count == 2

    assert town.deliver("people-3.csv", line(1), line(2)).state == "unchanged"
    town.town.write("people-4.csv", [town.heading, line(3)])
    town.deliver("people-5.csv", line(3))
    assert town.release.row_count == 3


def test_a_file_that_grew_is_not_appended_twice_without_a_key(register: Town_) -> None:
    town = register(KEYLESS)
    town.deliver("people-1.csv", line(1), line(2))

    town.town.write("people-1.csv", [town.heading, line(1), line(2), line(3)])
    (outcome,) = build(town.town.home, [town.contract.name], DAY)

    assert outcome.state == "failed"
    assert "people-1.csv: begins with the 2 rows loaded from it before" in outcome.reason
    assert town.release.row_count == 2
    assert town.deliver("people-1.csv", line(3)).state == "released"  # the new rows alone
    assert town.release.row_count == 3


def test_two_tables_of_one_database_file_are_two_inputs(register: Town_) -> None:
    town = register(kind_of(RECENT))
    with sqlite3.connect(town.town.folder / "civil.db") as made:
        for name, number in (("one", 1), ("two", 2)):
            made.execute(f"CREATE TABLE {name} (id_card TEXT, ward TEXT, income INT, seen TEXT)")
            made.execute(f"INSERT INTO {name} VALUES (?, 'A', 1, '2026-08-01')", [person(number)])
    made.close()
    sources = [Source(n, SourceFormat.SQL, "civil.db", query=n) for n in ("one", "two")]
    town.town.catalogue(replace(town.contract, sources=tuple(sources[:1])))
    town.build()
    assert set(town.incomes()) == {person(1)}

    town.town.catalogue(replace(town.contract, sources=tuple(sources), version="1.1.0"))
    town.build()

    assert set(town.incomes()) == {person(1), person(2)}


def test_rows_that_come_late_are_read_again_from_a_table(register: Town_) -> None:
    load = Load(LoadKind.INCREMENTAL, watermark="seen", overlap_days=7)
    town = register(kind_of(load))
    table = Source("one", SourceFormat.SQL, "civil.db", query="one")
    path = town.town.folder / "civil.db"

    def insert(number: int, day: str) -> None:
        with sqlite3.connect(path) as made:
            made.execute("CREATE TABLE IF NOT EXISTS one (id_card TEXT, ward TEXT, income INT, seen TEXT)")
            made.execute("INSERT INTO one VALUES (?, 'A', 1, ?)", [person(number), day])
        made.close()

    insert(1, "2026-08-10")
    town.town.catalogue(replace(town.contract, sources=(table,)))
    town.build()
    insert(2, "2026-08-04")  # late, within the days that are read again
    insert(3, "2026-08-01")  # later than anybody promised
    town.build()

    assert set(town.incomes()) == {person(1), person(2)}


def test_a_file_replaced_after_it_was_landed_ahead_is_read_again(register: Town_) -> None:
    town = register(kind_of(Load()))
    town.town.write("people.csv", [town.heading, line(1)])
    home, engine = town.town.home, town.town.engine
    with reading(engine) as connection:
        known = all_current(connection)
    with Wave(home, engine, known, as_of=DAY, run="run", strict=True) as wave:
        wave.expect([town.contract.name])
        kept = town.town.home.lake / "landing"
        while not list(kept.rglob("*.parquet")):  # landed ahead
            time.sleep(0.01)
        town.town.write("people.csv", [town.heading, line(1, income=2)])
        outcome, _ = wave.build(town.contract.name)

    assert outcome.state == "released"
    assert town.incomes() == {person(1): 2}


def test_a_touched_file_is_no_change_and_one_of_equal_size_and_time_is(register: Town_) -> None:
    town = register(kind_of(Load()))
    town.deliver("people.csv", line(1, income=5), line(2))
    path = town.town.folder / "people.csv"
    os.utime(path, ns=(1, 10**18))
    assert town.build().state == "unchanged"

    other = path.with_name("other.csv")
    other.write_text(path.read_text(encoding="utf-8").replace(",5,", ",6,"), encoding="utf-8")
    os.utime(other, ns=(1, 10**18))
    other.replace(path)

    assert town.build().state == "released"
    assert town.incomes()[person(1)] == 6


def test_a_whole_file_in_quarantine_never_empties_a_release(register: Town_) -> None:
    town = register(kind_of(Load(), quarantine_limit=1.0))
    town.deliver("people.csv", line(1), line(2))

    town.heading = "id_card,ward,seen"
    town.town.write("people.csv", [town.heading, f"{person(1)},A,2026-08-01"])
    outcome = town.build()

    assert outcome.state == "stopped"
    assert len(town.incomes()) == 2
