"""Editions beside each other: two closes at once, a close that was killed, what others read of a balance."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from catalog import keys, revisions
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.editions import balancing, closing
from catalog.home import Home
from catalog.inventory.balance import Balance, FallenOut
from catalog.releases.published import write_ledger_table
from catalog.store import reading
from contracts.model import Contract, Field, Party, ShareType, Sharing

NOW = datetime(2026, 9, 30, 8, 0, tzinfo=UTC)


@pytest.fixture
def ledger(home: Home, engine: Engine) -> Engine:
    contract = Contract(
        id="air", title="空气", schema="eco", table="air", status="active", department=Party("云州市生态局"),
        sharing=Sharing(ShareType.UNCONDITIONAL), unit_free=True, fields=(Field(name="x"),),
    )  # fmt: skip
    catalogue_all(engine, [(contract, None)], Acts(by="a", reason="r", now=NOW))
    return engine


def _close(home: Home, engine: Engine) -> closing.Edition:
    return closing.close(home, engine, "2026-09", keys=keys.load(home), by="a", now=NOW)


def test_closes_at_the_same_time_each_make_an_edition_that_verifies(home: Home, ledger: Engine) -> None:
    with ThreadPoolExecutor(3) as both:
        made = list(both.map(lambda _: _close(home, ledger), range(3)))
    assert sorted(edition.number for edition in made) == [1, 2, 3]
    for name in made[0].versions:
        assert len({edition.versions[name] for edition in made}) == 3
    assert all(closing.verify(home, each, keys.load(home).signer.public_raw).ok for each in made)


def test_tables_a_killed_close_left_behind_are_in_no_edition(
    home: Home, ledger: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _close(home, ledger)

    def killed(home: Home, name: str, table: Any) -> int:
        version = write_ledger_table(home, name, table.slice(0, 0))
        if name == "releases":
            raise KeyboardInterrupt
        return version

    with monkeypatch.context() as patched:
        patched.setattr(closing, "write_ledger_table", killed)
        with pytest.raises(KeyboardInterrupt):
            _close(home, ledger)
    second = _close(home, ledger)
    with reading(ledger) as connection:
        assert [edition.number for edition in closing.all_closed(connection)] == [1, 2]
    for edition in (first, second):
        assert [row["name"] for row in closing.read(home, edition, "datasets").to_pylist()] == ["eco.air"]
        assert closing.verify(home, edition, keys.load(home).signer.public_raw).ok


def test_reasons_that_name_what_is_not_published_are_told_in_fixed_words(
    ledger: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fallen = (
        FallenOut(
            "tables", "人口系统/t", "its entry civil.hidden is not published", "entry_unpublished", True
        ),
        FallenOut("tables", "人口系统/u", "excluded as test: 李四 keeps it", "excluded", True),
        FallenOut("tables", "人口系统/v", "neither …, proposed: civil.hidden", "table_open", False),
        FallenOut(
            "entries", "eco.air", "its input civil.hidden stands on nothing", "input_without_table", True
        ),
    )
    found = Balance("2026-09", 1, 3, 1, 0, 0, 0, False, fallen, (), NOW)
    monkeypatch.setattr(balancing, "balance", lambda *_: found)
    with reading(ledger) as connection:
        told = balancing.rows(connection, "2026-09", NOW)["fallen_out"]
        assert [entry.name for entry in revisions.all_current(connection)] == ["eco.air"]
    said = json.dumps(told, ensure_ascii=False)
    assert not [word for word in ("hidden", "人口系统", "李四") if word in said]
    assert [row["dataset"] for row in told] == [None, None, None, "eco.air"]
    assert len({row["why"] for row in told}) == 4
