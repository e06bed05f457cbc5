"""Which versions stay readable, and that nothing of them is ever removed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import Engine, insert

from catalog.home import Home
from catalog.releases import delta, leases
from catalog.releases.attempts import Attempt
from catalog.releases.facts import Facts
from catalog.releases.leases import LeaseHeld
from catalog.releases.publication import Draft, commit_vault, open_intent, publish
from catalog.releases.published import (
    Release,
    protected_files,
    read_vault,
    vault_files,
    vault_folder,
    write_quarantine,
)
from catalog.releases.retention import kept_versions, vacuum
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.backflow import attributions

NOW = datetime(2026, 9, 24, 8, tzinfo=UTC)
NAME = "civil.people"


def draft(value: int, quarantined: int | None = None) -> Draft:
    rows = pa.table({"id": [value]})
    attempt = Attempt(new_id("bld"), "run", NAME, "released", "", NOW, NOW)
    counts = {} if quarantined is None else {"quarantine_version": quarantined}
    return Draft(NAME, 1, new_id("f"), rows, rows, "c" * 64, "s", counts, {}, 2, Facts(), attempt)


def release(home: Home, engine: Engine, value: int, at: datetime, quarantined: int | None = None) -> Release:
    lease = leases.take(engine, NAME, now=at)
    made = publish(home, engine, lease, draft(value, quarantined), now=at)
    leases.give_back(engine, lease)
    return made


@pytest.fixture
def history(home: Home, engine: Engine) -> list[Release]:
    """Five releases, one a day, with a table of quarantined rows behind the second."""
    version = write_quarantine(home, NAME, pa.table({"reason": ["r"]}), 1)
    write_quarantine(home, NAME, pa.table({"reason": ["unnamed"]}), 1)
    write_quarantine(home, NAME, pa.table({"reason": ["head"]}), 1)
    days = [NOW + timedelta(days=n) for n in range(5)]
    return [release(home, engine, n, day, version if n == 1 else None) for n, day in enumerate(days)]


def test_without_a_horizon_every_release_stays_readable(
    home: Home, engine: Engine, history: list[Release]
) -> None:
    removed = vacuum(home, engine, NAME, now=NOW, hours=0, dry_run=False)

    assert (removed.vault, removed.protected, len(removed.quarantine)) == ((), (), 1)
    assert [read_vault(home, each)["id"].to_pylist() for each in history] == [[n] for n in range(5)]


def test_an_old_release_goes_unless_something_rests_on_it(
    home: Home, engine: Engine, history: list[Release]
) -> None:
    with writing(engine) as connection:
        connection.execute(
            insert(attributions).values(
                release_id=history[1].id,
                since_release_id="",
                dataset=NAME,
                changed=0,
                attributed=0,
                unattributed=0,
            )
        )
    since = NOW + timedelta(days=3)

    shown = vacuum(home, engine, NAME, now=NOW, since=since, hours=0)
    assert shown.files == 5  # two releases of two tables, and one version of the quarantine
    assert all(path.exists() for each in history for path in vault_files(home, each))
    removed = vacuum(home, engine, NAME, now=NOW, since=since, hours=0, dry_run=False)

    assert removed == shown
    there = [all(p.exists() for p in (*vault_files(home, r), *protected_files(home, r))) for r in history]
    assert there == [False, True, False, True, True]
    assert delta.read(home.lake / "quarantine" / "civil" / "people", 0)["reason"].to_pylist() == ["r"]


def test_the_newest_release_stays_however_old(home: Home, engine: Engine, history: list[Release]) -> None:
    with reading(engine) as connection:
        kept = kept_versions(connection, NAME, since=NOW + timedelta(days=400))

    assert kept.releases == {history[-1].id}
    assert kept.vault == {history[-1].vault_version}


def test_a_dataset_at_work_is_left_alone(home: Home, engine: Engine, history: list[Release]) -> None:
    leases.take(engine, NAME, now=NOW)

    with pytest.raises(LeaseHeld):
        vacuum(home, engine, NAME, now=NOW, hours=0, dry_run=False)


def test_what_a_dead_builder_wrote_is_settled_and_then_removed(
    home: Home, engine: Engine, history: list[Release]
) -> None:
    later = NOW + timedelta(days=9)
    lease = leases.take(engine, NAME, now=later)
    intent = open_intent(home, engine, lease, draft(99), now=later)
    commit_vault(home, intent, pa.table({"id": [99]}))
    leases.give_back(engine, lease)
    orphan: Path = delta.files(vault_folder(home, NAME), intent.vault_version)[0]

    vacuum(home, engine, NAME, now=later, hours=0, dry_run=False)

    assert not orphan.exists()
    assert read_vault(home, history[-1])["id"].to_pylist() == [4]
