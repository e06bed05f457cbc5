"""What persons decided, and what ancestors hand down, as one build needs it.

Decides nothing: it reads decisions, reviews and standings of ancestors from the store, raises a review
where a dataset merges personal sources for the first time, and records decisions that have run out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, Engine

from catalog.authority.permits import BUILD, may_read
from catalog.classify.decided import UNDECIDED, Decided, decided, fingerprinted, record_run_out, versions
from catalog.classify.finding import Finding
from catalog.classify.reviews import may_merge, raise_review, review_of
from catalog.clocks.place import place_on
from catalog.lineage.columns import edges_around
from catalog.lineage.inheritance import Level, Standings, findings_of
from catalog.store import reading, writing
from contracts.model import Contract
from policies.decision import Decision, Deny, Permit


@dataclass(frozen=True, slots=True)
class Judged:
    """What a build goes by.

    Attributes:
        decided: decisions in force on the dataset.
        behind: field → what it inherits; empty of a dataset that is not composed.
        merge: whether what it merges may be merged, and its items are read from who answers for them.
    """

    decided: Decided = UNDECIDED
    behind: Mapping[str, Level] = field(default_factory=dict)
    merge: Decision = field(default_factory=Permit)


UNJUDGED: Final = Judged()


class Judgement:
    """Reads what a wave goes by.

    Args:
        engine: the store.
        contracts: dataset name → contract, of every dataset.
        on: day on which decisions hold and rules apply.
        clock: gives the instant of what is recorded.
    """

    def __init__(
        self, engine: Engine, contracts: Mapping[str, Contract], *, on: date, clock: Callable[[], datetime]
    ) -> None:
        self._engine, self._contracts, self._on, self._clock = engine, contracts, on, clock
        with reading(engine) as connection:
            # One version for the whole wave: what is fingerprinted is what is judged by.
            self._versions, self._place = versions(connection, on), place_on(connection, on)

    def fingerprinted(self, name: str, inputs: str) -> str:
        """The fingerprint of a dataset's inputs with what was decided on it."""
        return fingerprinted(inputs, self._versions.get(name, ""))

    def of(self, contract: Contract) -> Judged:
        """What the build of one dataset goes by."""
        if contract.name not in self._versions and contract.composed is None:
            return Judged()
        with reading(self._engine) as connection:
            made = decided(connection, contract, self._on)
            standings = Standings.of_store(connection, self._contracts, self._on)
            behind = standings.inherited(contract, made) if contract.composed is not None else {}
            merged = standings.merged(contract)
            review = review_of(connection, contract.name, merged) if merged else None
            reads = self._may_read(connection, contract)
        if made.over or (merged and review is None):
            now = self._clock()
            with writing(self._engine) as connection:
                record_run_out(connection, contract, made, now, self._on)
                if merged:
                    grade = max(level.grade for level in behind.values())
                    review = raise_review(connection, contract.name, merged, grade, now)
        return Judged(made, behind, _joined(may_merge(review, self._on, self._place), reads))

    def _may_read(self, connection: Connection, contract: Contract) -> Decision:
        if contract.composed is None:
            return Permit()
        into, _ = edges_around(connection, contract.name)
        return may_read(connection, contract.name, into, self._on, step=BUILD, place=self._place)

    def of_former_rows(self, contract: Contract) -> tuple[Finding, ...]:
        """What was found in the rows of a dataset's newest release, to which a delivery adds."""
        with reading(self._engine) as connection:
            return findings_of(connection, contract, released=True)


def _joined(*decisions: Decision) -> Decision:
    """All of several decisions: permitted where each one is, else every reason against it."""
    reasons = tuple(reason for each in decisions if isinstance(each, Deny) for reason in each.reasons)
    return Deny(reasons) if reasons else Permit()
