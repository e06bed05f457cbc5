"""Where the reporter of a challenge saw the value, and so which values are open to it.

Decides that a grass-roots body challenges what flows back to it now (a field of an active subscription, in a
row of its area or of its own delivery), and what a form of its own showed it; and that a record of a query is
:mod:`space.wayback.corrections.receipts`'. A value that is not open is answered like a row that does not
exist, whatever it is: nobody tries values they were never shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, select

from catalog.home import Home
from catalog.store.tables.forms import submissions
from policies.clocks import local_date
from policies.showing import showing
from space.errors import Unknown
from space.wayback.backflow.authoritative import Found, NotInArea, Source, row_by_reference
from space.wayback.backflow.bodies import Body, body
from space.wayback.backflow.inbox import Delivery, delivery, read_rows
from space.wayback.backflow.subscriptions import Subscription
from space.wayback.backflow.subscriptions import by_id as subscription_by_id
from space.wayback.backflow.subscriptions import listing as subscriptions_of
from space.wayback.corrections import receipts
from space.wayback.recall.postings import of_rows
from space.wayback.recall.rows import key_of_reference, row_at

if TYPE_CHECKING:
    from space.wayback.corrections.challenges import Challenge

# Beginnings of what an origin may be: a delivery, or one that was sent again.
_DELIVERIES: Final = ("dlv_", "rdl_")
_RECEIPT: Final = "rct_"
_FORM: Final = "frm_"


@dataclass(frozen=True, slots=True)
class Opened:
    """A row whose value is open to a challenge.

    Attributes:
        row: the row, as published now.
        subscription: it flows back under; empty where a form or a query showed it.
        grant: of the query it was seen in; empty otherwise.
        plain: fields that reach the reporter whole, so that it holds their values already.
    """

    row: Found
    subscription: str = ""
    grant: str = ""
    plain: frozenset[str] = frozenset()


def opened(home: Home, connection: Connection, found: Source, challenge: Challenge, secret: bytes) -> Opened:
    """The row a challenge is about, if its reporter was shown the value.

    Args:
        home: the installation.
        connection: a reading transaction.
        found: the dataset as published.
        challenge: as asked.
        secret: the pseudonym key.

    Raises:
        Unknown: the asker or the origin is not there, or is another's.
        NotInArea: no such value is open to it.
        Refused: the record is not named by its key or by whom it is about, or its grant is not in force.
    """
    if challenge.origin.startswith(_RECEIPT):
        row, grant = receipts.record_of(home, connection, found, challenge, secret)
        return Opened(row, grant=grant)
    asker = body(connection, challenge.asker)
    if challenge.origin.startswith(_DELIVERIES):
        return _of_delivery(home, connection, found, challenge, secret)
    if challenge.origin.startswith(_FORM):
        return _of_form(home, connection, found, challenge, asker, secret)
    if challenge.origin:
        raise Unknown("origin", challenge.origin, "name a delivery, a submission or a receipt")
    return _of_area(home, connection, found, challenge, asker, secret)


def _of_area(
    home: Home, connection: Connection, found: Source, challenge: Challenge, asker: Body, secret: bytes
) -> Opened:
    """A row of the area, in a field that flows back now or that a form of its own showed."""
    wanted = (challenge.field,)
    for one in _flowing(connection, challenge):
        try:
            row = row_by_reference(home, found, one.area, challenge.row, wanted, secret, meaning=one.meaning)
        except NotInArea:
            continue
        return Opened(row, one.id, plain=_plain(found, one))
    if not _shown(connection, challenge, kind="prefill", receiver=asker.code):
        raise NotInArea(challenge.dataset)
    return Opened(row_by_reference(home, found, asker.area, challenge.row, wanted, secret))


def _of_form(
    home: Home, connection: Connection, found: Source, challenge: Challenge, asker: Body, secret: bytes
) -> Opened:
    """A row of the area that a submission of the asker's was about."""
    s = submissions.c
    mine = select(s.evidence_id).where(s.id == challenge.origin, s.body == asker.code)
    evidence = connection.execute(mine).scalar()
    if evidence is None:
        raise Unknown("submission", challenge.origin, "name one of your own")
    if not _shown(connection, challenge, kind="submission", evidence=evidence):
        raise NotInArea(challenge.dataset)
    return Opened(row_by_reference(home, found, asker.area, challenge.row, (challenge.field,), secret))


def _of_delivery(
    home: Home, connection: Connection, found: Source, challenge: Challenge, secret: bytes
) -> Opened:
    """A row of a delivery of the asker's, wherever it lies now, while the subscription is active."""
    sent = _delivered(connection, challenge)
    under = subscription_by_id(connection, sent.subscription)
    rows = read_rows(home, sent)
    given = challenge.field in rows.column_names and challenge.field in under.fields
    if under.state != "active" or not given or challenge.row not in rows["_row"].to_pylist():
        raise NotInArea(challenge.dataset)
    key = key_of_reference(home, found.release, found.contract, challenge.row, secret)
    if key is None:
        raise NotInArea(challenge.dataset)
    # The row may have moved since: what it is now is not for the asker to learn.
    return Opened(receipts.only(found.contract, row_at(home, found.release, key), secret), under.id)


def _delivered(connection: Connection, challenge: Challenge) -> Delivery:
    sent = delivery(connection, challenge.origin)
    if (sent.subscriber, sent.dataset) != (challenge.asker, challenge.dataset):
        raise Unknown("delivery", challenge.origin, "name one of your own, of this dataset")
    return sent


def _flowing(connection: Connection, challenge: Challenge) -> Iterator[Subscription]:
    """Active subscriptions of the asker that bring the field."""
    for one in subscriptions_of(connection, challenge.asker):
        brings = one.dataset == challenge.dataset and challenge.field in one.fields
        if brings and one.state == "active":
            yield one


def _plain(found: Source, under: Subscription) -> frozenset[str]:
    """Fields of a subscription that were delivered whole, by the masks of the day of the release."""
    rules = showing(local_date(found.release.published_at))
    bare = {f.name for f in found.contract.fields if rules.mask_of(f) is None}
    return frozenset(under.plain) | (frozenset(under.fields) & bare)


def _shown(
    connection: Connection, challenge: Challenge, *, kind: str, receiver: str = "", evidence: str = ""
) -> bool:
    """Whether a posting names the field of the row: of a receiver, or of one act."""
    return any(
        one.posting.kind == kind
        and challenge.field in one.posting.items
        and (not receiver or one.posting.receiver == receiver)
        and (not evidence or one.posting.evidence == evidence)
        for one in of_rows(connection, challenge.dataset, (challenge.row,))
    )
