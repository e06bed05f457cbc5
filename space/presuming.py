"""What lost entries may have spent is taken as spent 遗失推定: nobody can tell, and nothing is given back.

Decides the most that so many lost entries can have taken: of every grant that has not ended the rest of its
privacy budget and as many calls as they can be of, and the rest of the year of every unit kind, for a grant
may have been signed among them. Whom they ended or stopped is not known either: everything is stopped until
two people, who have looked at each grant, lift the stop. No money is charged for what nobody can show.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from catalog.evidence.losing import Lost
from catalog.stops import ALL
from catalog.store.tables.grants import HELD, allowances, grants, privacy_years
from policies.clocks import local_date
from policies.privacy_budget import yearly_limits
from policies.protection import Analysis
from policies.rulebook import rule
from space.errors import Refused
from space.granting import stopping
from space.granting.agreed import terms_of

_WHY: Final = "entries of the evidence log are lost: look at every grant before this is lifted"


def presume(connection: Connection, lost: Lost, *, by: str, now: datetime) -> Counter[str]:
    """Take what lost entries may have spent, and stop everything.

    Args:
        connection: the writing transaction that gives the entries up.
        lost: how many there are.
        by: the person who gives them up.
        now: aware instant.

    Returns:
        What was taken, by kind.
    """
    day, taken = local_date(now), Counter[str]()
    held = connection.execute(select(grants).where(grants.c.state.in_(HELD)).with_for_update()).all()
    for row in held:
        calls = min(lost.entries * _calls_an_entry(row, day), row.calls_limit - row.calls_used)
        nrho = row.nrho_limit - row.nrho_spent
        spent = {"calls_used": row.calls_used + calls, "nrho_spent": row.nrho_limit}
        connection.execute(update(grants).where(grants.c.id == row.id).values(spent))
        taken["presumed_calls"] += calls
        taken["presumed_nrho"] += nrho
    for kind, year in _years(connection, day):
        taken["presumed_year_nrho"] += _fill(connection, kind, year, day)
    with contextlib.suppress(Refused):  # a stop of everything stands
        stopping.stop(connection, ALL, reason=_WHY, by=by, now=now)
        taken["stops"] += 1
    return taken


def _calls_an_entry(row: Row[Any], day: date) -> int:
    """The most calls that one entry can be of: those of a whole batch where the grant opens verification."""
    opened = terms_of(row.agreement).analyses
    return int(rule("verification", "batch_records", day).value) if Analysis.VERIFY in opened else 1


def _years(connection: Connection, day: date) -> Iterator[tuple[str, int]]:
    """Years of unit kinds that are not over, of every kind that is known."""
    a, y = allowances.c, privacy_years.c
    known = {*connection.execute(select(a.kind, a.year)), *connection.execute(select(y.kind, y.year))}
    yield from sorted({(kind, each) for kind, year in known for each in (day.year, max(year, day.year))})


def _fill(connection: Connection, kind: str, year: int, day: date) -> int:
    """Fill a year to its limit; what is taken, in billionths of rho."""
    y, (nrho, fdelta) = privacy_years.c, yearly_limits(kind, day)
    mine = (y.kind == kind, y.year == year)
    row = connection.execute(select(y.nrho, y.fdelta).where(*mine)).first()
    if row is None:
        connection.execute(insert(privacy_years).values(kind=kind, year=year, nrho=nrho, fdelta=fdelta))
        return nrho
    whole = {"nrho": max(nrho, row.nrho), "fdelta": max(fdelta, row.fdelta)}
    connection.execute(update(privacy_years).where(*mine).values(whole))
    return int(whole["nrho"] - row.nrho)
