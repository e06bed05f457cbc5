"""Builders killed with SIGKILL at every step of a release, in processes of their own."""

from __future__ import annotations

import signal
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, func, select

from catalog.home import Home
from catalog.releases import delta, leases
from catalog.releases.leases import LeaseHeld
from catalog.releases.publication import recover
from catalog.releases.published import Release, latest, protected_folder, read_vault, vault_folder
from catalog.store import reading
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.releases import builds, intents, releases
from tests.catalog.merging import PAY, assert_whole
from tests.catalog.release_driver import builder, rows_of
from tests.forked import Program

FEW, MANY = 200, 5_000
STEPS = {
    "before_intent": FEW,
    "after_intent": FEW,
    "in_vault_write": MANY,
    "in_protected_write": FEW,
    "after_vault": FEW,
    "after_protected": FEW,
    "in_store_transaction": FEW,
    "after_finish": FEW,
    "in_lease_renewal": FEW,
}
ELSEWHERE = ("in_vault_write", "after_vault", "after_protected", "in_store_transaction")
# Steps at which both tables stand, so that the release is rolled forward.
BOTH_COMMITTED = ("after_protected", "in_store_transaction", "after_finish")
# Every step with the load that changes rows in place whenever tests run; the others with the long tests.
CASES: list[object] = [("merge", step) for step in STEPS]
CASES += [
    pytest.param(load, step, marks=pytest.mark.full) for load in ("replace", "append") for step in ELSEWHERE
]


DRIVER = "import sys; from tests.catalog.release_driver import main; main(*sys.argv[1:])"


def driver(home: Home, load: str, step: str, many: int) -> Program:
    return Program(DRIVER, str(home.root), load, step, str(many))


def published(engine: Engine) -> Release:
    with reading(engine) as connection:
        found = latest(connection, PAY.name)
    assert found is not None
    return found


def vouchers(home: Home, release: Release) -> dict[str, int]:
    rows = read_vault(home, release, ["voucher", "amount"])
    return dict(zip(rows["voucher"].to_pylist(), rows["amount"].to_pylist(), strict=True))


def expected(load: str, deliveries: int, many: int) -> dict[str, int]:
    held: dict[str, int] = {}
    for number in range(deliveries):
        if load == "replace":
            held = {}
        held |= {row["voucher"]: row["amount"] for row in rows_of(load, number, many)}
    return held


def assert_settled(home: Home, engine: Engine) -> None:
    """No intent is open, the heads hold what is published, and every release has its evidence and build."""
    with reading(engine) as connection:
        counts = [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (releases, evidence_entries, builds)
        ]
        still = select(func.count()).select_from(intents).where(intents.c.outcome.is_(None))
        assert connection.execute(still).scalar_one() == 0
    release = published(engine)
    assert counts == [release.number] * 3
    for folder, version in (
        (vault_folder(home, PAY.name), release.vault_version),
        (protected_folder(home, PAY.name), release.protected_version),
    ):
        head = delta.head(folder)
        assert head is not None
        assert delta.files(folder, head) == delta.files(folder, version)


@pytest.mark.parametrize(("load", "step"), CASES)
def test_a_builder_killed_at_any_step_leaves_one_release_or_the_other(
    home: Home, engine: Engine, load: str, step: str
) -> None:
    many = STEPS[step]
    first = builder(home, load).deliver(*rows_of(load, 0, many))

    child = driver(home, load, step, many)
    _, errors = child.communicate(timeout=60)

    assert child.returncode == -signal.SIGKILL, errors
    seen = published(engine)  # what readers see before anybody cleaned up
    assert seen.number == (2 if step == "after_finish" else 1)
    assert vouchers(home, seen) == expected(load, seen.number, many)
    assert vouchers(home, first) == expected(load, 1, many)

    recover(home, engine, datetime.now(UTC))
    assert_settled(home, engine)
    settled = published(engine)
    if not step.endswith("_write"):  # killed in the act of writing, a builder may just have been done
        assert settled.number == (2 if step in BOTH_COMMITTED else 1)
    assert vouchers(home, settled) == expected(load, settled.number, many)

    build = builder(home, load)  # at once: nobody waits for the lease of a dead builder
    build.deliver(*rows_of(load, 1, many), whole=load == "replace")
    assert vouchers(home, published(engine)) == expected(load, 2, many)
    assert_whole(build)


def test_a_full_disk_is_one_clear_line_and_the_former_release_stays(home: Home, engine: Engine) -> None:
    first = builder(home, "merge").deliver(*rows_of("merge", 0, 3_000))

    child = driver(home, "merge", "disk_full", 3_000)
    _, errors = child.communicate(timeout=60)

    assert child.returncode == 1
    line = errors.splitlines()[-1]  # what the library of Delta says of itself stands above
    assert "the disk is full" in line
    assert "the former release stays in service" in line
    assert published(engine) == first
    build = builder(home, "merge")  # there is room again
    build.deliver(*rows_of("merge", 1, 3_000))
    assert vouchers(home, published(engine)) == expected("merge", 2, 3_000)
    assert_settled(home, engine)
    assert_whole(build)


def test_of_two_builders_at_once_one_wins_and_the_other_is_told_who(home: Home, engine: Engine) -> None:
    builder(home, "merge").deliver(*rows_of("merge", 0, FEW))
    child = driver(home, "merge", "slowly", FEW)
    assert child.stdout.readline() == "at work\n"

    with pytest.raises(LeaseHeld, match=str(child.pid)):
        leases.take(engine, PAY.name, now=datetime.now(UTC))
    assert recover(home, engine, datetime.now(UTC)) == ()

    _, errors = child.communicate(timeout=60)
    assert child.returncode == 0, errors
    assert published(engine).number == 2
    assert_settled(home, engine)
