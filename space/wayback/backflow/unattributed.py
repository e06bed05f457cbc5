"""The queue of unattributed rows 未归集队列 as a body sees it: what may be its own.

Decides which of the waiting rows a body may look at: those that may lie in its area and nobody claimed, while
rows flow to its subscription; of each the fields of that subscription, masked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, select

from catalog.home import Home
from catalog.places import queue
from catalog.places.divisions import Divisions
from catalog.places.ledger import divisions_on
from catalog.releases import published as releases
from catalog.releases.published import Release
from catalog.stops import closed
from catalog.store.tables.attributions import attribution_claims, attribution_shares
from contracts.model import Contract
from policies.clocks import local_date
from policies.decision import Deny
from policies.showing import showing
from space.errors import Refused
from space.wayback.backflow.authoritative import as_text, source
from space.wayback.backflow.subscriptions import Subscription, require_flowing


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row no area is told of.

    Attributes:
        row: its reference.
        why: why not, rule by rule.
        near: the smallest area it surely lies in; empty where nothing is known.
        values: fields of the body's subscription, masked.
    """

    row: str
    why: str
    near: str
    values: Mapping[str, str | None]


def waiting(
    home: Home, connection: Connection, subscription: Subscription, *, now: datetime, limit: int = 50
) -> tuple[int, tuple[Waiting, ...]]:
    """Rows of the newest attributed release that may lie in the area of a subscription and nobody claimed.

    Args:
        home: the installation.
        connection: a reading transaction.
        subscription: whose dataset, area and fields.
        now: aware instant.
        limit: rows shown at most.

    Returns:
        How many there are, and the first of them.

    Raises:
        Refused: nothing flows to the subscription, or a stop closes the dataset or the receiver.
    """
    require_flowing(connection, subscription, now)
    stop = closed(connection, subscription.subscriber, (subscription.dataset,))
    if stop is not None:
        raise Refused(Deny((stop,)))
    release = newest_attributed(connection, subscription)
    rows = None
    if release is not None:
        rows = queue.waiting(home, subscription.dataset, subscription.meaning, release.id)
    if release is None or rows is None:
        return 0, ()
    tree = divisions_on(connection, local_date(now), now)
    taken = claimed(connection, subscription)
    mine = pa.array(
        [
            ref not in taken and may_lie(tree, queue.near(how), subscription.area)
            for ref, how in zip(rows["_row"].to_pylist(), rows["_how"].to_pylist(), strict=True)
        ],
        pa.bool_(),
    )
    found = rows.filter(mine)
    shown = found.slice(0, limit)
    contract = source(connection, subscription.dataset).contract
    values = _values(home, release, contract, subscription, shown, now)
    told = zip(shown["_row"].to_pylist(), shown["_how"].to_pylist(), strict=True)
    return found.num_rows, tuple(Waiting(r, how, queue.near(how), values.get(r, {})) for r, how in told)


def newest_attributed(connection: Connection, subscription: Subscription) -> Release | None:
    """The newest release of a dataset that was attributed in the meaning of a subscription."""
    s = attribution_shares.c
    query = select(s.release_id).where(
        s.dataset == subscription.dataset, s.meaning == subscription.meaning
    ).distinct()  # fmt: skip
    known = [releases.by_id(connection, each) for each in connection.execute(query).scalars().all()]
    return max(known, key=lambda each: each.number, default=None)


def claimed(connection: Connection, subscription: Subscription) -> frozenset[str]:
    """References of the rows that somebody has claimed, in the dataset and the meaning of a subscription."""
    c = attribution_claims.c
    query = select(c.row).where(
        c.dataset == subscription.dataset, c.meaning == subscription.meaning, c.withdrawn_at.is_(None)
    )
    return frozenset(connection.execute(query).scalars())


def may_lie(tree: Divisions, near: str, area: str) -> bool:
    """Whether a row may lie in an area.

    Args:
        tree: the region tree.
        near: the smallest area the row surely lies in; empty where nothing is known.
        area: region code.
    """
    return not near or tree.inside(area, near) or tree.inside(near, area)


def _values(
    home: Home,
    release: Release,
    contract: Contract,
    subscription: Subscription,
    rows: pa.Table,
    now: datetime,
) -> dict[str, dict[str, str | None]]:
    """Reference → the subscribed fields of the row, masked."""
    if not rows.num_rows:
        return {}
    key = list(contract.key)
    wanted = {tuple(row[name] for name in key): row["_row"] for row in rows.to_pylist()}
    fields = [f for f in contract.fields if f.name in subscription.fields]
    table = releases.read_vault(home, release, list(dict.fromkeys((*key, *(f.name for f in fields)))))
    masks = {f.name: showing(local_date(now)).mask_of(f) for f in fields}
    likely = table.filter(pc.is_in(table[key[0]], value_set=rows[key[0]].combine_chunks()))
    found = {}
    for row in likely.to_pylist():
        ref = wanted.get(tuple(row[name] for name in key))
        if ref is None:
            continue
        shown = {}
        for field in fields:
            text, mask = as_text(row[field.name]), masks[field.name]
            shown[field.name] = mask.apply(text) if mask is not None and text is not None else text
        found[ref] = shown
    return found
