"""What a running installation does unasked: grants end, tables are deleted, acts get into the log."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from sqlalchemy import func, select, text

from catalog.errors import StoreOutdated
from catalog.store import create_store, writing
from catalog.store.tables.evidence import checkpoints, evidence_entries
from catalog.store.tables.grants import privacy_years
from policies import rulebook
from space.api.app import create_app
from space.upkeep import Kept, Upkeep
from space.workspace import tables
from space.workspace.form import read_form
from tests.space.bureau import Bureau
from tests.space.bureau_contracts import identity
from tests.space.grants.books import closed, workspaces_in_order
from tests.space.serving import serving
from tests.stores import become_0_1_0

NAMED = {"civil.population": ("id_card", "sex", "district", "income")}
BY_SEX = "SELECT sex, count(*) AS n FROM civil.population GROUP BY sex"
WAITING = select(func.count()).select_from(evidence_entries).where(evidence_entries.c.position.is_(None))


def upkeep(bureau: Bureau) -> Upkeep:
    return Upkeep(Kept(bureau.engine, bureau.home, bureau.keys.signer, bureau.clock))


def with_a_table(bureau: Bureau, **terms: Any) -> Any:
    """A grant with a table of its holder."""
    held = bureau.granted(bureau.operator, NAMED, **terms)
    lines = ["id_card,segment", *(f"{identity(n)},{'AB'[n % 2]}" for n in range(120))]
    form = read_form(key="id_card=person", categories=["segment"], measures=[])
    brought = tables.Upload(held.id, "customers", form, "\n".join(lines).encode())
    tables.upload(
        bureau.engine, bureau.home, bureau.keys, brought, who=held.grantee, by="周敏", now=bureau.clock()
    )
    return held


def test_at_the_end_of_its_term_a_grant_ends_its_budget_returns_and_its_tables_are_deleted(
    bureau: Bureau,
) -> None:
    held = with_a_table(bureau, valid_to="2026-10-01")
    bureau.ask(held, BY_SEX)
    bureau.clock.later(days=9)
    assert bureau.row(held).state == "in_force", "nobody has looked yet"

    upkeep(bureau).turn()

    assert bureau.row(held).state == "ended"
    assert bureau.count(select(privacy_years.c.nrho)) == 10_000_000
    assert workspaces_in_order(bureau) == {"deleted": 1}
    assert bureau.count(WAITING) == 0
    closed(bureau)


def test_a_server_does_so_at_its_start_and_signs_the_log(bureau: Bureau) -> None:
    with_a_table(bureau, valid_to="2026-10-01")
    bureau.clock.later(days=9)
    with serving(create_app(bureau.home, clock=bureau.clock, pool=bureau.pool)):
        assert workspaces_in_order(bureau) == {"deleted": 1}
        assert bureau.count(WAITING) == 0
        assert bureau.count(select(func.count()).select_from(checkpoints)) == 1


def test_nothing_is_written_where_nothing_is_due(busy: Bureau) -> None:
    upkeep(busy).turn()
    before = busy.count(select(func.count()).select_from(evidence_entries))
    pause = upkeep(busy).turn()
    assert busy.count(select(func.count()).select_from(evidence_entries)) == before
    assert busy.count(select(func.count()).select_from(checkpoints)) == 1
    assert 0 < pause <= 5, "the log is looked after most often"


def test_a_chore_waits_for_its_turn(busy: Bureau) -> None:
    kept = upkeep(busy)
    kept.turn()
    with writing(busy.engine) as connection:
        connection.execute(evidence_entries.update().values(position=None))
        connection.execute(checkpoints.delete())
    kept.turn()
    assert busy.count(WAITING) > 0


def test_a_chore_that_fails_stops_neither_the_others_nor_the_next_turn(
    busy: Bureau, caplog: pytest.LogCaptureFixture
) -> None:
    with writing(busy.engine) as connection:
        connection.execute(evidence_entries.update().values(leaf_hash="0" * 64))
    held = busy.held(busy.people)
    busy.clock.later(days=1_500)
    with caplog.at_level(logging.ERROR):
        pause = upkeep(busy).turn()
    assert "evidence failed (LogBroken); it is tried again" in caplog.text
    assert pause <= 5
    assert busy.row(held).state == "ended"


def test_without_a_pace_that_can_be_read_it_is_tried_again_after_a_minute(
    busy: Bureau, caplog: pytest.LogCaptureFixture
) -> None:
    busy.home.rules.mkdir()
    (busy.home.rules / "upkeep.yaml").write_text("rules:\n  - name: evidence\n", encoding="utf-8")
    rulebook.lay_over(busy.home.rules)
    with caplog.at_level(logging.ERROR):
        pause = upkeep(busy).turn()
    assert "evidence failed (RuleError)" in caplog.text
    assert 30 < pause <= 60


def test_a_server_does_not_begin_on_a_store_of_an_earlier_version(busy: Bureau) -> None:
    with writing(busy.engine) as connection:
        become_0_1_0(connection)
        connection.execute(text("DROP INDEX ix_reservations_state"))
    with pytest.raises(StoreOutdated, match="earlier version"):
        create_app(busy.home, clock=busy.clock, pool=busy.pool)
    create_store(busy.home)
    assert create_app(busy.home, clock=busy.clock, pool=busy.pool) is not None
