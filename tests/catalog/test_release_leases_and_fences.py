"""Leases of builders: one at a time, and whoever lost its own publishes and settles nothing."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest
from sqlalchemy import Engine, select, update

from catalog.home import Home
from catalog.releases import delta, leases
from catalog.releases.delta import VersionTaken
from catalog.releases.leases import LeaseHeld, LeaseLost
from catalog.releases.publication import (
    commit_protected,
    commit_vault,
    finish,
    open_intent,
    recover,
    settle,
)
from catalog.releases.published import (
    protected_folder,
    vault_folder,
)
from catalog.store import reading, writing
from catalog.store.tables.releases import intents
from catalog.store.tables.releases import leases as leases_table
from tests.catalog.releasing import LATER, NAME, NOW, draft, published, release, table


def test_a_builder_that_wakes_after_losing_its_lease_publishes_nothing(home: Home, engine: Engine) -> None:
    slow = leases.take(engine, NAME, now=NOW)
    made = draft(table(a=1))
    intent = open_intent(home, engine, slow, made, now=NOW)
    fast = release(home, engine, table(b=2), LATER)

    with pytest.raises(VersionTaken):
        commit_vault(home, intent, made.vault)
    with pytest.raises(LeaseLost):
        finish(engine, slow, intent, now=LATER)
    assert published(engine) == fast


def test_a_commit_of_a_sleeping_builder_never_becomes_another_ones_release(
    home: Home, engine: Engine
) -> None:
    slow = leases.take(engine, NAME, now=NOW)
    old = open_intent(home, engine, slow, draft(table(a=1)), now=NOW)
    fast = leases.take(engine, NAME, now=LATER)
    fresh = draft(table(b=2))
    intent = open_intent(home, engine, fast, fresh, now=LATER)
    commit_vault(home, old, table(a=1))  # wakes between the other's intent and its commit

    with pytest.raises(VersionTaken):
        commit_vault(home, intent, fresh.vault)
    leases.give_back(engine, fast)
    assert recover(home, engine, LATER) == (f"{NAME}: release 1 rolled back",)
    assert published(engine) is None


def test_a_builder_that_lost_its_lease_settles_nothing_of_the_other_one(home: Home, engine: Engine) -> None:
    slow = leases.take(engine, NAME, now=NOW)
    fast = leases.take(engine, NAME, now=LATER)
    made = draft(table(b=2))
    intent = open_intent(home, engine, fast, made, now=LATER)
    commit_vault(home, intent, made.vault)

    with pytest.raises(LeaseLost):
        settle(home, engine, slow, now=LATER)

    commit_protected(home, intent, made.protected)
    assert finish(engine, fast, intent, now=LATER).vault_version == 0


def test_the_fence_grows_and_stands_in_every_commit(home: Home, engine: Engine) -> None:
    release(home, engine, table(a=1))
    made = release(home, engine, table(a=2))

    commits = [
        delta.committed(folder, version)
        for folder, version in (
            (vault_folder(home, NAME), made.vault_version),
            (protected_folder(home, NAME), made.protected_version),
        )
    ]
    with reading(engine) as connection:
        intent = connection.execute(select(intents).where(intents.c.outcome == "published")).all()[-1]
    assert [commit and commit["ybz_fence"] for commit in commits] == ["2", "2"]
    assert [commit and commit["ybz_intent"] for commit in commits] == [intent.id] * 2


def test_a_dataset_has_one_builder_at_a_time(engine: Engine) -> None:
    first = leases.take(engine, NAME, now=NOW)

    with pytest.raises(LeaseHeld, match=NAME):
        leases.take(engine, NAME, now=NOW)
    leases.give_back(engine, first)
    assert leases.take(engine, NAME, now=NOW).fence == first.fence + 1


def test_the_lease_of_a_dead_process_of_this_host_is_free_at_once(engine: Engine) -> None:
    held = leases.take(engine, NAME, now=NOW)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    host = socket.gethostname()
    with writing(engine) as connection:
        connection.execute(update(leases_table).values(holder=f"{host}:{ended.pid}:0"))

    assert leases.take(engine, NAME, now=NOW).fence == held.fence + 1


def test_giving_back_a_lost_lease_does_not_end_the_new_one(engine: Engine) -> None:
    lost = leases.take(engine, NAME, now=NOW)
    leases.take(engine, NAME, now=LATER)

    leases.give_back(engine, lost)

    with pytest.raises(LeaseHeld):
        leases.take(engine, NAME, now=LATER)
