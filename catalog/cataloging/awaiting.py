"""What an entry before the data authority is reviewed by 审核: what the rules still ask of it, what it adds.

Decides nothing and writes nothing; publication asks the same rules again, on its own day.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from catalog import revisions
from catalog.cataloging import conditions
from catalog.cataloging.acts import acts_of
from catalog.cataloging.admission import admit
from catalog.cataloging.checking import checked_again
from catalog.cataloging.returning import told_by_program
from catalog.cataloging.standing import Standing, all_standings
from catalog.cataloging.taking import assessment_given
from catalog.store.parts import Part
from policies.decision import Permit

# States from which the authority's next act leads on.
BEFORE_THE_AUTHORITY: Final = ("signed_off", "reviewed")


def awaiting(
    connection: Connection, *, departments: Collection[str] | None = None, part: Part | None = None
) -> tuple[Standing, ...]:
    """Entries with a revision that waits for the authority, by name.

    Args:
        connection: to read with.
        departments: only of these departments, by their codes.
        part: which of them.
    """
    return all_standings(connection, way=BEFORE_THE_AUTHORITY, departments=departments, part=part)


def asked_of(connection: Connection, found: Standing, on: date) -> dict[str, Any]:
    """What the newest revision of an entry is reviewed by.

    Args:
        connection: to read with.
        found: where the entry stands.
        on: day whose rules count.

    Returns:
        ``missing``: everything a program can tell is missing; ``admitted``: whether listing needs none of
        it; ``added``: conditions the revision adds that nobody of the authority stated to have seen.
    """
    contract = revisions.number(connection, found.name, found.newest).contract
    assessment = assessment_given(acts_of(connection, found.entry_id), found.newest)
    findings = conditions.findings_of(connection, found.entry_id, found.newest)
    return {
        "name": found.name, "code": found.code, "title": found.title, "department": found.department,
        "state": found.way, "revision": found.newest, "published": found.published,
        "assessment": assessment,
        "admitted": isinstance(admit(checked_again(contract, assessment, on)), Permit),
        "missing": [one.as_document() for one in told_by_program(contract, assessment, on)],
        "added": [one.as_document() for one in conditions.unseen(findings)],
    }  # fmt: skip
