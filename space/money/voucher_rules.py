"""Who may hold and spend a data voucher: dates, firms, caps, and no self-dealing 自我交易.

Decides from the batch, the organisations and the organisation tree. The value itself is moved by
:mod:`space.money.vouchers` and :mod:`space.money.voucher_spending`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from catalog.organisations import tree, units
from catalog.revisions import called
from policies.access import Caller
from policies.decision import Reason
from space.identity.organisations import organisation
from space.money.invoice_writing import INVOICE
from space.money.invoices import Invoice

_PERCENT: Final = 100


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of vouchers as it stands.

    Attributes:
        id, title, issuer: of it.
        budget_fen, cap_fen: all it holds, and the most one firm claims.
        share_percent: most of a price payable that its vouchers pay.
        claim_from, claim_to, spend_to: days, all included.
        products, datasets: eligible; empty = every one.
        basis: the decision it rests on.
        unissued_fen, unclaimed_fen, unspent_fen, spent_fen, expired_fen: where its budget is.
    """

    id: str
    title: str
    issuer: str
    budget_fen: int
    cap_fen: int
    share_percent: int
    claim_from: date
    claim_to: date
    spend_to: date
    products: tuple[str, ...]
    datasets: tuple[str, ...]
    basis: str
    unissued_fen: int
    unclaimed_fen: int
    unspent_fen: int
    spent_fen: int
    expired_fen: int

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        parts = ("unissued", "unclaimed", "unspent", "spent", "expired")
        return {
            "id": self.id,
            "title": self.title,
            "issuer": self.issuer,
            "budget_fen": self.budget_fen,
            "cap_fen": self.cap_fen,
            "share_percent": self.share_percent,
            "claim_from": self.claim_from.isoformat(),
            "claim_to": self.claim_to.isoformat(),
            "spend_to": self.spend_to.isoformat(),
            "products": list(self.products),
            "datasets": list(self.datasets),
            "basis": self.basis,
            "value_fen": {part: getattr(self, f"{part}_fen") for part in parts},
        }

    def eligible(self, line: Any) -> bool:
        """Whether a line of an invoice may be paid with its vouchers: its product, and all its datasets."""
        product = not self.products or line["product"] in self.products
        return product and (not self.datasets or set(line["datasets"]) <= set(self.datasets))

    def most_of(self, lines: Iterable[tuple[Any, int]]) -> int:
        """What its vouchers pay of an invoice at most, from its lines and what is left of each."""
        return sum(fen for line, fen in lines if self.eligible(line)) * self.share_percent // _PERCENT


def claim_faults(connection: Connection, batch: Batch, firm: str, on: date) -> Iterator[Reason]:
    """Why a firm may not claim from a batch on a day."""
    if not batch.claim_from <= on <= batch.claim_to:
        yield Reason(
            "voucher.claim.dates",
            "vouchers of the batch are not claimed on this day",
            "batch",
            f"{batch.claim_from} to {batch.claim_to}",
        )
    if organisation(connection, firm).kind.caller is not Caller.OUTSIDE:
        yield Reason(
            "voucher.claim.firm",
            "vouchers are for firms: an organisation of the administration pays nothing",
            "firm",
            "have a registered operator claim",
        )
    if affiliated(connection, firm, batch.issuer, on):
        yield _SELF_DEALING


def spend_faults(
    connection: Connection, batch: Batch, firm: str, invoice: Invoice, on: date
) -> Iterator[Reason]:
    """Why a firm may not pay an invoice with a voucher of a batch on a day."""
    if on > batch.spend_to:
        yield Reason(
            "voucher.spend.over",
            "the voucher is no longer good",
            "voucher",
            f"vouchers of the batch were good until {batch.spend_to}",
        )
    if invoice.kind != INVOICE or invoice.payer != firm:
        yield Reason(
            "voucher.spend.invoice",
            "the invoice is not one this firm has to pay",
            "invoice",
            "`ybz invoice list` shows a firm's invoices",
        )
        return
    lines = [line for line in invoice.signed.document["lines"] if batch.eligible(line)]
    if not lines:
        yield Reason(
            "voucher.spend.product",
            "nothing on the invoice may be paid with vouchers of this batch",
            "invoice",
            "`ybz voucher show` lists the eligible products and datasets",
        )
    others = {batch.issuer, invoice.issuer, *_departments(connection, lines)}
    if any(affiliated(connection, firm, other, on) for other in others):
        yield _SELF_DEALING


def affiliated(connection: Connection, one: str, other: str, on: date) -> bool:
    """Whether two organisations are the same, or hang in the same organisation tree on a day.

    Whoever came after a unit in a reform stands in its place.
    """
    if one == other:
        return True
    ours, theirs = (_roots(connection, code, on) for code in (one, other))
    return bool(ours & theirs)


def _roots(connection: Connection, code: str, on: date) -> frozenset[str]:
    """The tops of the trees a code hangs in; empty where it stands in none."""
    found = set()
    for here in tree.successors(connection, code, on):
        seen: set[str] = set()
        while here not in seen:
            seen.add(here)
            span = units.span_on(connection, here, on)
            if span is None or span.parent is None:
                break
            here = span.parent
        found.add(here)
    return frozenset(found)


def _departments(connection: Connection, lines: Iterable[Any]) -> set[str]:
    """Codes of the departments whose data the lines are about."""
    names = {name for line in lines for name in line["datasets"]}
    entries = called(connection, sorted(names)).values()
    return {entry.contract.department.code for entry in entries if entry.contract.department.code}


_SELF_DEALING: Final = Reason(
    "voucher.self_dealing",
    "the firm is the issuer of the vouchers, the seller or the source of the product, or affiliated with one",
    "firm",
    "vouchers are for firms outside the organisation tree of those who issue, grant and provide",
)
