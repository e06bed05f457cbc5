"""How much may be verified: records by minute and day, fresh answers by subject and day, of an organisation.

Decides by the dated rules in ``policies/rules/verification.yaml``. A subject is counted under a keyed
reference, never under a value; what is over is deleted with the next call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Column, Connection, Table, delete, insert, select, update

from catalog.store.tables.verifications import verification_sent, verification_tries
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.rulebook import rule
from space.errors import Refused

RATE: Final = "verification.rate"


def take_records(connection: Connection, organisation: str, records: int, now: datetime) -> None:
    """Count records of an organisation, within what it may send in a minute and on a day.

    Args:
        connection: a writing transaction, to be rolled back where this refuses.
        organisation: who asks, under whatever grant.
        records: sent now.
        now: aware instant.

    Raises:
        Refused: they are more than the minute or the day has left.
    """
    day = local_date(now)
    r = verification_sent.c
    periods = {
        f"{now:%Y-%m-%dT%H:%M}": "records_per_minute",
        day.isoformat(): "records_per_day",
    }
    connection.execute(
        delete(verification_sent).where(r.organisation == organisation, r.period.not_in(list(periods)))
    )
    for period, name in periods.items():
        most = int(rule("verification", name, day).value)
        mine = {"organisation": organisation, "period": period}
        if not _add(connection, verification_sent, "records", records, most, **mine):
            raise Refused(
                Deny(
                    (
                        Reason(
                            RATE,
                            "the organisation sends more records than it may in this time",
                            name,
                            f"{most} records at most; wait until the next minute or day",
                        ),
                    )
                )
            )


def take_tries(connection: Connection, organisation: str, subjects: Iterable[str], now: datetime) -> None:
    """Count fresh answers about subjects, so that nobody guesses a value by trying one after the other.

    Args:
        connection: a writing transaction, to be rolled back where this refuses.
        organisation: who asks, under whatever grant.
        subjects: keyed reference of each record's subject.
        now: aware instant.

    Raises:
        Refused: a subject was asked about as often as one day allows.
    """
    day = local_date(now)
    most = int(rule("verification", "tries_per_subject_day", day).value)
    connection.execute(delete(verification_tries).where(verification_tries.c.day < day))
    for subject, tries in sorted(Counter(subjects).items()):
        mine = {"day": day, "organisation": organisation, "subject": subject}
        if not _add(connection, verification_tries, "tries", tries, most, **mine):
            raise Refused(
                Deny(
                    (
                        Reason(
                            "verification.tries",
                            "one subject was asked about too often today",
                            "records",
                            f"{most} fresh answers about one subject a day; the same batch again is answered",
                        ),
                    )
                )
            )


def allowance(connection: Connection, organisation: str, now: datetime) -> dict[str, int]:
    """What an organisation may send by the rules of the day, and how much of it is left; counts nothing."""
    day = local_date(now)
    r = verification_sent.c
    found = {
        name: int(rule("verification", name, day).value)
        for name in ("batch_records", "records_per_minute", "records_per_day", "tries_per_subject_day")
    }
    for period, of in ((f"{now:%Y-%m-%dT%H:%M}", "minute"), (day.isoformat(), "day")):
        sent = connection.execute(
            select(r.records).where(r.organisation == organisation, r.period == period)
        ).scalar()
        found[f"left_this_{of}"] = max(0, found[f"records_per_{of}"] - int(sent or 0))
    return found


def _add(connection: Connection, table: Table, counter: str, more: int, most: int, **key: object) -> bool:
    """Add to a counter if it stays within its limit; the row is made where it is missing."""
    counted: Column[int] = table.c[counter]
    mine = [table.c[name] == value for name, value in key.items()]
    if connection.execute(select(counted).where(*mine)).first() is None:
        connection.execute(insert(table).values(**key, **{counter: 0}))
    done = connection.execute(
        update(table).where(*mine, counted + more <= most).values({counter: counted + more})
    )
    return done.rowcount == 1
