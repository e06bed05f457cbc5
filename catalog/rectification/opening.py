"""What a build does to the cases of its dataset: opens, counts, closes and reopens them.

Decides which fault is a new case, which one is back, and how urgent each is. A fault is one case however
often it comes back. Judges no row: the outcomes of the build are what it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, insert

from catalog.clocks.place import place_on
from catalog.quality import RuleResult
from catalog.rectification.cases import (
    BUILD,
    Case,
    case_called,
    due_of,
    event,
    listing,
    reopen,
    settle,
    write,
)
from catalog.rectification.causes import CAST, DRIFT, Fault, faults, rule_called
from catalog.store.schema import new_id
from catalog.store.tables.quality import rectification_cases
from contracts.model import Action, Contract
from policies import clocks
from policies.rulebook import rule

# Grades of urgency, the least first; the deadline rule of each is ``rectification_<grade>``.
URGENCIES: Final = ("general", "important", "urgent")


@dataclass(frozen=True, slots=True)
class Seen:
    """What one build saw of a dataset.

    Attributes:
        build_id: of the attempt.
        began: when it began: what was settled later, it could not know.
        results: outcomes of the rules; empty where the build ended before they ran.
        rejected: field and reason → rows of the quarantine.
        landed: rows read.
        files: path → ``sha256`` and ``raw`` of what the dataset's rows were read from.
        whole: whether every row was looked at; False where only new ones were.
    """

    build_id: str
    began: datetime
    results: tuple[RuleResult, ...]
    rejected: Mapping[tuple[str, str], int] = field(default_factory=dict)
    landed: int = 0
    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Changed:
    """Ids of the cases a build changed."""

    opened: tuple[str, ...] = ()
    reopened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()

    def __add__(self, other: Changed) -> Changed:
        return Changed(self.opened + other.opened, self.reopened + other.reopened, self.closed + other.closed)


def open_cases(connection: Connection, contract: Contract, seen: Seen, *, now: datetime) -> Changed:
    """Bring the cases of a dataset up to what a build saw, in the caller's transaction.

    Args:
        connection: a writing transaction, best the one that records the build.
        contract: of the dataset, as it was built.
        seen: what the build found.
        now: aware instant.

    Returns:
        What was opened, reopened and closed. A build that ended before its rules ran changes nothing.
    """
    if not seen.results and not seen.rejected:
        return Changed()
    known = {(c.rule, c.field, c.cause): c for c in listing(connection, dataset=contract.name)}
    found = {(f.rule, f.field, f.cause): f for f in _found(contract, seen, known)}
    opened, reopened, closed = [], [], []
    for key, fault in found.items():
        case = known.get(key)
        if case is None:
            if fault.failing:
                opened.append(_open(connection, contract, fault, seen, now))
        elif fault.failing and case.owed:
            _count(connection, case, fault, seen, now)
        elif fault.failing:
            # A build that began before the case was settled saw the rows as they were then.
            if case.closed_at is None or case.closed_at <= seen.began:
                reopened.append(_reopen(connection, case, fault, seen, now))
        elif case.owed and seen.whole:
            # Where only new rows were looked at, that they are in order says nothing of those before.
            closed.append(settle(connection, case, remaining=0, by=BUILD, actor=BUILD, now=now).id)
    for key, case in known.items():
        if case.owed and key not in found and _is_gone(contract, case):
            _withdraw(connection, case, now)
    return Changed(tuple(opened), tuple(reopened), tuple(closed))


def urgency_of(action: Action, failing: int, evaluated: int, on: date) -> str:
    """Grade of urgency: by what the breach does, one higher where a large share fails.

    Source: ``policies/rules/rectification.yaml``.
    """
    usual: str = rule("rectification", "urgency", on).value[action.value]
    share = float(rule("rectification", "escalation_share", on).value)
    raised = bool(evaluated) and failing / evaluated >= share
    return URGENCIES[min(URGENCIES.index(usual) + raised, len(URGENCIES) - 1)]


def _found(contract: Contract, seen: Seen, known: Mapping[tuple[str, str, str], Case]) -> Iterable[Fault]:
    yield from faults(contract, seen.results, seen.rejected, landed=seen.landed)
    # What left no row in the quarantine of this build was looked for and not found.
    for rule_id, field_name, cause in known:
        is_reason = rule_id.startswith((CAST, DRIFT))
        if is_reason and (field_name, rule_id) not in seen.rejected:
            yield Fault(rule_id, field_name, cause, Action.QUARANTINE, 0, seen.landed)


def _is_gone(contract: Contract, case: Case) -> bool:
    return not case.rule.startswith((CAST, DRIFT)) and rule_called(contract, case.rule) is None


def _open(connection: Connection, contract: Contract, fault: Fault, seen: Seen, now: datetime) -> str:
    urgency = urgency_of(fault.action, fault.failing, fault.evaluated, clocks.local_date(now))
    due, words = due_of(urgency, now, place_on(connection, clocks.local_date(now)))
    case_id = new_id("cas")
    connection.execute(
        insert(rectification_cases).values(
            id=case_id, dataset=contract.name, rule=fault.rule, field=fault.field, cause=fault.cause,
            department=contract.department.name, department_code=contract.department.code, urgency=urgency,
            state="open", found=fault.failing, remaining=fault.failing, evaluated=fault.evaluated,
            first_seen_at=now, last_seen_at=now, opened_at=now, due_on=due.date,
            due_provisional=due.provisional, due_rule=words, rounds=1, build_id=seen.build_id,
            files=dict(seen.files),
        )
    )  # fmt: skip
    case = case_called(connection, case_id)
    more = {"due_on": due.date.isoformat(), "urgency": urgency, "build": seen.build_id}
    event(connection, case, "open", remaining=fault.failing, actor=BUILD, now=now, more=more)
    return case_id


def _reopen(connection: Connection, case: Case, fault: Fault, seen: Seen, now: datetime) -> str:
    write(connection, case, **_sighting(fault, seen, now), files=dict(seen.files))
    reopen(connection, case, remaining=fault.failing, actor=BUILD, now=now)
    return case.id


def _count(connection: Connection, case: Case, fault: Fault, seen: Seen, now: datetime) -> None:
    former = 0 if seen.whole or case.build_id == seen.build_id else case.remaining
    remaining = former + fault.failing
    write(connection, case, **_sighting(fault, seen, now), remaining=remaining, files=dict(seen.files))


def _sighting(fault: Fault, seen: Seen, now: datetime) -> dict[str, Any]:
    return {"evaluated": fault.evaluated, "last_seen_at": now, "build_id": seen.build_id}


def _withdraw(connection: Connection, case: Case, now: datetime) -> None:
    write(connection, case, state="withdrawn", closed_at=now, closed_by="contract")
    event(connection, case, "withdraw", remaining=case.remaining, actor=BUILD, now=now)
