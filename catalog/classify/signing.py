"""The clock of a second signature: by when somebody consents to a lowering, or refuses it.

Decides when it starts (a decision begins to wait), when it has ended (consented or refused) and when it
falls away (taken back, or run out). Who may sign is :mod:`catalog.classify.decisions`'s.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from catalog.classify.decision import Decision
from catalog.clocks import running
from catalog.clocks.owed import authority_on
from policies.clocks import local_date

# The deadline rule of a second signature.
DEADLINE: Final = "second_signature"
# The state in which a decision waits for one.
AWAITING: Final = "awaiting"
# Events that are the answer which was owed; after others nothing is owed any more.
_ANSWERS: Final = ("consent", "refuse")


def subject_of(made: Decision) -> str:
    """What the clock is about.

    Args:
        made: a decision.
    """
    return f"decision:{made.id}"


def ask(connection: Connection, made: Decision, now: datetime) -> None:
    """Start the clock of a decision that waits; of another one nothing is owed.

    The data authority owes the signature, or lets the security office give it.

    Args:
        connection: a writing transaction.
        made: the decision, as it was entered.
        now: aware instant of the proposal.
    """
    if made.state != AWAITING:
        return
    owner, code = authority_on(connection, local_date(now))
    running.start(
        connection, subject=subject_of(made), rule=DEADLINE, owner=owner, owner_code=code,
        words=f"give or refuse the second signature for {made.act} of {made.dataset}.{made.field}", now=now,
    )  # fmt: skip


def close(connection: Connection, made: Decision, event: str, now: datetime, why: str) -> None:
    """Stop the clock of a decision that waits no longer.

    Args:
        connection: a writing transaction.
        made: the decision as it stood before the event.
        event: what happened to it.
        now: aware instant of the event.
        why: reason of the event.
    """
    if made.state != AWAITING:
        return
    # One proposed before second signatures had clocks has none.
    for clock in running.clocks_of(connection, subject_of(made), open_only=True):
        if event in _ANSWERS:
            running.end(connection, subject=clock.subject, rule=clock.rule, now=now)
        else:
            running.cancel(connection, subject=clock.subject, rule=clock.rule, reason=why, now=now)
