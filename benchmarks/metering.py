"""What metering adds to a call, and how long counting everything anew takes.

The overhead is the difference of the same call with and without its metering writes, in turns in one run: the
usage row, its entry in evidence, the month's counter, price and charge, the receipt's row. Reconciliation
is over 1,000 grants with 100 answered calls each, every entry hashed and every signature checked.
"""

from __future__ import annotations

import hashlib
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, func, insert, select, update

from benchmarks.measure import Figure, milliseconds
from catalog.evidence.append import record_all
from catalog.home import Home
from catalog.keys import Signer, load
from catalog.store import create_store, reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.grants import grants, requests
from catalog.store.tables.identity import organisations
from catalog.store.tables.money import metered_months
from catalog.store.tables.queries import receipts, reservations, usages
from contracts.canonical import canonical, digest
from policies import odrl
from policies.tariff import tariff
from policies.terms import DatasetTerm, Disclosure, Mode, Terms
from space import store
from space.calls import budget, jws, pricing
from space.calls import receipts as receipt_room
from space.calls.pricing import Measure
from space.calls.watching import Held, over
from space.granting.grants import Grant, by_id
from space.money.reconcile import reconcile
from space.query import handout

NOW: Final = datetime(2026, 9, 24, 4, 0, tzinfo=UTC)
OPERATOR: Final = "91990100MA0000001X"
GRANTS: Final = 1_000
CALLS: Final = 100
# Calls measured each way.
_TIMES: Final = 400


@dataclass(frozen=True, slots=True)
class _Asked:
    grant: Grant
    query: str
    measure: Measure = field(default_factory=lambda: Measure("query", 1, "<10^6", 12))
    mechanism: Mapping[str, Any] = field(default_factory=lambda: {"mode": "plain"})
    files: Mapping[str, Any] = field(default_factory=dict)


def run() -> Iterator[Figure]:
    """The overhead of a call, then the reconciliation, each in an installation of its own."""
    with _installation() as (engine, signer):
        with writing(engine) as connection:
            held = _grant(connection, "grt_measured")
        yield from _overhead(engine, signer, held)
    with _installation() as (engine, signer):
        for number in range(GRANTS):
            with writing(engine) as connection:
                _called(connection, signer, _grant(connection, f"grt_{number:04d}"))
        yield from _reconciliation(engine, signer)


@contextmanager
def _installation() -> Iterator[tuple[Engine, Signer]]:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "var")
        home.create()
        engine, signer = create_store(home), load(home).signer
        with writing(engine) as connection:
            made = {"code": OPERATOR, "name": "Operator", "kind": "operator", "registered_at": NOW}
            connection.execute(insert(organisations).values(made))
        try:
            yield engine, signer
        finally:
            engine.dispose()


def _overhead(engine: Engine, signer: Signer, held: Grant) -> Iterator[Figure]:
    """With and without in turns, so that a slow moment meets both; by the wall and by the processor."""
    taken: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    for number in range(_TIMES + 20):
        for metered in (True, False):
            one = _call(engine, signer, held, f"{metered} {number}", metered=metered)
            if number >= 20:
                taken[metered].append(one)
    for place, clock in enumerate(("wall", "processor")):
        ours, base = (statistics.median(one[place] for one in taken[metered]) for metered in (True, False))
        yield Figure(
            f"metering: added to an answered call, its receipt's row included, {clock} time",
            ours - base,
            base,
            "ms",
            "≤ 1 ms",
            "the same call reserved, settled and its receipt signed, nothing metered",
        )


def _call(engine: Engine, signer: Signer, held: Grant, text: str, *, metered: bool) -> tuple[float, float]:
    """Milliseconds of one call's work in the store, from reservation to answer: wall and processor."""
    asked = _Asked(held, held.salted(text))
    key = budget.AnswerKey(held.id, held.terms_digest, asked.query, ("rel_1",), "plain")
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    began, spent = time.perf_counter(), time.process_time()
    with writing(engine) as connection:
        paid = budget.reserve(connection, key, nrho=0, now=NOW)
    assert isinstance(paid, budget.Reserved)
    with writing(engine) as connection:
        if metered:
            handout.settle(connection, signer, handout.Call(OPERATOR, asked, paid.id, NOW), sha256)
        else:
            over(connection, Held.of(held.id, OPERATOR, ()), NOW.date())
            store.settle(
                connection,
                paid.id,
                day=NOW.date(),
                now=NOW,
                answer_sha256=sha256,
                mechanism={"mode": "plain"},
            )
            store.reservation(connection, paid.id)
            jws.sign(
                signer, _receipt(held, asked.query, sha256, "0" * 64, {}).states(), receipt_room.RECEIPT_TYPE
            )
    return (time.perf_counter() - began) * 1000, (time.process_time() - spent) * 1000


def _receipt(held: Grant, query: str, sha256: str, leaf: str, use: Mapping[str, Any]) -> receipt_room.Receipt:
    return receipt_room.Receipt(
        id=receipt_room.fresh_id(),
        grant=held.id,
        terms=held.terms_digest,
        holder=OPERATOR,
        query=query,
        canonical=query,
        releases=("rel_1",),
        mode="plain",
        mechanism={"mode": "plain"},
        nrho=0,
        price_fen=held.terms.price_fen_per_call,
        time=receipt_room.time_bucket(NOW),
        answer=sha256,
        evidence=leaf,
        use=use,
    )


def _grant(connection: Connection, grant_id: str) -> Grant:
    """A charged grant in force."""
    request = {
        "id": f"req_{grant_id}", "kind": "operation", "applicant": OPERATOR, "purpose": "industry.research",
        "statement": {}, "share_type": "conditional", "state": "permitted", "missing": [], "received_at": NOW,
        "due_provisional": False, "due_rule": "answer_conditional",
    }  # fmt: skip
    connection.execute(insert(requests).values(request))
    terms = Terms(
        purpose="industry.research",
        datasets=(DatasetTerm("market.firms", ("industry",)),),
        mode=Mode.PLAIN,
        disclosure=Disclosure(k=10, dominance_share=0.5, p_percent=10, rounding_base=5),
        valid_from=date(2026, 1, 1),
        valid_to=date(2027, 12, 31),
        calls=100_000,
        price_fen_per_call=500,
    )
    agreement = odrl.write(
        odrl.Agreement(
            grant_id=grant_id, kind="operation", assigner="11990100MB0000008X", assignee=OPERATOR,
            request_id=f"req_{grant_id}", terms=terms,
        )
    )  # fmt: skip
    connection.execute(
        insert(grants).values(
            id=grant_id, kind="operation", request_id=f"req_{grant_id}", grantor="11990100MB0000008X",
            grantee=OPERATOR, purpose=terms.purpose, mode="plain", agreement=canonical(agreement).decode(),
            signature="", terms_digest=digest(agreement), salt="00", valid_from=terms.valid_from,
            valid_to=terms.valid_to, calls_limit=terms.calls, calls_used=0, nrho_limit=0, nrho_spent=0,
            price_fen_per_call=500, charged_fen=0, state="in_force", signed_by="bench", signed_at=NOW,
            evidence_id="",
        )
    )  # fmt: skip
    return by_id(connection, grant_id)


def _called(connection: Connection, signer: Signer, held: Grant) -> None:
    """A grant's calls as they stand in the store once they were answered, written together."""
    measure, day = Measure("query", 1, "<10^6", 12), NOW.date()
    kept: dict[str, list[dict[str, Any]]] = {"paid": [], "used": [], "given": []}
    bodies = []
    for place in range(1, CALLS + 1):
        paid, usage = new_id("rsv"), new_id("use")
        price = pricing.count(
            tariff(day),
            {"query": pricing.Given(place - 1, place - 1)},
            held.terms,
            measure,
            fresh=True,
            day=day,
        )
        units = {
            "purpose": held.terms.purpose, "purpose_class": "industry", "product": "query",
            "size_class": "<10^6", "cells": 12, "month": price.month,
            "month_place": price.place, "month_before": price.before,
        }  # fmt: skip
        taken = {"outcome": "answered", "reason": None, "calls": 1, "nrho": 0, "price_fen": price.charge.fen}
        query = held.salted(str(place))
        said = {"usage": usage, "organisation": OPERATOR, "reservation": paid, "query": query}
        bodies.append(("space:query:answer", held.id, taken | units | said))
        key = {"answer_key": digest(query), "canonical_digest": query, "releases": ["rel_1"], "mode": "plain"}
        kept["paid"].append(
            {"id": paid, "grant_id": held.id, **key, "nrho": 0, "state": "answered", "reserved_at": NOW,
             "deadline_at": NOW, "settled_at": NOW}
        )  # fmt: skip
        kept["used"].append(
            {"id": usage, "grant_id": held.id, "organisation": OPERATOR, "reservation_id": paid, "at": NOW,
             **taken, **units}
        )  # fmt: skip
        stated = pricing.stated(measure, price, held.terms, "answered", usage, day)
        kept["given"].append({"use": stated, "query": query})
    entries = record_all(connection, bodies, now=NOW)
    e = evidence_entries.c
    leaves = {
        row.id: row.leaf_hash
        for row in connection.execute(select(e.id, e.leaf_hash).where(e.id.in_(entries)))
    }
    signed = []
    for used, given, entry in zip(kept["used"], kept["given"], entries, strict=True):
        used["evidence_id"] = entry
        receipt = _receipt(held, given["query"], "0" * 64, leaves[entry], given["use"])
        text = jws.sign(signer, receipt.states(), receipt_room.RECEIPT_TYPE)
        signed.append(
            {"id": receipt.id, "usage_id": used["id"], "grant_id": held.id, "organisation": OPERATOR,
             "jws": text, "issued_at": NOW}
        )  # fmt: skip
    for table, rows in ((reservations, kept["paid"]), (usages, kept["used"]), (receipts, signed)):
        connection.execute(insert(table), rows)
    month = {"grant_id": held.id, "month": "2026-09", "product": "query", "answers": CALLS, "calls": CALLS}
    connection.execute(insert(metered_months).values(**month, price_fen=500 * CALLS))
    connection.execute(
        update(grants).where(grants.c.id == held.id).values(calls_used=CALLS, charged_fen=500 * CALLS)
    )


def _reconciliation(engine: Engine, signer: Signer) -> Iterator[Figure]:
    """Once, by the wall and by the processor: it is long enough to need no repetition."""

    def sums() -> None:
        u = usages.c
        with reading(engine) as connection:
            query = select(u.grant_id, func.sum(u.calls), func.sum(u.nrho), func.sum(u.price_fen))
            connection.execute(query.group_by(u.grant_id)).all()
            connection.execute(select(grants.c.id, grants.c.calls_used, grants.c.charged_fen)).all()

    base = milliseconds(sums, 3)
    began, spent = time.perf_counter(), time.process_time()
    found = reconcile(engine, signer)
    taken = {"wall": time.perf_counter() - began, "processor": time.process_time() - spent}
    assert found.ok
    assert found.sums.rows == GRANTS * CALLS
    for clock, seconds in taken.items():
        yield Figure(
            f"metering: reconcile {GRANTS:,} grants × {CALLS} calls from entries and receipts, {clock} time",
            seconds * 1000,
            base,
            "ms",
            "seconds",
            "adding up the usage rows alone",
        )
