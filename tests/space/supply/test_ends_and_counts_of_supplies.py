"""Both sides count, the receiver proves its deletion, the copy here is deleted, and what is due."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from catalog.clocks.duties import duties
from catalog.evidence.prove import inclusion_holds, prove_inclusion
from catalog.evidence.publishing import publish
from catalog.keys import ring_of
from catalog.lake.kept import kept_of
from catalog.store import reading, writing
from catalog.store.tables.backflow import notices
from catalog.store.tables.evidence import evidence_entries
from policies.clocks import local_date
from space.calls import jws
from space.errors import Refused
from space.granting import erasing
from space.granting.erasing import DELETION_TYPE
from space.supply import ending
from space.supply.answering import acknowledge, prove_deletion
from space.supply.proofs import proofs
from space.supply.receipts import DELIVERY_TYPE, STATEMENT_TYPE
from space.supply.supplies import by_id
from space.supply.transfers import Span, Transfer
from tests.forged import forged, written_otherwise


def owed(counter: Any) -> list[Any]:
    """What is due of supplies now."""
    b = counter.bureau
    with reading(b.engine) as connection:
        found = duties(connection, local_date(b.clock()))
    return [
        duty for duty in found if duty.rule in ("supply", "supply_deletion") and "case:" not in duty.subject
    ]


def counted(counter: Any, made: Any, rows: int, **more: Any) -> Any:
    b = counter.bureau
    with writing(b.engine) as connection:
        return acknowledge(
            connection, b.keys.signer, made.id, rows=rows, by="周敏", receiver=made.receiver, now=b.clock(),
            **more,
        )  # fmt: skip


def proved(counter: Any, made: Any, **later: Any) -> Any:
    b = counter.bureau
    day = local_date(b.clock()) + timedelta(**later)
    with writing(b.engine) as connection:
        return prove_deletion(
            connection, b.keys.signer, made.id, on=day, by="周敏", receiver=made.receiver, now=b.clock()
        )


def test_equal_counts_are_acknowledged_with_a_signed_statement(counter: Any) -> None:
    made = counter.supply(counter.granted())

    agreed = counted(counter, made, 244, sha256=made.sha256)

    assert agreed.received_state == "acknowledged"
    states = jws.verify(agreed.received, counter.bureau.keys.signer.public_raw, STATEMENT_TYPE)
    assert (states["rows"], states["handed_over"], states["agreed"], states["person"]) == (
        244,
        244,
        True,
        "周敏",
    )


def test_every_statement_of_a_supply_names_its_entry_and_is_proved_to_be_in_the_log(counter: Any) -> None:
    held = counter.granted()
    made = counter.supply(held)
    b = counter.bureau
    counted(counter, made, 244)
    b.revoke(held)
    ending.sweep(b.engine, b.home, b.keys.signer, b.clock())
    proved(counter, made)
    publish(b.engine, b.home, b.keys.signer, b.clock())

    with reading(b.engine) as connection:
        whole, ring = by_id(connection, made.id), ring_of(connection, b.keys.signer)
        found = proofs(connection, whole, ring)
        shown = {name: prove_inclusion(connection, one["entry"]) for name, one in found.items()}
        said = connection.execute(select(evidence_entries.c.id, evidence_entries.c.event)).all()
    events = {row.id: row.event for row in said}
    assert {name: events[one["entry"]] for name, one in found.items()} == {
        "receipt": "space:supply:answer", "received": "space:supply:acknowledge",
        "deletion": "space:supply:delete", "proof": "space:supply:prove",
    }  # fmt: skip
    assert all(inclusion_holds(one, ring) for one in shown.values())
    states = jws.verify(whole.receipt, b.keys.signer.public_raw, DELIVERY_TYPE)
    assert (states["entry"], states["evidence"]) == (
        found["receipt"]["entry"], found["receipt"]["leaf_hash"],
    )  # fmt: skip


def test_counts_that_differ_are_disputed_told_and_may_be_counted_again(counter: Any) -> None:
    held = counter.granted()
    made = counter.supply(held)

    assert counted(counter, made, 240).received_state == "disputed"
    (notice,) = counter.rows(select(notices).where(notices.c.organisation == held.grantor))
    assert "counted otherwise" in notice.message
    assert counted(counter, made, 244).received_state == "acknowledged"
    with pytest.raises(Refused, match=r"supply\.counted"):
        counted(counter, made, 240)


@pytest.mark.full
def test_another_file_is_disputed_whatever_its_count(counter: Any) -> None:
    made = counter.supply(counter.granted())

    assert counted(counter, made, 244, sha256="0" * 64).received_state == "disputed"


def test_a_supply_ends_with_its_grant_and_its_proof_is_due(counter: Any) -> None:
    held = counter.granted()
    made = counter.supply(held)
    b = counter.bureau

    b.revoke(held)

    (duty,) = owed(counter)
    assert (duty.subject, duty.owner_code, duty.rule) == (
        f"supply:{made.id}",
        held.grantee,
        "supply_deletion",
    )
    gone = ending.sweep(b.engine, b.home, b.keys.signer, b.clock())
    assert gone == (made.id,)
    assert not counter.path(made).exists()
    with reading(b.engine) as connection:
        ended = by_id(connection, made.id)
    states = jws.verify(ended.deletion, b.keys.signer.public_raw, DELETION_TYPE)
    assert (states["supply"], states["file"], states["reason"]) == (made.id, made.sha256, "revoked")

    b.clock.later(days=40)
    assert [duty.overdue for duty in owed(counter)] == [True]
    stated = proved(counter, made)
    assert owed(counter) == []
    proof = jws.verify(stated.proof, b.keys.signer.public_raw, STATEMENT_TYPE)
    assert (proof["person"], proof["late"]) == ("周敏", True)


def test_terms_that_bound_how_long_it_is_kept_end_the_supply(counter: Any) -> None:
    held = counter.granted(retention={"days": 30, "proof_days": 5})
    made = counter.supply(held)
    b = counter.bureau
    assert made.keep_until == local_date(b.clock()) + timedelta(days=30)

    b.clock.later(days=31)
    ending.sweep(b.engine, b.home, b.keys.signer, b.clock())

    with reading(b.engine) as connection:
        ended = by_id(connection, made.id)
    assert (ended.state, ended.end_reason) == ("deleted", "retention")
    assert ended.proof_due_on == local_date(b.clock()) + timedelta(days=5)


@pytest.mark.parametrize("days", [-1, 1])
def test_a_day_of_deletion_lies_between_the_supply_and_today(counter: Any, days: int) -> None:
    made = counter.supply(counter.granted())

    with pytest.raises(Refused, match=r"supply\.deleted_on"):
        proved(counter, made, days=days)


@pytest.mark.full
def test_a_deletion_is_stated_once(counter: Any) -> None:
    made = counter.supply(counter.granted())
    proved(counter, made)

    with pytest.raises(Refused, match=r"supply\.proved"):
        proved(counter, made)


def test_a_permitted_supply_is_due_within_twenty_working_days_until_it_is_there(counter: Any) -> None:
    held = counter.granted()
    before = owed(counter)
    assert [(duty.subject, duty.rule) for duty in before] == [(f"grant:{held.id}", "supply")]
    assert before[0].due_on is not None
    assert before[0].due_on - local_date(counter.bureau.clock()) > timedelta(days=20)

    counter.supply(held)

    assert owed(counter) == []


@pytest.mark.full
def test_a_grant_for_figures_owes_no_supply(counter: Any) -> None:
    counter.granted(method="query", analyses=("aggregate",))

    assert owed(counter) == []


def test_a_killed_sweep_is_finished_by_the_next_with_one_receipt(counter: Any, monkeypatch: Any) -> None:
    held = counter.granted()
    made, b = counter.supply(held), counter.bureau
    b.revoke(held)

    def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(erasing.jws, "sign", dies)
        with pytest.raises(KeyboardInterrupt):
            ending.sweep(b.engine, b.home, b.keys.signer, b.clock())
    assert not counter.path(made).exists()
    assert ending.sweep(b.engine, b.home, b.keys.signer, b.clock()) == (made.id,)
    assert ending.sweep(b.engine, b.home, b.keys.signer, b.clock()) == ()
    said = counter.rows(select(evidence_entries).where(evidence_entries.c.event == "space:supply:delete"))
    assert len(said) == 1


@pytest.mark.full
def test_files_nobody_speaks_of_are_removed(counter: Any) -> None:
    held = counter.granted()
    counter.supply(held)
    b = counter.bureau
    stray = b.home.root / "supplies" / held.id / "sup_dead.csv.part"
    stray.write_text("x")

    ending.sweep(b.engine, b.home, b.keys.signer, b.clock())

    assert not stray.exists()


def test_the_books_agree_after_supplies_and_downloads(counter: Any) -> None:
    from space.money.reconcile import reconcile

    b = counter.bureau
    held = counter.granted()
    made = counter.supply(held)
    counter.supply(held, "xlsx")
    transfer = Transfer(b.engine, b.clock, made, kept_of(b.home), Span(0, made.size_bytes - 1), None)
    transfer.begin()
    next(transfer.chunks())
    transfer.end()
    b.revoke(held)

    found = reconcile(b.engine, b.keys.signer)

    assert found.ok, found.differences
    assert b.row(held).calls_used == 2


def test_a_delivery_receipt_is_verified_like_any_other(counter: Any, tmp_path: Any) -> None:
    from space.cli.operation.verifying import check

    made = counter.supply(counter.granted())

    told = check(made.receipt_id, None)

    assert told["ok"], told
    assert told["states"]["supply"] == made.id
    file = tmp_path / "forged.jws"
    for other in (forged(made.receipt), written_otherwise(made.receipt)):
        file.write_text(other)
        assert not check(str(file), None)["ok"]


@pytest.mark.full
def test_what_the_receiver_states_is_verified_like_a_receipt(counter: Any, tmp_path: Any) -> None:
    from space.cli.operation.verifying import check

    made = counted(counter, counter.supply(counter.granted()), 244)
    file = tmp_path / "stated.jws"
    file.write_text(made.received)

    assert check(str(file), None)["ok"]
