"""Claims 认领: a street takes a row that no rule attributes.

Decides that a row is claimed once, of those the body may see waiting (:mod:`.unattributed`), for a place
within the body's area, with a reason. A claim counts only for as long as no rule tells the area: a later
register or list goes before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow.compute as pc
from sqlalchemy import Connection, Engine, Row, insert, select, update

from catalog.evidence import record
from catalog.home import Home
from catalog.places import queue
from catalog.places.divisions import Divisions
from catalog.places.ledger import divisions_on
from catalog.releases.published import Release
from catalog.stops import closed
from catalog.store import writing
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.attributions import attribution_claims
from contracts.codes import CODES
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.wayback.backflow.bodies import Body, body
from space.wayback.backflow.bounds import no_reference, too_long
from space.wayback.backflow.redelivery import redeliver
from space.wayback.backflow.subscriptions import Subscription, by_id, listing, require_flowing
from space.wayback.backflow.unattributed import Waiting, claimed, may_lie, newest_attributed, waiting

__all__ = ["Claim", "Waiting", "claim", "claims_of", "waiting", "withdraw"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that a body says is its own."""

    id: str
    dataset: str
    row: str
    meaning: str
    area: str
    body: str
    reason: str
    claimed_by: str
    claimed_at: datetime
    withdrawn_at: datetime | None = None


def claim(
    home: Home,
    engine: Engine,
    subscription: str,
    row: str,
    *,
    area: str,
    reason: str,
    by: str,
    now: datetime,
) -> Claim:
    """Take a waiting row; the next `ybz build` delivers it to every subscription of its area.

    Args:
        home: the installation.
        engine: its store.
        subscription: of the body that claims it.
        row: its reference.
        area: where it lies: the body's area or a part of it.
        reason: how the body knows.
        by: the person who claims it.
        now: aware instant.

    Raises:
        Unknown: there is no such subscription, or no such row waits.
        Refused: with every reason.
    """
    _refuse((*no_reference(row), *too_long(local_date(now), reason=reason)))
    with writing(engine) as connection:
        mine = by_id(connection, subscription)
        require_flowing(connection, mine, now)
        claimant = body(connection, mine.subscriber)
        release = newest_attributed(connection, mine)
        held = None if release is None else queue.waiting(home, mine.dataset, mine.meaning, release.id)
        found = None if held is None else held.filter(pc.equal(held["_row"], row))
        if release is None or not found:
            raise Unknown("waiting row", row, "see `ybz backflow unattributed`")
        tree = divisions_on(connection, local_date(now), now)
        near = queue.near(found["_how"][0].as_py())
        _refuse(_judge(connection, mine, claimant, tree, (row, near), area, reason))
        made = Claim(
            new_id("clm"), mine.dataset, row, mine.meaning, area, claimant.code, reason.strip(), by, now
        )
        _insert(connection, made, release)
        for each in listing(connection):
            same = each.state == "active" and (each.dataset, each.meaning) == (mine.dataset, mine.meaning)
            if same and tree.inside(area, each.area):
                _order(connection, each, made)
    return made


def withdraw(engine: Engine, claim_id: str, *, by: str, now: datetime) -> None:
    """Take a claim back; from the next release on the row waits again.

    Raises:
        Unknown: there is no open claim of that id.
    """
    c = attribution_claims.c
    with writing(engine) as connection:
        done = connection.execute(
            update(attribution_claims)
            .where(c.id == claim_id, c.withdrawn_at.is_(None))
            .values(withdrawn_by=by, withdrawn_at=now)
        )
        if done.rowcount != 1:
            raise Unknown("open claim", claim_id, "see `ybz backflow claims`")
        record(connection, event="backflow:claim:withdraw", subject=claim_id, body={"by": by}, now=now)


def claims_of(connection: Connection, code: str | None = None, part: Part | None = None) -> tuple[Claim, ...]:
    """Claims of one body or of all, oldest first; a part by when they were made, and id."""
    c = attribution_claims.c
    query = parted(select(attribution_claims), part, c.claimed_at, c.id)
    if code is not None:
        query = query.where(c.body == code)
    return tuple(_claim(row) for row in connection.execute(query))


def _judge(
    connection: Connection,
    mine: Subscription,
    claimant: Body,
    tree: Divisions,
    named: tuple[str, str],
    area: str,
    reason: str,
) -> tuple[Reason, ...]:
    found: list[Reason] = []
    row, near = named
    if not may_lie(tree, near, mine.area):
        found.append(
            Reason(
                "claim.elsewhere",
                "the row surely lies outside the area of the subscription",
                where=row,
                allowed="a row of `ybz backflow unattributed`",
            )
        )
    if CODES["region"](area) != area or not tree.inside(area, claimant.area):
        found.append(
            Reason(
                "claim.area",
                "the place does not lie within the body's own area",
                where="area",
                allowed=f"{claimant.area} or a part of it",
            )
        )
    if not reason.strip():
        found.append(Reason("claim.reason", "no reason is given", where="reason"))
    if row in claimed(connection, mine):
        found.append(Reason("claim.taken", "the row is claimed already", where=row))
    stop = closed(connection, mine.subscriber, (mine.dataset,))
    return (*found, stop) if stop is not None else tuple(found)


def _order(connection: Connection, receiver: Subscription, made: Claim) -> None:
    redeliver(
        connection,
        subscription=receiver.id,
        row=made.row,
        subject=made.id,
        reason="claimed",
        by=made.claimed_by,
        now=made.claimed_at,
        kind="claim",
    )


def _refuse(reasons: tuple[Reason, ...]) -> None:
    if reasons:
        raise Refused(Deny(reasons))


def _insert(connection: Connection, made: Claim, release: Release) -> None:
    said = {
        "dataset": made.dataset, "row": made.row, "meaning": made.meaning, "area": made.area,
        "body": made.body, "release": release.id, "by": made.claimed_by,
    }  # fmt: skip
    entry = record(connection, event="backflow:claim:make", subject=made.id, body=said, now=made.claimed_at)
    connection.execute(
        insert(attribution_claims).values(
            id=made.id, dataset=made.dataset, row=made.row, meaning=made.meaning, area=made.area,
            body=made.body, release_id=release.id, reason=made.reason, claimed_by=made.claimed_by,
            claimed_at=made.claimed_at, evidence_id=entry,
        )
    )  # fmt: skip


def _claim(row: Row[Any]) -> Claim:
    return Claim(
        row.id, row.dataset, row.row, row.meaning, row.area, row.body, row.reason, row.claimed_by,
        row.claimed_at, row.withdrawn_at,
    )  # fmt: skip
