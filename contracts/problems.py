"""What is wrong in a contract file, one line each.

Decides how a problem reads; finding them is the readers' work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from contracts.model import ContractError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a contract file; as text it is one line."""

    file: str
    line: int
    field: str
    what: str
    remedy: str = ""

    @property
    def place(self) -> str:
        """``file:line``, or the file alone where no line is known."""
        return f"{self.file}:{self.line}" if self.line else self.file

    def __str__(self) -> str:
        head = ": ".join(part for part in (self.place, self.field, self.what) if part)
        return f"{head} — {self.remedy}" if self.remedy else head


class OdcsError(ContractError):
    """A contract document that cannot be read.

    Attributes:
        problems: all of them, in the order of the file; never empty.
        file, line, field, what, remedy: of the first. ``line`` is 0 where none is known.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        self.problems = tuple(problems)
        self.file, self.line, self.field = first.file, first.line, first.field
        super().__init__(first.what, where=first.field, remedy=first.remedy)

    def __str__(self) -> str:
        more = len(self.problems) - 1
        return f"{self.problems[0]}" + (f" (and {more} more)" if more else "")


@dataclass(slots=True)
class Log:
    """Problems found so far in one file, and what is merely missing in it where somebody asks."""

    file: str
    asks: bool = False
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def add(self, line: int, where: str, what: str, remedy: str = "") -> None:
        """Note a problem."""
        self.problems.append(Problem(self.file, line, where, what, remedy))

    def warn(self, line: int, where: str, what: str, remedy: str) -> None:
        """Note something that keeps the contract from nothing."""
        self.warnings.append(Problem(self.file, line or 1, where, what, remedy))

    def raise_if_any(self) -> None:
        """Raise what was noted, in the order of the file.

        Raises:
            OdcsError: something was.
        """
        if self.problems:
            raise OdcsError(sorted(dict.fromkeys(self.problems), key=lambda p: p.line))
