"""What the doctor asks of the tokens commands act by, once they are judged.

Decides that a token is named before it ends unless a later one of the same holder and role is there: which of
them a timer uses is not known here.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from catalog.store import reading
from policies.access import Role
from policies.clocks import local_date
from space.access.enforcing import enforced
from space.identity.tokens import Lasting, lasting
from space.observing.finding import Case, Finding

# Whose tokens timers and the first way out need: docs/operate.md, who acts.
_NEEDED: Final = (Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN, Role.AUTHORITY)


def tokens_go_on(case: Case) -> Finding:
    """Somebody can still issue tokens, and none that a timer may use ends unseen."""
    with reading(case.engine) as connection:
        if enforced(connection) is None:
            return Finding("tokens", True, "commands are not judged: they need no token")
        held = lasting(connection, _NEEDED, case.now)
    if all(each.role is not Role.SECURITY_ADMIN for each in held):
        todo = (
            "`ybz access relax` needs no token now; then `ybz person token`, and `ybz access enforce` again"
        )
        return Finding("tokens", False, "no security administrator holds a token that is good", todo)
    last: dict[tuple[str, Role, str], Lasting] = {}
    for each in held:  # the first to end first, so the last of each holder stays
        last[each.organisation, each.role, each.membership] = each
    ending = [
        each
        for each in last.values()
        if each.expires_at < case.now + timedelta(days=case.ruled("token_left"))
    ]
    if not ending:
        return Finding("tokens", True, f"{len(last)} holders of tokens; none ends soon")
    told = ", ".join(
        f"{each.role.value} ({each.membership or each.organisation}) on {local_date(each.expires_at)}"
        for each in ending
    )
    todo = "issue the next and put it where the old one is: `ybz person token`, `ybz grant token`"
    return Finding("tokens", True, f"the last token ends: {told}", todo)
