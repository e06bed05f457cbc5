"""Errors of cataloguing: one class per cause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from catalog.cataloging.admission import SECRECY
from catalog.errors import CatalogError
from policies.decision import Deny

# How many refused entries a message names.
_NAMED: Final = 5


class Refused(CatalogError):
    """An entry the ledger does not take, or an act on it that is not allowed.

    Attributes:
        name: of the dataset; empty where a secret keeps even that out.
        denial: every reason.
    """

    def __init__(self, name: str, denial: Deny) -> None:
        self.name, self.denial = name, denial
        why = "; ".join(f"{r.message} — {r.allowed}" if r.allowed else r.message for r in denial.reasons)
        super().__init__(f"{name or 'the entry'} is not catalogued: {why}")


class ActRefused(Refused):
    """An act on an entry that is not allowed; the entry is as it was."""

    def __init__(self, name: str, denial: Deny) -> None:
        super().__init__(name, denial)
        why = "; ".join(f"{r.message} — {r.allowed}" if r.allowed else r.message for r in denial.reasons)
        self.args = (f"{name}: {why}",)


class ManyRefused(CatalogError):
    """Some of many entries the ledger does not take: none of them is entered.

    Attributes:
        refusals: one an entry.
    """

    def __init__(self, refusals: Sequence[Refused]) -> None:
        self.refusals = tuple(refusals)
        some = "; ".join(str(each) for each in self.refusals[:_NAMED])
        rest = len(self.refusals) - _NAMED
        super().__init__(
            f"{len(self.refusals)} entries are refused and none is entered: {some}"
            + (f"; and {rest} more" if rest > 0 else "")
        )


def secret(denial: Deny) -> bool:
    """Whether a secret is among the reasons, so that not even the name is kept."""
    return any(reason.code == SECRECY for reason in denial.reasons)
