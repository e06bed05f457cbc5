"""The release protocol: published whole or not at all, whatever dies between two steps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine, select

from catalog.home import Home
from catalog.releases import delta, leases
from catalog.releases.attempts import last_results
from catalog.releases.delta import VersionTaken
from catalog.releases.last_step import IntentClosed
from catalog.releases.publication import (
    BaseMoved,
    Change,
    Mode,
    RowsDiffer,
    commit_protected,
    commit_vault,
    finish,
    open_intent,
    publish,
    recover,
)
from catalog.releases.published import (
    all_latest,
    by_id,
    protected_files,
    protected_folder,
    read_vault,
    vault_folder,
)
from catalog.store import reading
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.releases import intents
from tests.catalog.releasing import LATER, NAME, NOW, die_after, draft, published, release, rows_of, table


def test_a_release_is_its_rows_its_evidence_and_its_build(home: Home, engine: Engine) -> None:
    made = release(home, engine, table(a=1, b=2))

    assert (made.number, made.vault_version, made.protected_version, made.row_count) == (1, 0, 0, 2)
    assert read_vault(home, made).to_pydict() == {"id": ["a", "b"], "n": [1, 2]}
    assert pa.concat_tables([pq.read_table(f) for f in protected_files(home, made)]).num_rows == 2
    assert rows_of(engine) == {"releases": 1, "evidence": 1, "builds": 1}
    with reading(engine) as connection:
        assert by_id(connection, made.id) == made
        assert all_latest(connection) == (made,)
        assert [r.rule for r in last_results(connection, NAME)] == ["q_id_required"]
        event = connection.execute(select(evidence_entries)).one()
    assert (event.event, event.id) == ("dataset:release:publish", made.evidence_id)
    assert "c" * 64 not in event.body  # the plain content hash could confirm a guess


@pytest.mark.parametrize("steps", [1, 2])
def test_a_builder_that_dies_before_both_commits_publishes_nothing(
    home: Home, engine: Engine, steps: int
) -> None:
    before = release(home, engine, table(a=1))
    counted = rows_of(engine)

    die_after(steps, home, engine, table(a=2, b=3))

    assert published(engine) == before
    assert recover(home, engine, LATER) == (f"{NAME}: release 2 rolled back",)
    assert published(engine) == before
    assert rows_of(engine) == counted
    head = delta.head(vault_folder(home, NAME))
    assert head is not None
    assert delta.read(vault_folder(home, NAME), head)["id"].to_pylist() == ["a"]
    assert recover(home, engine, LATER) == ()


def test_a_builder_that_dies_after_both_commits_is_rolled_forward(home: Home, engine: Engine) -> None:
    release(home, engine, table(a=1))

    die_after(3, home, engine, table(a=2, b=3))

    assert rows_of(engine)["releases"] == 1
    assert recover(home, engine, LATER) == (f"{NAME}: release 2 rolled forward",)
    made = published(engine)
    assert made is not None
    assert (made.number, made.row_count) == (2, 2)
    assert rows_of(engine) == {"releases": 2, "evidence": 2, "builds": 2}
    assert recover(home, engine, LATER) == ()


def test_a_first_release_that_dies_half_way_leaves_an_empty_table(home: Home, engine: Engine) -> None:
    die_after(2, home, engine, table(a=1))

    recover(home, engine, LATER)

    head = delta.head(vault_folder(home, NAME))
    assert head is not None
    assert delta.read(vault_folder(home, NAME), head).num_rows == 0
    assert release(home, engine, table(a=1), LATER).number == 1


def test_the_next_build_settles_what_a_dead_one_left(home: Home, engine: Engine) -> None:
    die_after(2, home, engine, table(a=1))

    made = release(home, engine, table(b=2), LATER)

    assert made.number == 1
    assert read_vault(home, made)["id"].to_pylist() == ["b"]


def test_recovery_leaves_a_living_builder_alone(home: Home, engine: Engine) -> None:
    die_after(1, home, engine, table(a=1))

    assert recover(home, engine, NOW) == ()


def test_a_release_is_tried_again_when_a_writer_without_a_lease_takes_its_version(
    home: Home, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    release(home, engine, table(a=1))
    commit, foreign = delta.commit, iter([table(z=9)])

    def after_a_foreign_one(path: Path, rows: pa.Table, *, at: int, metadata: dict[str, str]) -> None:
        for other in foreign:
            commit(path, other, at=at, metadata={})
        commit(path, rows, at=at, metadata=metadata)

    monkeypatch.setattr(delta, "commit", after_a_foreign_one)
    made = release(home, engine, table(b=2))

    assert (made.number, read_vault(home, made)["id"].to_pylist()) == (2, ["b"])
    with reading(engine) as connection:
        outcomes = connection.execute(select(intents.c.outcome).order_by(intents.c.opened_at)).scalars().all()
    assert sorted(outcomes) == ["published", "published", "rolled_back"]


def test_a_release_gives_up_when_its_versions_are_taken_again_and_again(
    home: Home, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = release(home, engine, table(a=1))
    commit = delta.commit

    def always_late(path: Path, rows: pa.Table, *, at: int, metadata: dict[str, str]) -> None:
        commit(path, table(z=9), at=at, metadata={})
        commit(path, rows, at=at, metadata=metadata)

    monkeypatch.setattr(delta, "commit", always_late)
    with pytest.raises(VersionTaken):
        release(home, engine, table(b=2))
    monkeypatch.undo()

    assert published(engine) == before
    assert recover(home, engine, LATER) == (f"{NAME}: release 2 rolled back",)
    assert read_vault(home, before)["id"].to_pylist() == ["a"]


def test_a_change_stands_on_what_is_published_whatever_else_was_written(home: Home, engine: Engine) -> None:
    before = release(home, engine, table(a=1))
    for folder, rows in ((vault_folder(home, NAME), table(z=9)), (protected_folder(home, NAME), table(z=9))):
        delta.commit(folder, rows, at=1, metadata={})
    change = Change(Mode.APPEND, row_count=2, former=before.id)

    lease = leases.take(engine, NAME, now=NOW)
    made = publish(home, engine, lease, replace(draft(table(b=2)), change=change), now=NOW)

    assert sorted(read_vault(home, made)["id"].to_pylist()) == ["a", "b"]
    with pytest.raises(BaseMoved, match="build again"):
        publish(home, engine, lease, replace(draft(table(c=3)), change=change), now=NOW)


def test_tables_that_do_not_hold_the_rows_of_their_release_are_not_published(
    home: Home, engine: Engine
) -> None:
    before = release(home, engine, table(a=1))
    change = Change(Mode.APPEND, row_count=7, former=before.id)
    lease = leases.take(engine, NAME, now=NOW)

    with pytest.raises(RowsDiffer, match="build again"):
        publish(home, engine, lease, replace(draft(table(b=2)), change=change), now=NOW)

    assert published(engine) == before
    assert recover(home, engine, LATER) == ()


def test_an_intent_is_finished_once(home: Home, engine: Engine) -> None:
    lease = leases.take(engine, NAME, now=NOW)
    made = draft(table(a=1))
    intent = open_intent(home, engine, lease, made, now=NOW)
    commit_vault(home, intent, made.vault)
    commit_protected(home, intent, made.protected)
    finish(engine, lease, intent, now=NOW)

    with pytest.raises(IntentClosed):
        finish(engine, lease, intent, now=NOW)
    assert rows_of(engine)["releases"] == 1
