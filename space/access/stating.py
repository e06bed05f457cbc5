"""Whose entry a contract is about, where its text names the department itself.

Decides that an entry there is belongs to whoever has it, whatever the text says, and that it passes to
another department only after a change of the tree. What the ledger lacks belongs to the department named; an
entry that names none is nobody's until the data authority says whose.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import Connection

from catalog.organisations import tree
from contracts.model import Contract
from policies.access import Act, Role
from policies.decision import Decision, Deny, Reason
from space.access import judging
from space.access.concerned import NOBODY, owners

# Reason code.
ANOTHERS: Final = "access.relation"


def may_state(
    connection: Connection, role: Role, organisation: str, act: Act, contract: Contract, on: date
) -> Decision:
    """Whether a caller may do an act towards the entry a contract is about.

    Args:
        connection: to find the owner with.
        role: of the caller.
        organisation: of the caller.
        act: what it would do.
        contract: as it was sent.
        on: today, Asia/Shanghai.
    """
    named = contract.department.code
    theirs = owners(connection, "dataset", contract.name)
    decision = judging.towards(connection, role, organisation, act, theirs or (named,), on)
    # Whoever stands above says whose it is, where the entry names nobody.
    if isinstance(decision, Deny) or theirs in ((), (NOBODY,)) or named in theirs:
        return decision
    if any(named in tree.successors(connection, each, on) for each in theirs):
        return decision
    message = "the entry is another department's than the contract says"
    allowed = "name the department that has the entry, or the one in its place after a change"
    return Deny((Reason(ANOTHERS, message, where=contract.name, allowed=allowed),))
