"""Procedures 办事程序 as tables: who may do what to something in which state, and where that leads.

Decides whether a step is lawful and which steps are open instead. A procedure is one CSV file under
``rules/procedures/``: ``state,event,office,next,source``, one row a lawful step; whatever has no row is
refused. What a step writes is the ledger's matter.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from policies.decision import Decision, Deny, Permit, Reason
from policies.rulebook import RULES, RuleError

# Reason code of a step the table does not have.
STEP: Final = "procedure.step"
_COLUMNS: Final = ("state", "event", "office", "next", "source")


class Office(StrEnum):
    """In which office a person acts. One person may hold several; a step is taken in one."""

    STEWARD = "steward"  # 数据管理员 of the department
    HEAD = "head"  # 部门负责人
    SECURITY = "security"  # 安全保密员
    AUTHORITY = "authority"  # 数据主管部门
    REGISTRAR = "registrar"  # 登记机构
    OPERATOR = "operator"  # 运营机构
    PARTY = "party"  # 利害关系人: whoever is concerned and is none of the others
    CLOCK = "clock"  # nobody: a term ran out


@dataclass(frozen=True, slots=True)
class Step:
    """One lawful step.

    Attributes:
        state: in which it may be taken.
        event: what is done.
        office: by whom; an :class:`Office`, or of the offices the procedure has of its own.
        next: the state it leads to.
        source: the clause it rests on.
    """

    state: str
    event: str
    office: StrEnum
    next: str
    source: str


class IllegalStep(ValueError):
    """A step no row of the table allows.

    Attributes:
        denial: why, and the allowed next steps.
        subject: what the step was about; empty where it is not said.
    """

    user_facing = True

    def __init__(self, denial: Deny, subject: str = "") -> None:
        self.denial = denial
        self.subject = subject
        (reason,) = denial.reasons
        about = f"{subject}: " if subject else ""
        super().__init__(f"{about}{reason.message} — {reason.allowed}")


@dataclass(frozen=True, slots=True)
class Machine:
    """A procedure.

    Attributes:
        name: e.g. ``cataloguing``.
        steps: every lawful step, in the order of the table; the first starts the procedure.
    """

    name: str
    steps: tuple[Step, ...]

    @property
    def start(self) -> str:
        """The state before the first step."""
        return self.steps[0].state

    @property
    def states(self) -> tuple[str, ...]:
        """Every state, in the order in which the table names it."""
        return tuple(dict.fromkeys(s for step in self.steps for s in (step.state, step.next)))

    @property
    def events(self) -> tuple[str, ...]:
        """Every event."""
        return tuple(dict.fromkeys(step.event for step in self.steps))

    def open_steps(self, state: str) -> tuple[Step, ...]:
        """The lawful steps from a state."""
        return tuple(step for step in self.steps if step.state == state)

    def check(self, state: str, event: str, office: StrEnum) -> Decision:
        """Whether a step is lawful; if not, what is open instead."""
        if any((s.event, s.office) == (event, office) for s in self.open_steps(state)):
            return Permit()
        return Deny(
            (
                Reason(
                    STEP,
                    f"{self.name}: {event} by the {office.value} is not open in the state {state}",
                    where=state,
                    allowed=self._open_words(state),
                ),
            )
        )

    def after(self, state: str, event: str, office: StrEnum, subject: str = "") -> str:
        """The state a step leads to.

        Args:
            state: in which it is taken.
            event: what is done.
            office: by whom.
            subject: what it is about, for the words of a refusal.

        Raises:
            IllegalStep: no row of the table allows it.
        """
        decision = self.check(state, event, office)
        if isinstance(decision, Deny):
            raise IllegalStep(decision, subject)
        (found,) = (s.next for s in self.open_steps(state) if (s.event, s.office) == (event, office))
        return found

    def _open_words(self, state: str) -> str:
        steps = [f"{s.event} (by the {s.office.value})" for s in self.open_steps(state)]
        return f"open now: {', '.join(steps)}" if steps else "it is at its end, no step is open"


@cache
def machine(name: str, offices: type[StrEnum] = Office) -> Machine:
    """The procedure called ``name``.

    Args:
        name: of its table.
        offices: who may act in it, where it is not the offices of the ledger.

    Raises:
        RuleError: its table is missing or has a faulty row.
    """
    path = RULES / "procedures" / f"{name}.csv"
    where = f"policies/rules/procedures/{name}.csv"
    if not path.is_file():
        raise RuleError(f"{where}: there is no such procedure")
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    steps = tuple(_step(where, line, row, offices) for line, row in enumerate(rows, 2))
    if not steps:
        raise RuleError(f"{where}: it has no step")
    taken = [(s.state, s.event, s.office) for s in steps]
    twice = next((t for t in taken if taken.count(t) > 1), None)
    if twice:
        raise RuleError(f"{where}: {twice[1]} by the {twice[2]} in {twice[0]} is there twice")
    return Machine(name, steps)


def _step(where: str, line: int, row: dict[str, str], offices: type[StrEnum]) -> Step:
    missing = [column for column in _COLUMNS if not (row.get(column) or "").strip()]
    if missing:
        raise RuleError(f"{where}, line {line}: {', '.join(missing)} is missing")
    if row["office"] not in set(offices):
        raise RuleError(f"{where}, line {line}: {row['office']} is no office")
    return Step(row["state"], row["event"], offices(row["office"]), row["next"], row["source"])
