"""How a refusal reads at the desk 工作台用语: Chinese first, the English wording of the reason below it.

Decides nothing that is refused: the words are data (``refusals.yaml``), by reason code, and by class for
failures that carry none. A code without words is told by its English wording alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from contracts.yaml_document import load
from policies.decision import Reason
from policies.machine import IllegalStep
from space.errors import Refused

_FILE: Final = Path(__file__).with_name("refusals.yaml")


@dataclass(frozen=True, slots=True)
class Told:
    """One refusal as a page shows it.

    Attributes:
        chinese: in the words of the office; empty where there are none.
        english: the wording of the reason, with what would be allowed.
        code: of the reason; empty where the failure has none.
        where: what it is about.
    """

    chinese: str
    english: str
    code: str = ""
    where: str = ""


def told(error: Exception) -> tuple[Told, ...]:
    """Every reason of a failure, as a page shows it."""
    if isinstance(error, Refused):
        return tuple(reason_told(each) for each in error.decision.reasons)
    if isinstance(error, IllegalStep):
        return tuple(reason_told(each) for each in error.denial.reasons)
    names = (kind.__name__ for kind in type(error).__mro__)
    return (Told(next((words("errors")[name] for name in names if name in words("errors")), ""), str(error)),)


def reason_told(reason: Reason) -> Told:
    """One reason as a page shows it."""
    allowed = f" — {reason.allowed}" if reason.allowed else ""
    return Told(
        words("refusals").get(reason.code, ""), f"{reason.message}{allowed}", reason.code, reason.where or ""
    )


@cache
def words(of: str) -> Mapping[str, str]:
    """The words of ``refusals`` by reason code, or of ``errors`` by class."""
    document: Mapping[str, Mapping[str, str]] = load(_FILE.read_text(encoding="utf-8"))
    return document[of]
