"""A till for tests: organisations with grants, and calls answered by the real rooms without a worker.

Reserving, metering, pricing, receipts and evidence are the real ones; only the answer's bytes are made up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from catalog.home import Home
from catalog.keys import Keys, load
from catalog.store import reading, writing
from catalog.store.tables.grants import grants, requests
from catalog.store.tables.identity import organisations
from contracts.canonical import canonical, digest
from contracts.codes import uscc_check
from policies import odrl
from policies.clocks import local_date
from policies.decision import Deny
from policies.terms import DatasetTerm, Disclosure, Mode, Terms
from space.calls import budget, metering, pricing, receipts
from space.calls.budget import AnswerKey, Reserved
from space.calls.pricing import Measure
from space.granting.grants import Grant, by_id
from space.query import handout

NOON = datetime(2026, 9, 24, 4, 0, tzinfo=UTC)
FIRM, OTHER, BUREAU, BODY, ISSUER, AGENCY = (
    first + uscc_check(first)
    for first in (
        "91990100MA0000001", "91990100MA0000002", "11990100MB0000009", "11990100MB0000008",
        "11990100MB0000005", "11990100MB0000007",
    )
)  # fmt: skip
NAMES = {
    FIRM: ("数据运营公司", "operator"),
    OTHER: ("另一公司", "operator"),
    BUREAU: ("发展改革委", "department"),
}


@dataclass(frozen=True)
class Asked:
    """What a call asks, as the gateway would have prepared it."""

    grant: Grant
    query: str
    measure: Measure
    mechanism: Mapping[str, Any] = field(default_factory=lambda: {"mode": "plain"})
    files: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)


@dataclass
class Till:
    """An installation whose grants are called."""

    home: Home
    engine: Engine
    keys: Keys
    now: datetime = NOON

    @classmethod
    def opened(cls, home: Home, engine: Engine) -> Till:
        """A till with its organisations."""
        till = cls(home, engine, load(home))
        with writing(engine) as connection:
            for code, (name, kind) in NAMES.items():
                connection.execute(
                    insert(organisations).values(code=code, name=name, kind=kind, registered_at=NOON)
                )
        return till

    def grant(
        self,
        to: str = FIRM,
        purpose: str = "industry.research",
        *,
        fen: int = 500,
        calls: int = 100_000,
        grantor: str = BODY,
        name: str = "",
        dataset: str = "market.firms",
        **prices: Any,
    ) -> Grant:
        """A grant in force; prices are further terms."""
        signing = Signing(
            to, purpose, fen, calls, grantor, name or f"grt_{self._next()}", dataset, prices=prices
        )
        with writing(self.engine) as connection:
            return enter(connection, signing)

    def answer(
        self, held: Grant, question: str, *, product: Any = "query", records: int | None = None, ask: str = ""
    ) -> handout.Given | Deny:
        """One call: reserved and settled, or handed out again, or refused."""
        calls = records or 1
        mode = {"verification": "verify"}.get(product, "plain")
        asked = Asked(held, held.salted(question), Measure(product, calls, "<10^5", 12))
        key = AnswerKey(held.id, held.terms_digest, held.salted(question), ("rel_1",), mode)
        with writing(self.engine) as connection:
            paid = budget.reserve(connection, key, nrho=0, now=self.now, calls=calls)
            if isinstance(paid, Deny):
                refused = metering.Use(
                    held.grantee, "refused", held.id, paid.reasons[0].code, records=records
                )
                metering.meter(connection, refused, self.now)
                return paid
        assert not isinstance(paid, budget.Running)
        call = handout.Call(held.grantee, asked, paid.id, self.now, None, records)
        with writing(self.engine) as connection:
            if isinstance(paid, Reserved):
                sha = hashlib.sha256(question.encode()).hexdigest()
                return handout.settle(connection, self.keys.signer, call, sha)
            return handout.repeat(connection, self.keys.signer, call)

    def lost(self, held: Grant, question: str) -> None:
        """A paid call of ours that fails."""
        key = AnswerKey(held.id, held.terms_digest, held.salted(question), ("rel_1",), "plain")
        with writing(self.engine) as connection:
            paid = budget.reserve(connection, key, nrho=0, now=self.now)
            assert isinstance(paid, Reserved)
            assert budget.lose(connection, paid.id, reason="engine.no_answer", now=self.now)

    def refused(self, held: Grant | None, reason: str = "query.text") -> None:
        """A call that is refused."""
        use = metering.Use(FIRM if held is None else held.grantee, "refused", held and held.id, reason)
        with writing(self.engine) as connection:
            metering.meter(connection, use, self.now)

    def supply(self, held: Grant, delivery: str, size: int = 1000) -> None:
        """A file made and handed over, then fetched: two rows, the first with a receipt."""
        measure, query = Measure("supply", 1, "<10^5"), held.salted(delivery)
        with writing(self.engine) as connection:
            assert budget.repeat(connection, held.id, self.now) is None
            priced = pricing.price(connection, held.id, held.terms, measure, fresh=True, now=self.now)
            use = metering.Use(
                held.grantee, "answered", held.id, calls=1, price_fen=priced.charge.fen, product="supply",
                size_class="<10^5", month_place=priced.place, month_before=priced.before,
            )  # fmt: skip
            metered = metering.meter(connection, use, self.now)
            stated = pricing.stated(measure, priced, held.terms, "answered", metered.id, local_date(self.now))
            receipt = receipts.Receipt(
                id=receipts.fresh_id(), grant=held.id, terms=held.terms_digest, holder=held.grantee,
                query=query, canonical=query, releases=("rel_1",), mode="supply", mechanism={}, nrho=0,
                price_fen=use.price_fen, time=receipts.time_bucket(self.now), answer="",
                evidence=metered.leaf_hash, use=stated,
            )  # fmt: skip
            receipts.issue(connection, self.keys.signer, receipt, metered.id, self.now)
            fetched = metering.Use(held.grantee, "delivered", held.id, product="supply", bytes_supplied=size)
            metering.meter(connection, fetched, self.now)

    def later(self, **step: float) -> datetime:
        """Let time pass."""
        self.now += timedelta(**step)
        return self.now

    def row(self, held: Grant) -> Any:
        """The grant's row."""
        with reading(self.engine) as connection:
            return connection.execute(select(grants).where(grants.c.id == held.id)).one()

    _made: int = 0

    def _next(self) -> int:
        self._made += 1
        return self._made


@dataclass(frozen=True)
class Signing:
    """What a grant of the till says."""

    to: str
    purpose: str
    fen: int
    calls: int
    grantor: str
    grant_id: str
    dataset: str = "market.firms"
    prices: Mapping[str, Any] = field(default_factory=dict)


def enter(connection: Connection, signing: Signing) -> Grant:
    """Put a grant into force, its request too."""
    operator = signing.to in (FIRM, OTHER)
    kind = "operation" if operator else "sharing"
    request_id = f"req_{signing.grant_id}"
    connection.execute(
        insert(requests).values(
            id=request_id, kind=kind, applicant=signing.to, purpose=signing.purpose, statement={},
            share_type="conditional", state="permitted", missing=[], received_at=NOON, due_provisional=False,
            due_rule="answer_conditional",
        )
    )  # fmt: skip
    terms = Terms(
        purpose=signing.purpose,
        datasets=(DatasetTerm(signing.dataset, ("industry",)),),
        mode=Mode.PLAIN,
        disclosure=Disclosure(k=10, dominance_share=0.5, p_percent=10, rounding_base=5),
        valid_from=date(2026, 1, 1),
        valid_to=date(2027, 12, 31),
        calls=signing.calls,
        price_fen_per_call=signing.fen,
        **signing.prices,
    )
    agreement = odrl.write(
        odrl.Agreement(
            grant_id=signing.grant_id, kind=kind, assigner=signing.grantor, assignee=signing.to,
            request_id=request_id, terms=terms,
        )
    )  # fmt: skip
    connection.execute(
        insert(grants).values(
            id=signing.grant_id, kind=kind, request_id=request_id, grantor=signing.grantor,
            grantee=signing.to, purpose=signing.purpose, mode="plain",
            agreement=canonical(agreement).decode(),
            signature="", terms_digest=digest(agreement), salt="00", valid_from=terms.valid_from,
            valid_to=terms.valid_to, calls_limit=signing.calls, calls_used=0, nrho_limit=0, nrho_spent=0,
            price_fen_per_call=signing.fen, charged_fen=0, state="in_force", signed_by="张磊", signed_at=NOON,
            evidence_id="",
        )
    )  # fmt: skip
    return by_id(connection, signing.grant_id)
