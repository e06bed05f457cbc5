"""Receipts 回执: a signed statement of one answered call, to be checked by anyone, offline.

Decides what a receipt says: who asked under which terms, of which releases, how the answer was made
safe and what it cost. It holds no row count, timing, size or text of the caller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from catalog.keys import Ring, Signer
from catalog.store.prepared import Prepared
from catalog.store.schema import new_id
from catalog.store.tables.queries import receipts
from policies.clocks import local_date
from policies.rulebook import rule
from space.calls import jws
from space.errors import Unknown

RECEIPT_TYPE: Final = "ybz-receipt+jws"
# Put together once: every answer stores one while other writers wait.
_ROW: Final = Prepared(insert(receipts), tuple(receipts.c.keys()))


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt states.

    Attributes:
        id: of the receipt.
        grant, terms: the grant and the digest of its terms.
        holder: code of the organisation that asked.
        query: salted digest of the text as it was written.
        canonical: salted digest of what it asks, the same for every text that asks the same.
        releases: ids of the releases read.
        mode: how the answer was made safe.
        mechanism: its public parameters.
        nrho: privacy budget this call spent, in billionths of rho; 0 for a repeated answer.
        price_fen: what the call cost.
        time: start of the time bucket, UTC.
        answer: SHA-256 of the stored answer.
        evidence: leaf hash of the call's entry in the evidence log.
        use: what its price was computed from, see :func:`space.calls.pricing.stated`.
        entry: id of that entry, with which its proof is asked for.
    """

    id: str
    grant: str
    terms: str
    holder: str
    query: str
    canonical: str
    releases: Sequence[str]
    mode: str
    mechanism: Mapping[str, Any]
    nrho: int
    price_fen: int
    time: str
    answer: str
    evidence: str
    use: Mapping[str, Any] = field(default_factory=dict)
    entry: str = ""

    def states(self) -> dict[str, Any]:
        """What is signed, by name."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class Stored:
    """A receipt as kept.

    Attributes:
        id: of the receipt.
        organisation: who may read it.
        jws: the signed receipt.
    """

    id: str
    organisation: str
    jws: str


def issue(connection: Connection, signer: Signer, receipt: Receipt, usage_id: str, now: datetime) -> str:
    """Sign and store a receipt in the transaction of its answer.

    Returns:
        The receipt as compact JWS.
    """
    signed = jws.sign(signer, receipt.states(), RECEIPT_TYPE)
    row = {
        "id": receipt.id,
        "usage_id": usage_id,
        "grant_id": receipt.grant,
        "organisation": receipt.holder,
        "jws": signed,
        "issued_at": now,
    }
    _ROW.run(connection, row)
    return signed


def verify(receipt: str, public: bytes | Ring) -> dict[str, Any]:
    """What a receipt states, once its signature is found to hold. Needs nothing but the public keys.

    Args:
        receipt: compact JWS.
        public: the installation's public key, or all it ever signed with, each with its time.

    Raises:
        SignatureInvalid: it was not signed with such a key in its time, or was changed since.
    """
    return jws.verify(receipt, public, RECEIPT_TYPE, signed_within)


def signed_within(states: Mapping[str, Any]) -> jws.Span:
    """The time bucket a receipt names, in which it was signed."""
    try:
        first = datetime.strptime(str(states.get("time")), "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    except ValueError:
        return None, None
    minutes = int(rule("grants", "receipt_time_bucket", local_date(first)).value)
    return first, first + timedelta(minutes=minutes)


def by_id(connection: Connection, receipt_id: str) -> Stored:
    """The stored receipt of that id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(receipts).where(receipts.c.id == receipt_id)).first()
    if row is None:
        raise Unknown("receipt", receipt_id)
    return Stored(row.id, row.organisation, row.jws)


def of_usage(connection: Connection, usage_id: str) -> Stored:
    """The receipt of a call.

    Raises:
        Unknown: the call was not answered.
    """
    row = connection.execute(select(receipts).where(receipts.c.usage_id == usage_id)).first()
    if row is None:
        raise Unknown("receipt of call", usage_id)
    return Stored(row.id, row.organisation, row.jws)


def fresh_id() -> str:
    """The id of a receipt about to be issued."""
    return new_id("rct")


def time_bucket(now: datetime) -> str:
    """Start of the time bucket an instant falls into, so that a receipt tells no run time."""
    seconds = 60 * int(rule("grants", "receipt_time_bucket", local_date(now)).value)
    start = int(now.timestamp()) // seconds * seconds
    return datetime.fromtimestamp(start, UTC).strftime("%Y-%m-%dT%H:%MZ")
