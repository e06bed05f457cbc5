"""After a restore 恢复后续接: what was spent, ended or stopped since the backup holds again.

Decides what follows from entries whose business rows the backup did not have: privacy budget, calls and money
are taken again, never given back; grants, tokens and keys that were ended are ended, what was stopped is
stopped. Acts that give rights are not repeated: they are listed for people to do again. Until all of this is
done in one transaction no grant answers (:mod:`catalog.evidence.continuity`).
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, insert, select, update

from catalog.evidence import continuity, record
from catalog.evidence.restoring import Back, Brought, NotResumable, bring_back
from catalog.evidence.sequence import integrate
from catalog.keys.signers import Signer
from catalog.keys.succession import REVOKED, ROTATED
from catalog.store import writing
from catalog.store.schema import new_id
from catalog.store.tables.evidence import evidence_resumptions
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


@dataclass(frozen=True, slots=True)
class Resumed:
    """What was brought back and done again.

    Attributes:
        common, size: entries both logs had, and entries of the log now.
        recharged: how much was taken again, by kind.
        to_do: acts without a row, by event, for people to do again.
    """

    common: int
    size: int
    recharged: Mapping[str, int]
    to_do: Mapping[str, int]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "restored": self.common,
            "published": self.size,
            "recharged": dict(self.recharged),
            "to_do": dict(self.to_do),
        }


class Unrepeatable(SpaceError):
    """Acts that took something away and cannot be done again from the log alone."""


def resume(
    engine: Engine, signer: Signer, folder: Path, *, by: str, now: datetime, accept: bool = False
) -> Resumed:
    """Bring a restored store to continue the published log, and take again what was spent.

    Args:
        engine: of the restored store.
        signer: of the key in place.
        folder: the newest published copy.
        by: who does it.
        now: aware instant.
        accept: whether acts that took something away and cannot be repeated here were dealt with by hand.

    Raises:
        NotResumable: copy and store are not one log, or the store was not restored.
        Unrepeatable: such acts are there, and nobody has accepted them; nothing was done.
    """
    with writing(engine) as connection:
        heads = signer.heads()
        if continuity.gap(connection, heads) is None:
            raise NotResumable("the store holds the log that was published — nothing to resume")
        brought = bring_back(connection, folder, signer.public_raw, heads)
        again = _Again(connection, by, now)
        # Entries of one instant stand in no order of their own: what pays comes before what was paid for.
        for back in sorted(brought.back, key=lambda each: each.event != _RESERVED):
            again.take(back)
        again.finish()
        lost = again.taken_away()
        if lost and not accept:
            raise Unrepeatable(
                f"acts that took something away are to be done again by hand ({', '.join(lost)}) — see"
                " `ybz evidence show`, and repeat with --accept to do so at once after it"
            )
        _note_down(connection, brought, again, by, now)
    continuity.forget()
    integrate(engine, signer, now)
    return Resumed(brought.common, brought.size, dict(again.charged), dict(again.to_do))


def _note_down(connection: Connection, brought: Brought, again: _Again, by: str, now: datetime) -> None:
    made = new_id("rsm")
    figures = {"restored": brought.common, "published": brought.size, "entries": len(brought.back)}
    body = {"by": by, **figures, "recharged": dict(again.charged)}
    entry = record(connection, event="evidence:log:resume", subject=made, body=body, now=now)
    connection.execute(
        insert(evidence_resumptions).values(
            id=made, restored_size=brought.common, published_size=brought.size, entries=len(brought.back),
            recharged=dict(again.charged), resumed_by=by, resumed_at=now, evidence_id=entry,
        )
    )  # fmt: skip


def _known(_back: Back) -> None:
    """Nothing is to be done again."""


@dataclass(slots=True)
class _Again:
    """Does again, entry by entry, what the restored store does not know of."""

    connection: Connection
    by: str
    now: datetime
    charged: Counter[str] = field(default_factory=Counter)
    to_do: Counter[str] = field(default_factory=Counter)
    _open: dict[str, tuple[str, int]] = field(default_factory=dict)  # reservation -> grant, nrho
    _ends: list[Back] = field(default_factory=list)
    _unrepeated: list[Back] = field(default_factory=list)

    def take(self, back: Back) -> None:
        """Take in one entry that came back."""
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

    def finish(self) -> None:
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
        self._take_year(taken.get("kinds", ()), taken.get("year"), taken)
        self.to_do[back.event] += 1

    def _noise(self, back: Back) -> None:
        self._take_year(back.body["kinds"], local_date(back.recorded_at).year, back.body)
        self.to_do[back.event] += 1

    def _take_year(self, kinds: Any, year: int | None, taken: Mapping[str, Any]) -> None:
        y = privacy_years.c
        nrho, fdelta = int(taken.get("nrho", 0)), int(taken.get("fdelta", 0))
        for kind in kinds if nrho or fdelta else ():
            mine = (y.kind == kind, y.year == year)
            values = {"nrho": y.nrho + nrho, "fdelta": y.fdelta + fdelta}
            if self.connection.execute(update(privacy_years).where(*mine).values(values)).rowcount == 0:
                first = {"kind": kind, "year": year, "nrho": nrho, "fdelta": fdelta}
                self.connection.execute(insert(privacy_years).values(first))
            self.charged["year_nrho"] += nrho

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
