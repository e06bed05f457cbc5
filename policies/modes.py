"""Which protection an answer needs 安全模式: the strictest dated rule over caller and unit kinds.

Decides the mode terms must have at least, and how strict one mode is against another. Which unit
kinds stand behind a dataset is found elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from policies.access import Caller
from policies.decision import Decision, Deny, Permit, Reason
from policies.rulebook import DatedRule, rule, rules
from policies.terms import Mode

# From the least to the most protective.
STRICTNESS: Final = (Mode.PLAIN, Mode.THRESHOLD, Mode.DP)


@dataclass(frozen=True, slots=True)
class Required:
    """The mode that is needed, and the rules that ask for it.

    Attributes:
        mode: the strictest over every kind.
        sources: texts behind it, in the order of the kinds.
    """

    mode: Mode
    sources: tuple[str, ...]


def required(
    caller: Caller, kinds: Collection[str], on: date, *, grade: int | None = None, own_tables: bool = False
) -> Required:
    """The strictest mode over every unit kind behind the data, its grade, and whose tables it reads.

    Args:
        caller: inside the administration or outside it.
        kinds: unit kinds the data names, directly or through its ancestors; empty = unit-free.
        on: day whose rules apply.
        grade: highest level of the data, 1–4; None where nothing is known of it.
        own_tables: whether a table the caller brought is read beside it.

    >>> required(Caller.OUTSIDE, {"enterprise", "person"}, date(2026, 9, 24)).mode
    <Mode.DP: 'dp'>
    """
    rows = [_row(caller, kind, on) for kind in sorted(kinds) or ["none"]]
    rows += _further(caller, on, grade, own_tables=own_tables)
    mode = max((Mode(row.value) for row in rows), key=STRICTNESS.index)
    sources = dict.fromkeys(row.source for row in rows if Mode(row.value) is mode)
    return Required(mode, tuple(sources))


def at_least(stated: Mode, needed: Required) -> Decision:
    """Whether the mode terms state protects as much as the rules ask."""
    if STRICTNESS.index(stated) >= STRICTNESS.index(needed.mode):
        return Permit()
    return Deny(
        (
            Reason(
                "grant.mode.too_weak",
                f"the rules ask for mode {needed.mode.value} ({'; '.join(needed.sources)})",
                where="mode",
                allowed=f"state mode {needed.mode.value}, or leave the mode out",
            ),
        )
    )


def _further(caller: Caller, on: date, grade: int | None, *, own_tables: bool) -> list[DatedRule]:
    """Rules for this grade, where there is one, and for tables of the caller's own."""
    named = {row.name: row for row in rules("modes", on)}
    wanted = [f"{caller.value}/grade-{grade}"] if grade is not None else []
    if own_tables:
        wanted.append(f"{caller.value}/own_table")
    return [named[name] for name in wanted if name in named]


def _row(caller: Caller, kind: str, on: date) -> DatedRule:
    named = {row.name: row for row in rules("modes", on)}
    if kind != "none" and f"{caller.value}/{kind}" not in named:
        return rule("modes", f"{caller.value}/any", on)
    return rule("modes", f"{caller.value}/{kind}", on)
