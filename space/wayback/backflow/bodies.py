"""Grass-roots bodies 基层 and their ledger 台账: the rows of their own area, kept by what flows back.

Decides which area a body answers for, and what its ledger holds now. Deliveries themselves are made
by the pipelines.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Engine, bindparam, insert, select

from catalog.evidence import record
from catalog.home import Home
from catalog.store import writing
from catalog.store.prepared import Prepared
from catalog.store.tables.backflow import grassroots_bodies
from catalog.store.tables.identity import organisations
from contracts.codes import CODES
from policies.access import OrganisationKind
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.identity.organisations import Organisation
from space.identity.organisations import register as register_organisation
from space.wayback.backflow.inbox import deliveries_of, read_rows, require_open
from space.wayback.corrections.flags import disputed


@dataclass(frozen=True, slots=True)
class Body:
    """A street, town, community or village.

    Attributes:
        code: of the organisation.
        name: as people say it.
        area: region code it answers for; every code that begins with it lies inside.
    """

    code: str
    name: str
    area: str


def register(engine: Engine, body: Body, now: datetime) -> Body:
    """Enter a grass-roots body; doing so again changes nothing.

    Args:
        engine: the store.
        body: who, and for which area.
        now: aware instant.

    Returns:
        The body with its area code in canonical form.

    Raises:
        Refused: the area is no region code, or the body is registered for another area.
        KindIsFixed: the organisation is registered with another kind.
    """
    area = CODES["region"](body.area)
    if area is None:
        raise Refused(
            Deny(
                (
                    Reason(
                        "backflow.area.malformed",
                        "the area is not a region code",
                        where="area",
                        allowed="a code of 2, 4, 6, 9 or 12 digits",
                    ),
                )
            )
        )
    entered = Body(body.code, body.name, area)
    with writing(engine) as connection:
        register_organisation(
            connection, Organisation(body.code, body.name, OrganisationKind.GRASSROOTS), now
        )
        known = connection.execute(
            select(grassroots_bodies.c.area).where(grassroots_bodies.c.code == body.code)
        ).scalar()
        if known is None:
            connection.execute(insert(grassroots_bodies).values(code=body.code, area=area, registered_at=now))
            record(connection, event="space:body:register", subject=body.code, body={"area": area}, now=now)
        elif known != area:
            raise Refused(
                Deny((Reason("backflow.area.fixed", f"{body.code} answers for {known}", where="area"),))
            )
    return entered


def body(connection: Connection, code: str) -> Body:
    """The grass-roots body of that code.

    Raises:
        Unknown: there is none.
    """
    row = _BODY.run(connection, {"code": code}).first()
    if row is None:
        raise Unknown("grass-roots body", code, "enter it with `ybz backflow body`")
    return Body(code, row.name, row.area)


# Asked whenever a body does anything.
_BODY: Final = Prepared(
    select(organisations.c.name, grassroots_bodies.c.area)
    .join(grassroots_bodies, grassroots_bodies.c.code == organisations.c.code)
    .where(organisations.c.code == bindparam("code"))
)


def bodies(connection: Connection) -> tuple[Body, ...]:
    """Every grass-roots body that is entered, by area."""
    b, o = grassroots_bodies.c, organisations.c
    query = select(b.code, o.name, b.area).join(organisations, o.code == b.code).order_by(b.area, b.code)
    return tuple(Body(*row) for row in connection.execute(query))


def is_body(connection: Connection, code: str) -> bool:
    """Whether an organisation is a grass-roots body that is entered."""
    b = grassroots_bodies.c
    return connection.execute(select(b.code).where(b.code == code)).first() is not None


def ledger(home: Home, connection: Connection, subscription_id: str) -> pa.Table:
    """The rows of the area as they are now: every delivery of a subscription, applied in order.

    Args:
        home: the installation.
        connection: a reading transaction.
        subscription_id: whose rows.

    Returns:
        ``_row``, ``_disputed`` and the subscribed fields, one row a row of the area; the rows
        delivered last come last. Flags are those of now, not of the day of delivery.

    Raises:
        Unknown: the subscription has had no delivery.
        FileChanged: a delivered file is not what was delivered.
        Refused: a stop closes it.
    """
    made = deliveries_of(connection, subscription_id)
    if not made:
        raise Unknown("delivery of subscription", subscription_id, "`ybz build` delivers after each release")
    require_open(connection, made[0])
    current = read_rows(home, made[0]).slice(0, 0)
    for delivery in made:
        rows = read_rows(home, delivery)
        stay = pc.invert(pc.is_in(current["_row"], value_set=rows["_row"].combine_chunks()))
        fresh = rows.filter(pc.not_equal(rows["_change"], "removed"))
        current = pa.concat_tables([current.filter(stay), fresh], promote_options="default")
    return _flagged(connection, made[0].dataset, current.drop_columns(["_change", "_fields"]))


def _flagged(connection: Connection, dataset: str, rows: pa.Table) -> pa.Table:
    """The rows with the fields of each that are challenged now."""
    now, place = disputed(connection, dataset), rows.column_names.index("_disputed")
    shown = set(rows.column_names)
    flags = [",".join(f for f in now.get(row, ()) if f in shown) for row in rows["_row"].to_pylist()]
    return rows.set_column(place, "_disputed", pa.array(flags, pa.string()))
