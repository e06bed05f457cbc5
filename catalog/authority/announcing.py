"""A change of who answers for an item, told to both departments and to everybody who reads the former source.

Decides nothing about the item; whom a change concerns is :mod:`catalog.inventory.telling`'s.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from catalog.authority.naming import Authority
from catalog.inventory import telling
from policies.clocks import local_date


def announce(
    connection: Connection,
    former: Authority,
    successor: Authority | None,
    basis: str,
    *,
    by: str,
    now: datetime,
) -> None:
    """Tell that another field answers for an item, or none.

    Args:
        connection: the writing transaction of the change.
        former: answered until now.
        successor: answers from now on; None where nobody does.
        basis: decision it rests on.
        by: who decided.
        now: aware instant.
    """
    after = "nobody" if successor is None else f"{successor.department} ({successor.place})"
    words = f"{former.element} of {former.subject}: {after} answers, no longer {former.place} — {basis}"
    act = "withdraw" if successor is None else "decide"
    change = telling.Change(telling.DUTY, act, former.element, former.place, words)
    parties = [each for each in (former, successor) if each is not None]
    told = (
        *(telling.Concerned("department", e.dataset, e.department, e.department_code) for e in parties),
        *telling.concerned(connection, former.place, local_date(now)),
    )
    telling.announce(connection, change, told, by=by, now=now)
