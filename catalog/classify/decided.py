"""What decisions in force make of findings and grades.

Decides which findings a release no longer waits for, what a field's grade is after the decisions on it,
and which decisions have run out. A decision covers the kind it was taken on, at the grade it was taken
at or below: another kind found in the same column, or a higher grade, is not covered.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, select

from catalog.classify.decisions import FIELD, OPEN, Decision, decisions_of, lapse, run_out
from catalog.classify.finding import Finding
from catalog.classify.presumption import PRESUMED
from catalog.errors import UnknownDataset
from catalog.revisions import current
from catalog.store.tables.classification import classification_decisions as rows
from catalog.store.tables.classification import merge_reviews
from contracts.model import Contract

# Below these levels a column is not sensitive, not personal (the floors of GB/T 43697-2024 Annex H).
_SENSITIVE_FROM, _PERSONAL_FROM = 4, 2


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions on one dataset that hold on a day.

    Attributes:
        in_force: fully signed ones.
        over: those that have run out and are not yet recorded as such.
    """

    in_force: tuple[Decision, ...] = ()
    over: tuple[Decision, ...] = ()

    def on(self, field: str, kind: str) -> Decision | None:
        """The decision on a finding, or on the field as such."""
        fit = [d for d in self.in_force if (d.field, d.kind) == (field, kind) and d.act != "raise"]
        return fit[-1] if fit else None

    def covers(self, finding: Finding) -> bool:
        """Whether the release need not wait for a finding the contract does not declare."""
        made = self.on(finding.field, finding.detector)
        return made is not None and made.act in ("override", "lower") and finding.grade <= made.grade_before

    def stops(self, finding: Finding) -> bool:
        """Whether the release waits for a finding: the contract does not declare it, or it was confirmed."""
        return (finding.beyond_declared or self._confirmed(finding)) and not self.covers(finding)

    def counted(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Findings as they count: without those overridden, lowered ones at their decided grade.

        A presumption counts from the day a person confirms it.
        """
        counted = []
        for each in findings:
            if each.detector == PRESUMED and not self._confirmed(each):
                continue
            made = self.on(each.field, each.detector)
            if made is None or not self.covers(each):
                counted.append(each)
            elif made.act == "lower":
                counted.append(
                    replace(
                        each,
                        grade=made.grade,
                        personal=each.personal and made.grade >= _PERSONAL_FROM,
                        sensitive=each.sensitive and made.grade >= _SENSITIVE_FROM,
                        beyond_declared=False,
                    )
                )
        return tuple(counted)

    def _confirmed(self, finding: Finding) -> bool:
        made = self.on(finding.field, finding.detector)
        return finding.detector == PRESUMED and made is not None and made.act == "confirm"

    def raised(self, field: str) -> int:
        """The level a field was raised to; 1 where it was not."""
        return max((d.grade for d in self.in_force if d.field == field and d.act == "raise"), default=1)

    def lowered(self, field: str, grade: int) -> int:
        """What is left of a declared or inherited level after a lowering; a risen level is not lowered."""
        made = self.on(field, FIELD)
        return (
            made.grade if made is not None and made.act == "lower" and grade <= made.grade_before else grade
        )


UNDECIDED: Final = Decided()


def decided(connection: Connection, contract: Contract, on: date) -> Decided:
    """The decisions on a dataset that hold on a day."""
    in_force, over = [], []
    for made in decisions_of(connection, contract.name):
        if made.state in OPEN:
            if run_out(made, contract, on):
                over.append(made)
            elif made.state != "awaiting":
                in_force.append(made)
    return Decided(tuple(in_force), tuple(over))


def record_run_out(
    connection: Connection, contract: Contract, standing: Decided, now: datetime, on: date
) -> None:
    """Write down which decisions have run out, in the caller's transaction."""
    for made in standing.over:
        lapse(connection, made, now, run_out(made, contract, on))


def versions(connection: Connection, on: date) -> Mapping[str, str]:
    """Dataset → what changes when a decision or review of it takes or loses force.

    A build whose inputs are as they were is judged again when this is not. Datasets nobody decided
    anything on are not among them.
    """
    named = connection.execute(select(rows.c.dataset).where(rows.c.state.in_(OPEN)).distinct()).scalars()
    held: dict[str, list[list[str]]] = {}
    for name in sorted(named):
        try:
            contract = current(connection, name).contract
        except UnknownDataset:
            continue
        in_force = decided(connection, contract, on).in_force
        held[name] = [[d.id, d.state] for d in in_force if d.act != "confirm"]
    r = merge_reviews.c
    query = select(r.dataset, r.digest, r.state).where(r.state != "open").order_by(r.dataset, r.digest)
    for row in connection.execute(query):
        held.setdefault(row.dataset, []).append([row.digest, row.state])
    return {
        name: hashlib.sha256(json.dumps(each).encode()).hexdigest() if each else ""
        for name, each in held.items()
    }


def fingerprinted(inputs: str, version: str) -> str:
    """The fingerprint of a dataset's inputs with what was decided on it.

    Args:
        inputs: fingerprint of what it is made from; "" = not known before the run.
        version: see :func:`versions`; "" where nothing in force was decided.
    """
    return hashlib.sha256(f"{inputs}\n{version}".encode()).hexdigest() if inputs and version else inputs
