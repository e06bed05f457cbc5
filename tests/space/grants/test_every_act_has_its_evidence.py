"""Business rows and entries stand for each other, and receipts for both."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, func, select, text, update

from catalog.evidence import crosscheck
from catalog.evidence.publishing import publish
from catalog.evidence.verify import verify_store
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.grants import grants
from catalog.store.tables.queries import receipts, usages
from catalog.store.tables.releases import releases
from space.cli.operation.queries import verify

BY_INDUSTRY = "SELECT industry, count(*) AS firms FROM market.firms GROUP BY industry"


def first_bad(bureau: Any) -> str | None:
    with reading(bureau.engine) as connection:
        return verify_store(connection, bureau.keys.signer.public_raw).first_bad


@pytest.fixture
def used(busy: Any) -> Any:
    """The bureau after an answer, a repeat, a refusal and a revocation, integrated."""
    held = busy.held(busy.trade)
    busy.ask(held, BY_INDUSTRY)
    busy.ask(held, BY_INDUSTRY)
    busy.ask(held, "SELECT 1")
    busy.revoke(busy.held(busy.weather))
    publish(busy.engine, busy.home, busy.keys.signer, busy.clock())
    return busy


def test_every_row_that_names_its_evidence_has_it_and_the_tables_are_in_use(used: Any) -> None:
    assert first_bad(used) is None
    with reading(used.engine) as connection:
        rows = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in crosscheck.tables()
        }
        for table in crosscheck.tables():
            e = evidence_entries.c.id
            joined = select(func.count()).select_from(
                table.outerjoin(evidence_entries, e == table.c.evidence_id)
            )
            dangling = joined.where(table.c.evidence_id.is_not(None), e.is_(None))
            assert connection.execute(dangling).scalar_one() == 0, table.name
    assert {name for name in ("usages", "grants", "releases", "grant_endings") if rows[name]} == {
        "usages", "grants", "releases", "grant_endings",
    }  # fmt: skip
    assert len(rows) > 50


def test_a_row_whose_entry_is_another_or_none_is_named(used: Any) -> None:
    with writing(used.engine) as connection:
        connection.execute(update(releases).values(evidence_id="ev_0"))
    assert first_bad(used) == "row of releases: its evidence ev_0 is not in the log"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"price_fen": 1}, "its price_fen is not what its evidence says"),
        ({"outcome": "lost"}, "its outcome is not what its evidence says"),
        ({"organisation": "x"}, "its organisation is not what its evidence says"),
    ],
)
def test_a_changed_row_of_a_call_is_named(used: Any, values: dict[str, Any], words: str) -> None:
    with writing(used.engine) as connection:
        one = connection.execute(select(usages.c.id).where(usages.c.outcome == "answered")).scalars().first()
        connection.execute(update(usages).where(usages.c.id == one).values(**values))
    assert first_bad(used) == f"row {one} of usages: {words}"


def test_a_row_that_is_gone_is_named_by_its_entry(used: Any) -> None:
    with writing(used.engine) as connection:
        one = connection.execute(select(usages).where(usages.c.outcome == "refused")).one()
        connection.execute(delete(usages).where(usages.c.id == one.id))
    assert (first_bad(used) or "").endswith(f"({one.evidence_id}): its row of usages is gone")


def test_a_row_that_borrows_an_entry_of_another_kind_is_named(used: Any) -> None:
    with writing(used.engine) as connection:
        other = connection.execute(select(releases.c.evidence_id)).scalars().first()
        connection.execute(update(grants).values(evidence_id=other))
    assert "its evidence is of dataset:release:publish" in (first_bad(used) or "")


def test_a_receipt_names_its_entry_and_one_changed_in_the_store_does_not_hold(used: Any) -> None:
    with reading(used.engine) as connection:
        one = connection.execute(select(receipts)).first()
        other = connection.execute(select(receipts).where(receipts.c.id != one.id)).first()
        entry = connection.execute(
            select(usages.c.evidence_id).where(usages.c.id == one.usage_id)
        ).scalar_one()
    found = json.loads(CliRunner().invoke(verify, [one.id, "--json"]).stdout)
    assert found["states"]["entry"] == entry
    assert found["evidence"] == "its entry is in the evidence log, proved"
    path = used.home.root / "receipt.jws"
    path.write_text(one.jws)
    with writing(used.engine) as connection:
        connection.execute(
            text("UPDATE receipts SET jws = :jws WHERE id = :id"), {"jws": other.jws, "id": one.id}
        )
    changed = json.loads(CliRunner().invoke(verify, [str(path), "--json"]).stdout)
    assert changed["problem"] == "the installation issued another receipt of this id"
