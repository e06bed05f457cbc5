"""What the doctor asks of the tokens people and programs act by.

Decides that a token is named before it ends unless a later one of the same holder, role and grant is there:
which of them a timer or a program uses is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from catalog.store import reading
from policies.access import Role
from policies.clocks import local_date
from space.access.enforcing import enforced
from space.identity.tokens import Lasting, all_lasting
from space.observing.finding import Case, Finding

# So many are named; a city may have given hundreds of programs theirs on one day.
_NAMED: Final = 10


def tokens_go_on(case: Case) -> Finding:
    """Somebody can still issue tokens, and no holder's last one ends unseen."""
    with reading(case.engine) as connection:
        judged, held = enforced(connection) is not None, all_lasting(connection, case.now)
    issuers = [each for each in held if each.role is Role.SECURITY_ADMIN and not each.grant_id]
    if judged and not issuers:
        todo = (
            "`ybz access relax` needs no token now; then `ybz person token`, and `ybz access enforce` again"
        )
        return Finding("tokens", False, "no security administrator holds a token that is good", todo)
    last = _last(held)
    ends = case.now + timedelta(days=case.ruled("token_left"))
    ending = [each for each in last if each.expires_at < ends]
    if ending:
        named = ", ".join(_named(each) for each in ending[:_NAMED])
        more = f", and {len(ending) - _NAMED} more" if len(ending) > _NAMED else ""
        todo = "issue the next and put it where the old one is: `ybz person token`, `ybz grant token`"
        found = f"of {len(last)} holders the last token of {len(ending)} ends: {named}{more}"
        return Finding("tokens", True, found, todo)
    if not judged:
        return Finding("tokens", True, "commands are not judged: they need no token; none ends soon")
    return Finding("tokens", True, f"{len(last)} holders of tokens; the last one of none ends soon")


def _last(held: Iterable[Lasting]) -> tuple[Lasting, ...]:
    """Of tokens, the first to end first, the last of each holder."""
    found = {(each.organisation, each.role, each.membership, each.grant_id): each for each in held}
    return tuple(sorted(found.values(), key=lambda each: each.expires_at))


def _named(token: Lasting) -> str:
    whose = token.membership or token.organisation
    grant = f", {token.grant_id}" if token.grant_id else ""
    return f"{token.role.value} ({whose}{grant}) on {local_date(token.expires_at)}"
