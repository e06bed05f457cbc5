"""Who works in a body, as the desk calls them: whom tasks are given to, and who stands in for whom.

Decides that two of one name in one body are told apart by the ends of their ids.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

from sqlalchemy import Connection

from policies.access import Act, ever
from policies.decision import Permit
from space.identity import memberships, people


def colleagues(connection: Connection, organisation: str, on: date) -> dict[str, str]:
    """People whose role opens the desk, by id: how they are called, in order of their names."""
    theirs = memberships.of_organisation(connection, organisation, on)
    names = {each.person: people.person(connection, each.person).name for each in theirs}
    often = Counter(names.values())
    seated = {each.person for each in theirs if isinstance(ever(each.role, Act.LEDGER_KEEP), Permit)}
    called = {each: f"{name} {each[-4:]}" if often[name] > 1 else name for each, name in names.items()}
    return dict(sorted(((each, called[each]) for each in seated), key=lambda one: one[1]))
