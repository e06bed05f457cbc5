"""The books of an installation, read row by row: whether budgets, calls, money, answers and receipts agree.

Nothing here uses the rooms it judges but to read a signature: sums are made anew from every row there is.
What the installation finds when it reconciles by itself must come to the same.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, select

from catalog.store import reading
from catalog.store.tables.audits import audited_blocks
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.grants import allowances, grants, privacy_years
from catalog.store.tables.queries import idempotency_keys, receipts, reservations, usages
from catalog.store.tables.verifications import verification_sent
from catalog.store.tables.workspaces import workspace_tables
from policies.tariff import charge_fen
from space.calls import jws
from space.calls import receipts as receipt_room
from space.granting.erasing import DELETION_TYPE
from space.money.reconcile import reconcile
from space.workspace.ending import FOLDER, file_of
from tests.space.bureau import Bureau


@dataclass(frozen=True)
class Books:
    """Every row of the rooms that must agree."""

    grants: list[Any]
    reservations: list[Any]
    usages: list[Any]
    receipts: list[Any]
    evidence: dict[str, Any]

    def states(self) -> dict[str, int]:
        """How many paid calls are in which state."""
        return dict(Counter(row.state for row in self.reservations))

    def outcomes(self) -> dict[str, int]:
        """How many calls ended how."""
        return dict(Counter(row.outcome for row in self.usages))


def read(bureau: Bureau) -> Books:
    """Every row, in one snapshot."""
    with reading(bureau.engine) as connection:

        def rows(table: Table) -> list[Any]:
            return list(connection.execute(select(table)).all())

        evidence = {row.id: row for row in rows(evidence_entries)}
        return Books(rows(grants), rows(reservations), rows(usages), rows(receipts), evidence)


def in_order(bureau: Bureau) -> Books:
    """The books, found to agree with one another and with the files; what may be open still is open."""
    books = read(bureau)
    for grant in books.grants:
        _counters_add_up(grant, books)
    _every_paid_call_ended_once(bureau, books)
    _every_answer_has_its_receipt(bureau, books)
    _every_act_is_evidence(books)
    _years_hold_what_grants_took(bureau)
    _rest_points_to_what_is_there(bureau, books)
    assert reconcile(bureau.engine, bureau.keys.signer).differences == []
    return books


def closed(bureau: Bureau) -> Books:
    """The same of books in which nothing is open any more, and no file lies that nobody was given."""
    books = in_order(bureau)
    assert "reserved" not in books.states()
    kept = {path.name for path in (bureau.home.root / "answers").glob("*")}
    assert kept == {f"{row.id}.arrow" for row in books.reservations if row.state == "answered"}
    with reading(bureau.engine) as connection:
        keys = connection.execute(select(idempotency_keys)).all()
    answered = {row.id for row in books.usages if row.outcome in ("answered", "cached")}
    assert all(row.usage_id in answered or row.subject for row in keys), "a key stands for no answer"
    return books


def workspaces_in_order(bureau: Bureau) -> dict[str, int]:
    """States of uploaded tables; a file where its row says so and nowhere else, a proof of every deletion."""
    with reading(bureau.engine) as connection:
        rows = connection.execute(select(workspace_tables)).all()
    lying = {path for path in (bureau.home.root / FOLDER).rglob("*") if path.is_file()}
    for row in rows:
        path = bureau.home.root / file_of(row.grant_id, row.id)
        mine = {path, path.with_suffix(".part")}
        if row.state == "ready":
            assert hashlib.sha256(path.read_bytes()).hexdigest() == row.sha256
        if row.state == "deleted":
            assert not (mine & lying), "deleted, and still there"
            stated = jws.verify(row.deletion, bureau.keys.signer.public_raw, DELETION_TYPE)
            assert (stated["table"], stated["file"]) == (row.id, row.sha256 or "")
        lying -= mine
    assert not lying, "a file no row speaks of"
    ready = Counter((row.grant_id, row.name) for row in rows if row.state == "ready")
    assert all(times == 1 for times in ready.values()), "two tables of one name answer"
    return dict(Counter(row.state for row in rows))


def _counters_add_up(grant: Any, books: Books) -> None:
    """What a grant has spent is what its calls took, whether they are read as reserved or as metered."""
    reserved = [row for row in books.reservations if row.grant_id == grant.id]
    used = [row for row in books.usages if row.grant_id == grant.id]
    open_ = [row for row in reserved if row.state == "reserved"]
    repeated = sum(row.calls for row in used if row.outcome == "cached")

    assert grant.nrho_spent == _sum(reserved, "nrho")
    assert grant.nrho_spent == _sum(used, "nrho") + _sum(open_, "nrho")
    assert grant.calls_used == sum(row.calls or 1 for row in reserved) + repeated
    assert grant.calls_used == _sum(used, "calls") + sum(row.calls or 1 for row in open_)
    assert grant.charged_fen == _sum(used, "price_fen")
    assert 0 <= grant.nrho_spent <= grant.nrho_limit
    assert 0 <= grant.calls_used <= grant.calls_limit
    for row in used:
        given = row.outcome in ("answered", "cached")
        assert row.price_fen == (charge_fen(row.calls, grant.price_fen_per_call) if given else 0)


def _every_paid_call_ended_once(bureau: Bureau, books: Books) -> None:
    fresh = Counter(row.reservation_id for row in books.usages if row.outcome in ("answered", "lost"))
    ended = {row.id: row.state for row in books.reservations if row.state != "reserved"}
    assert fresh == Counter(ended.keys()), "a paid call ended twice, or never"
    for row in books.usages:
        if row.outcome in ("answered", "lost"):
            assert ended[row.reservation_id] == row.outcome
        if row.outcome == "cached":
            assert ended[row.reservation_id] == "answered"
    alive = Counter((row.grant_id, row.answer_key) for row in books.reservations if row.state != "lost")
    assert all(times == 1 for times in alive.values()), "one question was paid for twice at once"


def _every_answer_has_its_receipt(bureau: Bureau, books: Books) -> None:
    """A receipt for each answer handed out, over the stored answer, and for nothing else."""
    by_usage = {row.usage_id: row for row in books.receipts}
    assert len(by_usage) == len(books.receipts)
    given = [row for row in books.usages if row.outcome in ("answered", "cached")]
    assert set(by_usage) == {row.id for row in given}
    paid = {row.id: row for row in books.reservations}
    for usage in given:
        stated = receipt_room.verify(by_usage[usage.id].jws, bureau.keys.signer.public_raw)
        call = paid[usage.reservation_id]
        raw = (bureau.home.root / "answers" / f"{call.id}.arrow").read_bytes()
        assert hashlib.sha256(raw).hexdigest() == call.answer_sha256 == stated["answer"]
        assert (stated["grant"], stated["canonical"]) == (call.grant_id, call.canonical_digest)
        assert (stated["nrho"], stated["price_fen"]) == (usage.nrho, usage.price_fen)
        assert stated["evidence"] == books.evidence[usage.evidence_id].leaf_hash


def _every_act_is_evidence(books: Books) -> None:
    for usage in books.usages:
        said = json.loads(books.evidence[usage.evidence_id].body)
        assert (said["usage"], said["outcome"]) == (usage.id, usage.outcome)
        assert (said["nrho"], said["price_fen"]) == (usage.nrho, usage.price_fen)
    acts = Counter(row.subject for row in books.evidence.values() if row.event == "space:budget:reserve")
    assert acts == Counter(row.id for row in books.reservations)
    metered = [row for row in books.evidence.values() if row.event.split(":")[1] in ("query", "verification")]
    assert len(metered) == len(books.usages)


def _years_hold_what_grants_took(bureau: Bureau) -> None:
    with reading(bureau.engine) as connection:
        taken = connection.execute(select(allowances)).all()
        years = connection.execute(select(privacy_years)).all()
    for year in years:
        mine = [row for row in taken if (row.kind, row.year) == (year.kind, year.year)]
        assert year.nrho == _sum(mine, "nrho") - _sum(mine, "nrho_returned")
        assert year.fdelta == _sum(mine, "fdelta") - _sum(mine, "fdelta_returned")


def _rest_points_to_what_is_there(bureau: Bureau, books: Books) -> None:
    with reading(bureau.engine) as connection:
        blocks = connection.execute(select(audited_blocks.c.reservation_id)).scalars().all()
        rates = connection.execute(select(verification_sent)).all()
    assert set(blocks) <= {row.id for row in books.reservations}
    for row in (each for each in rates if "T" not in each.period):
        mine = {one.id for one in books.grants if one.grantee == row.organisation}
        verified = [one for one in books.reservations if one.grant_id in mine and one.calls]
        repeated = [one for one in books.usages if one.grant_id in mine and one.outcome == "cached"]
        assert row.records == _sum(verified, "calls") + _sum(repeated, "calls")


def _sum(rows: Iterable[Any], column: str) -> int:
    return sum(getattr(row, column) for row in rows)
