"""Doing again, entry by entry, what a restored store does not know of 恢复后补记.

Decides for each entry that came back what follows from it: budget, calls and money are taken once more, what
was ended or stopped is ended or stopped, acts that give rights are only counted, for people to do again.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from catalog.evidence.losing import GAP, LOSE, Lost
from catalog.evidence.restoring import Back
from catalog.keys.succession import REVOKED, ROTATED
from catalog.store.tables.grants import grants, privacy_years
from catalog.store.tables.identity import client_tokens
from catalog.store.tables.keys import party_keys
from catalog.store.tables.queries import reservations, usages
from policies.clocks import local_date
from space import store
from space.calls.metering import GIVEN, UNITS, Use, meter, month_of
from space.errors import Refused, SpaceError
from space.granting import counters, stopping
from space.granting.agreed import terms_of
from space.granting.ending import Ending, end
from space.presuming import presume

REASON: Final = "log.restored"
_RESERVED: Final = "space:budget:reserve"
# How a grant ended: state, side, word for its workspace.
_ENDS: Final[Mapping[str, tuple[str, Any, str]]] = {
    "space:grant:revoke": ("revoked", "grantor", "revoked"),
    "space:grant:return": ("ended", "grantee", "returned"),
    "space:grant:end": ("ended", "term", "over"),
}
# Acts that take a right away: of these rooms, and so called.
_RIGHTS: Final = re.compile(
    r"^(space|backflow|key|catalog:(entry|authorisation|organisation)):"
    r".*(breach|end|expire|impose|lapse|revoke|stop|suspend|terminate|withdraw)$"
)
_AGAIN: Final = "ended again after the store was restored"


def _known(_back: Back) -> None:
    """Nothing is to be done again."""


@dataclass(slots=True)
class Again:
    """Does again, entry by entry, what the restored store does not know of."""

    connection: Connection
    by: str
    now: datetime
    charged: Counter[str] = field(default_factory=Counter)
    to_do: Counter[str] = field(default_factory=Counter)
    _open: dict[str, tuple[str, int]] = field(default_factory=dict)  # reservation -> grant, nrho
    _ends: list[Back] = field(default_factory=list)
    _unrepeated: list[Back] = field(default_factory=list)

    def take_all(self, came_back: Iterable[Back]) -> None:
        """Take in the entries that came back."""
        # Entries of one instant stand in no order of their own: what pays comes before what was paid for.
        for back in sorted(came_back, key=lambda each: each.event != _RESERVED):
            self._take(back)
        self._finish()

    def _take(self, back: Back) -> None:
        act = self._acts().get(back.event)
        if act is not None:
            act(back)
        elif "usage" in back.body and "outcome" in back.body:
            self._call(back)
        elif back.event in _ENDS:
            self._ends.append(back)  # once everything that was spent before is taken
        else:
            self.to_do[back.event] += 1
            if _RIGHTS.match(back.event):
                self._unrepeated.append(back)

    def taken_away(self) -> list[str]:
        """Acts that took a right away and were not done again; what ended with a grant ends with it here."""
        ended = {back.recorded_at for back in self._ends}
        return sorted({back.event for back in self._unrepeated if back.recorded_at not in ended})

    def _finish(self) -> None:
        """Lose the calls that were open at the end, then end what was ended."""
        for reservation, (grant_id, nrho) in self._open.items():
            self._lose(reservation, grant_id, nrho)
        for back in self._ends:
            state, side, word = _ENDS[back.event]
            ending = Ending(state, side, _AGAIN, str(back.body.get("by", "")), word, back.event)
            if end(self.connection, back.subject, ending, self.now):
                self.charged["grants_ended"] += 1

    def _acts(self) -> Mapping[str, Callable[[Back], None]]:
        return {
            _RESERVED: self._reserve,
            "space:grant:sign": self._sign,
            "dataset:noise:charge": self._noise,
            "space:token:withdraw": self._token,
            "key:party:revoke": self._party_key,
            ROTATED: _known,  # the keys themselves came with the copy
            REVOKED: _known,
            LOSE: self._lost,
            GAP: _known,
            "space:stop:impose": self._stop,
        }

    def _grant(self, grant_id: str) -> Row[Any] | None:
        return store.lock_grant(self.connection, grant_id)

    def _reserve(self, back: Back) -> None:
        grant_id, nrho = str(back.body["grant"]), int(back.body["nrho"])
        self._open[back.subject] = (grant_id, nrho)
        self._spend(grant_id, 0, nrho, back.recorded_at)

    def _spend(self, grant_id: str, calls: int, nrho: int, at: datetime) -> None:
        """Take calls and budget; at most to the limit, which the backup may have had lower."""
        row, g = self._grant(grant_id), grants.c
        if row is None or not (calls or nrho):
            return
        more_calls = min(calls, row.calls_limit - row.calls_used)
        more_nrho = min(nrho, row.nrho_limit - row.nrho_spent)
        spent = {"calls_used": g.calls_used + more_calls, "nrho_spent": g.nrho_spent + more_nrho}
        self.connection.execute(update(grants).where(g.id == grant_id).values(spent))
        terms = terms_of(row.agreement)
        with contextlib.suppress(Refused):  # counted up to the limit of a period already
            counters.take_budget(self.connection, grant_id, terms, nrho, at)
            if calls:
                counters.take_calls(self.connection, grant_id, terms, at, calls)
        self.charged["calls"] += more_calls
        self.charged["nrho"] += more_nrho

    def _call(self, back: Back) -> None:
        """Write the usage row of a call again, and take what it took."""
        body = back.body
        reservation, outcome = body.get("reservation"), str(body["outcome"])
        calls, fen = int(body.get("calls", 0)), int(body["price_fen"])
        grant = self._grant(back.subject)
        new = self._open.pop(reservation, None) is not None if reservation else False
        if grant is not None and (new or outcome == "cached"):
            self._spend(grant.id, calls, 0, back.recorded_at)
        units = {name: body.get(name) for name in UNITS}
        if units["month"] is None:
            units["month"] = month_of(local_date(back.recorded_at))
        self.connection.execute(
            insert(usages).values(
                id=body["usage"], grant_id=None if grant is None else grant.id,
                organisation=body["organisation"], outcome=outcome, reason=body.get("reason"),
                reservation_id=self._settled(reservation), calls=calls, nrho=body["nrho"], price_fen=fen,
                at=back.recorded_at, evidence_id=back.entry_id, **units,
            )
        )  # fmt: skip
        self.charged["usages"] += 1
        if grant is None or outcome not in GIVEN:
            return
        product = str(units["product"] or "query")
        store.count_month(self.connection, grant.id, str(units["month"]), product, calls=calls, price_fen=fen)
        store.charge(self.connection, grant.id, fen)
        self.charged["price_fen"] += fen

    def _settled(self, reservation: str | None) -> str | None:
        """The paid call of the backup behind a call; its answer was given since, and is not given again."""
        r = reservations.c
        known = self.connection.execute(select(r.id).where(r.id == reservation)).scalar()
        lost = update(reservations).where(r.id == reservation, r.state == "reserved")
        self.connection.execute(lost.values(state="lost", settled_at=self.now))
        return known

    def _lose(self, reservation: str, grant_id: str, nrho: int) -> None:
        """A call whose end nobody wrote down: its budget is taken already, its one call is now."""
        row = self._grant(grant_id)
        if row is None:
            return
        self._spend(grant_id, 1, 0, self.now)
        use = Use(row.grantee, "lost", grant_id=grant_id, reason=REASON, calls=1, nrho=nrho)
        meter(self.connection, use, self.now)
        self.charged["lost"] += 1

    def _sign(self, back: Back) -> None:
        """A grant that is gone: what it took out of its year stays taken."""
        taken = back.body.get("allowance") or {}
        self.take_year(taken.get("kinds", ()), taken.get("year"), taken)
        self.to_do[back.event] += 1

    def _noise(self, back: Back) -> None:
        self.take_year(back.body["kinds"], local_date(back.recorded_at).year, back.body)
        self.to_do[back.event] += 1

    def take_year(self, kinds: Iterable[str], year: int | None, taken: Mapping[str, Any]) -> None:
        """Take an allowance out of a year of unit kinds, whatever its limit."""
        y = privacy_years.c
        nrho, fdelta = int(taken.get("nrho", 0)), int(taken.get("fdelta", 0))
        for kind in kinds if nrho or fdelta else ():
            mine = (y.kind == kind, y.year == year)
            values = {"nrho": y.nrho + nrho, "fdelta": y.fdelta + fdelta}
            if self.connection.execute(update(privacy_years).where(*mine).values(values)).rowcount == 0:
                first = {"kind": kind, "year": year, "nrho": nrho, "fdelta": fdelta}
                self.connection.execute(insert(privacy_years).values(first))
            self.charged["year_nrho"] += nrho

    def _lost(self, back: Back) -> None:
        """Entries were given up before: what they may have spent stays taken."""
        self.charged.update(presume(self.connection, Lost.of_body(back.body), by=self.by, now=self.now))

    def _token(self, back: Back) -> None:
        t = client_tokens.c
        ended = update(client_tokens).where(t.id == back.subject, t.revoked_at.is_(None))
        self.charged["tokens_ended"] += self.connection.execute(
            ended.values(revoked_at=back.recorded_at)
        ).rowcount

    def _party_key(self, back: Back) -> None:
        k = party_keys.c
        ended = update(party_keys).where(k.key_id == str(back.body["key"]), k.revoked_at.is_(None))
        values = {
            "revoked_at": back.recorded_at, "revoke_reason": back.body["reason"],
            "revoked_by": back.body["by"], "evidence_id": back.entry_id,
        }  # fmt: skip
        self.charged["keys_ended"] += self.connection.execute(ended.values(values)).rowcount

    def _stop(self, back: Back) -> None:
        body = back.body
        with contextlib.suppress(Refused, SpaceError):  # what is not known here needs no stop, or has one
            stopping.stop(
                self.connection, body["kind"], body["name"], reason=_AGAIN, by=self.by, now=self.now
            )
            self.charged["stops"] += 1
