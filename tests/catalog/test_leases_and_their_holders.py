"""Who builds what: named for an operator, kept alive while at work, free at once when dead."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, update

from catalog.home import Home
from catalog.releases import leases
from catalog.releases.holders import Holder
from catalog.releases.leases import LeaseHeld
from catalog.store import writing
from catalog.store.tables.releases import leases as rows
from pipelines.cli import leases as command

NAME = "civil.people"
NOW = datetime(2026, 9, 24, 8, tzinfo=UTC)


def held_by(engine: Engine, holder: Holder | str) -> None:
    with writing(engine) as connection:
        connection.execute(update(rows).values(holder=str(holder)))


def test_a_refusal_names_the_process_that_builds(engine: Engine) -> None:
    leases.take(engine, NAME, now=NOW)

    with pytest.raises(LeaseHeld) as refused:
        leases.take(engine, NAME, now=NOW)

    told = str(refused.value)
    assert f"{NAME} is being built by process {os.getpid()} on " in told
    assert "`ybz leases`" in told
    assert "started 20" in told


def test_a_number_given_to_another_process_does_not_keep_a_lease(engine: Engine) -> None:
    first = leases.take(engine, NAME, now=NOW)
    here = Holder.parse(first.holder)
    assert here is not None
    assert here.started is not None
    held_by(engine, replace(here, started=here.started - 3_600))

    assert leases.take(engine, NAME, now=NOW).fence == first.fence + 1


def test_a_holder_of_another_host_keeps_its_lease_until_it_expires(engine: Engine) -> None:
    leases.take(engine, NAME, now=NOW)
    held_by(engine, replace(Holder.here(), host="elsewhere", process=2**22 + 1))

    with pytest.raises(LeaseHeld, match="on elsewhere"):
        leases.take(engine, NAME, now=NOW)
    assert leases.take(engine, NAME, now=NOW + timedelta(seconds=leases.LEASE_S + 1)).fence == 2


def test_a_long_build_renews_its_lease(engine: Engine) -> None:
    now = [NOW]
    with leases.held(engine, NAME, clock=lambda: now[0], every_s=0.02):
        for _ in range(5):  # two and a half times as long as a lease lasts
            now[0] += timedelta(seconds=leases.LEASE_S / 2)
            _until_renewed(engine, now[0])
        with pytest.raises(LeaseHeld):
            leases.take(engine, NAME, now=now[0])
    assert leases.holdings(engine, now=now[0]) == ()


def _until_renewed(engine: Engine, now: datetime) -> None:
    """Wait until the one lease there is was renewed at that time."""
    for _ in range(3_000):
        (one,) = leases.holdings(engine, now=now)
        if one.expires_at >= now + timedelta(seconds=leases.LEASE_S):
            return
        time.sleep(0.02)
    raise AssertionError("the lease was not renewed")


def test_a_builder_that_lost_its_lease_does_not_renew_the_other_ones(engine: Engine) -> None:
    lost = leases.take(engine, NAME, now=NOW)
    later = NOW + timedelta(seconds=leases.LEASE_S + 1)
    won = leases.take(engine, NAME, now=later)

    assert not leases.renew(engine, lost, now=later)
    assert leases.renew(engine, won, now=later)


def test_two_that_ask_at_once_are_never_both_served(engine: Engine) -> None:
    won: list[str] = []

    def ask() -> None:
        with contextlib.suppress(LeaseHeld):
            won.append(leases.take(engine, NAME, now=NOW).holder)

    asking = [threading.Thread(target=ask) for _ in range(8)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()

    assert len(won) == 1


def test_the_command_shows_the_living_and_the_dead(home: Home, engine: Engine) -> None:
    now = datetime.now(UTC)
    assert CliRunner().invoke(command, []).output == "nothing is being built\n"
    leases.take(engine, NAME, now=now)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    leases.take(engine, "road.lamps", now=now)
    with writing(engine) as connection:
        dead = replace(Holder.here(), process=ended.pid)
        connection.execute(update(rows).where(rows.c.dataset == "road.lamps").values(holder=str(dead)))

    shown = {each["dataset"]: each for each in json.loads(CliRunner().invoke(command, ["--json"]).stdout)}
    table = CliRunner().invoke(command, []).output

    assert (shown[NAME]["process"], shown[NAME]["life"], shown[NAME]["free"]) == (
        os.getpid(),
        "running",
        False,
    )
    assert (shown["road.lamps"]["life"], shown["road.lamps"]["free"]) == ("ended", True)
    assert f"process {os.getpid()} on" in table
    assert "yes, at once" in table
