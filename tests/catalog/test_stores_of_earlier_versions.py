"""A store of an earlier version, whose published entries have neither acts nor a published revision."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, delete, insert, inspect, select, text, update

from catalog import revisions
from catalog.cataloging import telling
from catalog.cataloging.acts import Who
from catalog.cataloging.answering import withdraw
from catalog.cataloging.cli import entry
from catalog.cataloging.differing import difference
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.cataloging.steps import approve, sign_off, submit
from catalog.cli import init
from catalog.errors import StoreOutdated
from catalog.home import Home
from catalog.search import search
from catalog.store import create_store, open_store, reading, writing
from catalog.store.additions import held, lacking
from catalog.store.frozen import shape
from catalog.store.revision import require_current
from catalog.store.schema import metadata
from catalog.store.tables.cataloging import entry_acts
from catalog.store.tables.identity import organisations
from catalog.store.tables.ledger import entries
from contracts.model import Contract, Field, Party, ShareType, Sharing
from policies.clocks import local_date
from policies.machine import Office
from tests.stores import become_0_1_0

# Tables of 0.1.0, and what stores of it have.
SHAPE = {made.name: made.columns for made in shape("0001", "sqlite") if not made.table}
NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=4)
STEWARD, HEAD, AUTHORITY = (
    Who("张三", Office.STEWARD), Who("李局长", Office.HEAD), Who("数据局", Office.AUTHORITY),
)  # fmt: skip
SCHOOLS = Contract(
    id="schools", title="学校名录", schema="edu", table="schools", status="active",
    department=Party("云州市教育局", "11330100MB0F12345X"), classification="主题/公共服务",
    sharing=Sharing(ShareType.UNCONDITIONAL), fields=(Field(name="code"), Field(name="area")),
)  # fmt: skip
BETTER = replace(SCHOOLS, summary="全市学校")


@pytest.fixture
def old(engine: Engine) -> Engine:
    """A published entry of one revision, as an earlier version kept it."""
    catalogue_all(engine, [(SCHOOLS, None)], Acts(by="张三", reason="首次", now=NOW))
    with writing(engine) as connection:
        connection.execute(delete(entry_acts))
        connection.execute(update(entries).values(published_revision=None, pending_state=None))
        become_0_1_0(connection)
    return engine


def number_in_force(engine: Engine) -> tuple[int, str]:
    with reading(engine) as connection:
        found = revisions.current(connection, SCHOOLS.name)
    return found.number, found.state


def test_it_is_in_force_found_and_has_nothing_on_its_way(old: Engine) -> None:
    assert number_in_force(old) == (1, "published")
    with reading(old) as connection:
        assert revisions.pending(connection, SCHOOLS.name) is None
        assert [hit.name for hit in search(connection, "学校")] == [SCHOOLS.name]
        assert telling.as_of(connection, SCHOOLS.name, local_date(NOW))["state"] == "published"
        assert [each["state"] for each in telling.listed(connection, ())] == ["published"]


def test_it_stays_in_force_while_a_new_revision_is_on_its_way(old: Engine) -> None:
    submit(old, (BETTER, None), STEWARD, reason="补摘要", now=LATER)
    assert number_in_force(old) == (1, "published")
    with reading(old) as connection:
        pending = revisions.pending(connection, SCHOOLS.name)
        assert pending is not None
        assert (pending.number, pending.state) == (2, "checked")
        assert [each.number for each in revisions.as_of(connection, LATER)] == [1]
        then = telling.as_of(connection, SCHOOLS.name, local_date(LATER))
        assert (then["revision"], then["pending"]) == (1, {"revision": 2, "state": "checked"})


def test_its_successor_is_published_and_both_are_known_by_day(old: Engine) -> None:
    submit(old, (BETTER, None), STEWARD, reason="补摘要", now=LATER)
    sign_off(old, SCHOOLS.name, HEAD, now=LATER)
    approve(old, SCHOOLS.name, AUTHORITY, now=LATER)
    assert number_in_force(old) == (2, "published")
    with reading(old) as connection:
        assert [each.number for each in revisions.as_of(connection, NOW)] == [1]
        assert [each.number for each in revisions.as_of(connection, LATER)] == [2]
        told = difference(connection, SCHOOLS.name, local_date(NOW).isoformat(), "2")
    assert [change["path"] for change in told["changes"]] == ["summary"]


def test_catalogued_again_unchanged_it_is_left_as_it_is(old: Engine) -> None:
    (done,) = catalogue_all(old, [(SCHOOLS, None)], Acts(by="张三", reason="再次", now=LATER))
    assert (done.state, done.changed, done.in_force, done.open_points) == ("published", False, 1, ())


def test_it_is_withdrawn_and_stays_so_while_its_successor_is_on_its_way(old: Engine) -> None:
    withdraw(old, SCHOOLS.name, AUTHORITY, reason="停用", now=LATER)
    submit(old, (BETTER, None), STEWARD, reason="补摘要", now=LATER)
    assert number_in_force(old) == (1, "withdrawn")
    with reading(old) as connection:
        assert [each.number for each in revisions.as_of(connection, LATER)] == [1]


def test_making_the_store_again_adds_the_columns_it_lacks(home: Home, old: Engine) -> None:
    with writing(old) as connection:
        connection.execute(text("ALTER TABLE entries DROP COLUMN published_revision"))
        connection.execute(text("ALTER TABLE entries DROP COLUMN pending_state"))
        connection.execute(text("ALTER TABLE revisions DROP COLUMN path"))
        connection.execute(text("DROP TABLE entry_acts"))
    again = create_store(home)
    assert {"published_revision", "pending_state"} <= {
        c["name"] for c in inspect(again).get_columns("entries")
    }
    assert number_in_force(again) == (1, "published")
    submit(again, (BETTER, None), STEWARD, reason="补摘要", now=LATER)
    assert number_in_force(again) == (1, "published")


def test_a_command_on_a_store_that_lacks_what_is_new_says_what_to_do(home: Home, old: Engine) -> None:
    with writing(old) as connection:
        connection.execute(text("ALTER TABLE entries DROP COLUMN pending_state"))
    done = CliRunner().invoke(entry, ["list"])
    assert isinstance(done.exception, StoreOutdated)
    told = str(done.exception)
    assert "run `ybz init`" in told
    assert "pending_state" in told
    assert "\n" not in told
    with pytest.raises(StoreOutdated), writing(open_store(home)) as connection:
        connection.execute(update(entries).values(pending_state=None))
    create_store(home)
    assert CliRunner().invoke(entry, ["list"]).exit_code == 0


def test_a_table_that_is_missing_is_told_alike(home: Home, old: Engine) -> None:
    with writing(old) as connection:
        connection.execute(text("DROP TABLE entry_acts"))
    done = CliRunner().invoke(entry, ["history", SCHOOLS.name])
    assert isinstance(done.exception, StoreOutdated)
    assert done.exception.user_facing


# What a store of an earlier version may lack: a table, a column, an index for speed and one that is a lock.
LACKED = {
    "table receipts": "DROP TABLE receipts",
    "column reservations.calls": "ALTER TABLE reservations DROP COLUMN calls",
    "index ix_reservations_state": "DROP INDEX ix_reservations_state",
    "index uq_reservations_answer_key": "DROP INDEX uq_reservations_answer_key",
}


def test_whatever_a_store_lacks_is_named_and_added_by_init_and_nothing_else_is_touched(
    home: Home, old: Engine
) -> None:
    with reading(old) as connection:
        later = set(lacking(connection))
    with writing(old) as connection:
        connection.execute(
            insert(organisations).values(code="c", name="局", kind="department", registered_at=NOW)
        )
        for statement in LACKED.values():
            connection.execute(text(statement))
    with reading(old) as connection:
        assert set(lacking(connection)) == set(LACKED) | later
    with pytest.raises(StoreOutdated, match=r"before revisions were numbered.* run `ybz init`"):
        require_current(old)

    told = CliRunner().invoke(init, [])
    assert told.exit_code == 0, told.output
    assert f" and {len(LACKED) + len(later) - 1} more" in told.output
    again = CliRunner().invoke(init, ["--json"])
    assert json.loads(again.output)["made"] == []
    require_current(old)
    with reading(old) as connection:
        assert connection.execute(select(organisations.c.name)).scalar_one() == "局"
        assert [hit.name for hit in search(connection, "学校")] == [SCHOOLS.name]


def test_every_index_of_this_version_is_made_where_a_store_has_none_of_them(home: Home, old: Engine) -> None:
    ours = {str(index.name) for table in metadata.sorted_tables for index in table.indexes}
    with writing(old) as connection:
        later = set(lacking(connection))
        names = ours & held(connection).indexes
        for name in names:
            connection.execute(text(f'DROP INDEX "{name}"'))
        assert set(lacking(connection)) == later | {f"index {name}" for name in names}
    create_store(home)
    with reading(old) as connection:
        assert lacking(connection) == ()


def test_rows_that_stand_against_a_unique_index_stop_init_with_one_line(home: Home, old: Engine) -> None:
    submit(old, (BETTER, None), STEWARD, reason="补摘要", now=LATER)
    sign_off(old, SCHOOLS.name, HEAD, now=LATER)
    with writing(old) as connection:
        connection.execute(text("DROP INDEX ix_entry_acts_entry"))
        connection.execute(update(entry_acts).values(place=1))
    with pytest.raises(StoreOutdated, match="rows of entry_acts stand twice") as told:
        create_store(home)
    assert "\n" not in str(told.value)
