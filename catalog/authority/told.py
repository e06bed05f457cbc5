"""What is told of an element: who answers and answered for it, who claims it, and the conflicts over it.

Decides that a line which names an entry that is not told of is left out, whoever answers.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from catalog.authority import cases, claimed, naming
from catalog.authority.cases import Case
from catalog.authority.claimed import Claim
from catalog.authority.naming import Authority
from catalog.cataloging.standing import untold


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of an element.

    Attributes:
        terms: who answers and answered for it, the first first.
        claims: who claims it.
        conflicts: over it, the oldest first.
    """

    terms: tuple[Authority, ...]
    claims: tuple[Claim, ...]
    conflicts: tuple[Case, ...]


def told(
    connection: Connection, element: str, subject: str | None = None, *, codes: Collection[str] | None
) -> Told:
    """What is told of an element.

    Args:
        connection: to read with.
        element: its code.
        subject: only of this one.
        codes: of the departments whose entries are told of in any state; of all where None.
    """
    terms = naming.history(connection, element, subject)
    claims = [one for one in claimed.claims(connection, element=element) if subject in (None, one.subject)]
    conflicts = [one for one in cases.all_cases(connection, element) if subject in (None, one.subject)]
    named = {one.dataset for one in terms} | {one.dataset for one in claims}
    hidden = untold(connection, named | {_entry(one) for one in conflicts}, codes)
    return Told(
        tuple(one for one in terms if one.dataset not in hidden),
        tuple(one for one in claims if one.dataset not in hidden),
        tuple(one for one in conflicts if _entry(one) not in hidden),
    )


def _entry(case: Case) -> str:
    """The entry a conflict was decided for; empty where it waits, or was decided for none."""
    return (case.decided_for or "").rpartition(".")[0]
