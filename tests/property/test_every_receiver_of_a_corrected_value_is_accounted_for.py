"""Notified + unreachable = receivers = holders, whoever holds what, however often it is told and killed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, func, insert, select

from catalog.home import Home
from catalog.keys import load
from catalog.store import create_store, reading, writing
from catalog.store.tables.backflow import notices
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.forms import corrections
from catalog.store.tables.identity import organisations
from catalog.store.tables.recall import postings, recall_holdings, recall_notices
from catalog.store.tables.releases import releases
from policies.access import OrganisationKind
from space.identity.organisations import Organisation, register
from space.wayback.recall import notices as room
from space.wayback.recall.notices import recall
from space.wayback.recall.postings import KINDS, Posting, post_all
from tests.property.receivers import a_case, an_old_release

NOW = datetime(2026, 9, 23, 4, tzinfo=UTC)
RECEIVERS = st.sampled_from([f"R{n}" for n in range(6)])
ROW, OTHER = "a" * 32, "b" * 32
SHOWN = st.lists(
    st.tuples(st.sampled_from(sorted(KINDS)), RECEIVERS, st.sampled_from([ROW, OTHER]),
              st.sets(st.sampled_from(["phone", "name"]), min_size=1)),
    max_size=12,
)  # fmt: skip
STEPS = st.lists(st.sampled_from(["tell", "kill", "accepted", "rejected"]), min_size=1, max_size=6)


class Killed(BaseException):
    """The process dies."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, Engine]]:
    home = Home(tmp_path_factory.mktemp("recalls") / "var")
    engine = create_store(home)
    load(home)
    with writing(engine) as connection:
        register(connection, Organisation("asker", "街道", OrganisationKind.GRASSROOTS), NOW)
        connection.execute(insert(releases).values(**an_old_release(NOW)))
    yield home, engine
    engine.dispose()


def clean(engine: Engine, known: set[str]) -> None:
    with writing(engine) as connection:
        for table in (recall_holdings, recall_notices, notices, postings, corrections):
            connection.execute(delete(table))
        connection.execute(delete(organisations).where(organisations.c.code != "asker"))
        for code in sorted(known):
            register(connection, Organisation(code, code, OrganisationKind.DEPARTMENT), NOW)
        connection.execute(insert(corrections).values(**a_case(ROW, NOW)))


def balance(engine: Engine) -> tuple[int, int, int]:
    n = recall_notices.c
    with reading(engine) as connection:
        rows = connection.execute(select(n.notice_id, n.unreachable)).all()
        sent = connection.execute(
            select(func.count()).select_from(notices).where(notices.c.kind == "recall")
        ).scalar_one()
        proofs = set(connection.execute(select(evidence_entries.c.id)).scalars())
        named = set(connection.execute(select(n.evidence_id)).scalars())
    assert named <= proofs
    notified = sum(row.notice_id is not None for row in rows)
    assert all((row.notice_id is None) is (row.unreachable is not None) for row in rows)
    assert sent >= notified
    return len(rows), notified, len(rows) - notified


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(shown=SHOWN, known=st.sets(RECEIVERS), steps=STEPS)
def test_receivers_are_the_holders_and_each_is_told_or_unreachable(
    store: tuple[Home, Engine],
    monkeypatch: pytest.MonkeyPatch,
    shown: list[Any],
    known: set[str],
    steps: list[str],
) -> None:
    home, engine = store
    clean(engine, known)
    made = [
        Posting(kind, "civil.population", row, tuple(items), "rel_old", receiver, f"ev_{number}")
        for number, (kind, receiver, row, items) in enumerate(shown)
    ]
    with writing(engine) as connection:
        post_all(connection, made, now=NOW)
    holders = {one.receiver for one in made if one.row == ROW and "phone" in one.items}
    now = NOW
    for step in [*steps, "tell"]:
        now += timedelta(hours=1)
        if step in ("accepted", "rejected"):
            with writing(engine) as connection:
                connection.execute(corrections.update().values(state=step))
            continue
        before = balance(engine)
        with monkeypatch.context() as patch:
            if step == "kill":
                patch.setattr(room, "_hold", _die)
            try:
                told = recall(home, engine, "cor_1", now)
            except Killed:
                assert balance(engine) == before
                continue
        assert {one.receiver for one in told.told} == holders
        assert told.receivers == told.notified + told.unreachable == len(holders)
        assert {one.receiver for one in told.told if one.unreachable} == holders - known
        assert balance(engine) == (told.receivers, told.notified, told.unreachable)


def _die(*_: Any) -> None:
    raise Killed
