"""Signed statements about a supply: that it was handed over, how it was counted, that it was deleted.

Decides what each says. The delivery receipt names rows and bytes, for both sides count them (对账); no other
receipt of the space does. The receiver's statements are signed by the installation as its witness, and by the
receiver's own key where it has registered one and brings the signature. Each names its entry in the evidence
log by id and hash, so that its proof can be asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, or_, select

from catalog.evidence import record
from catalog.keys import Keys, Signer
from catalog.store.schema import new_id
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.supplies import supplies
from policies.clocks import local_date
from space.calls import jws, pricing
from space.calls.metering import Metered

if TYPE_CHECKING:
    from space.supply.intents import Intent, Made

DELIVERY_TYPE: Final = "ybz-supply+jws"
STATEMENT_TYPE: Final = "ybz-supply-statement+jws"


def delivered(
    intent: Intent, made: Made, priced: pricing.Priced, metered: Metered, now: datetime
) -> dict[str, Any]:
    """What the delivery receipt of a supply states."""
    ready = intent.ready
    terms = ready.grant.terms
    measure = pricing.Measure("supply")
    return {
        "id": new_id("rct"),
        "supply": intent.id,
        "grant": ready.grant.id,
        "terms": ready.grant.terms_digest,
        "holder": ready.receiver.code,
        "dataset": ready.contract.name,
        "releases": [ready.release.id],
        "form": ready.form.value,
        "place": made.place,
        "columns": [{"name": c.name, "masked": c.masked} for c in ready.columns],
        "rows": made.rows,
        "bytes": made.size_bytes,
        "sha256": made.sha256,
        "price_fen": priced.charge.fen,
        "time": now.strftime("%Y-%m-%dT%H:%MZ"),
        "evidence": metered.leaf_hash,
        "entry": metered.evidence_id,
        "use": pricing.stated(measure, priced, terms, "answered", metered.id, local_date(now)),
    }


def sign(connection: Connection, keys: Keys, receipt: Mapping[str, Any], now: datetime) -> str:
    """Sign a delivery receipt, and record its digest beside the usage row."""
    from contracts.canonical import digest

    body = {"receipt": receipt["id"], "statement": digest(dict(receipt))}
    record(connection, event="space:supply:receipt", subject=str(receipt["supply"]), body=body, now=now)
    return jws.sign(keys.signer, receipt, DELIVERY_TYPE)


def of_supply(connection: Connection, receipt_id: str) -> str | None:
    """The delivery receipt, or the receipt of the deletion here, of that id; None where no supply has it."""
    s = supplies.c
    wanted = select(s.receipt, s.deletion, s.receipt_id)
    row = connection.execute(
        wanted.where(or_(s.receipt_id == receipt_id, s.deletion_id == receipt_id))
    ).first()
    if row is None:
        return None
    return str(row.receipt if row.receipt_id == receipt_id else row.deletion)


def stated(
    connection: Connection,
    signer: Signer,
    *,
    supply_id: str,
    verb: str,
    said: Mapping[str, Any],
    open_body: Mapping[str, Any],
    now: datetime,
) -> str:
    """Sign a statement of the receiver as its witness.

    Args:
        connection: a writing transaction.
        signer: of the installation.
        supply_id: it is about.
        verb: ``acknowledge`` or ``prove``.
        said: what the receiver states.
        open_body: what of it the evidence log holds; no count of rows.
        now: aware instant.

    Returns:
        The statement as compact JWS.
    """
    entry = record(connection, event=f"space:supply:{verb}", subject=supply_id, body=dict(open_body), now=now)
    leaf = select(evidence_entries.c.leaf_hash).where(evidence_entries.c.id == entry)
    payload = {
        "id": new_id("stm"),
        "supply": supply_id,
        "states": verb,
        **said,
        "time": now.strftime("%Y-%m-%dT%H:%MZ"),
        "evidence": connection.execute(leaf).scalar_one(),
        "entry": entry,
    }
    return jws.sign(signer, payload, STATEMENT_TYPE)
