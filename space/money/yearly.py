"""A year told by its monthly statements 月度对账单: the figures others publish are those that were stated.

Decides which statement speaks for a month: the closed one, else the month as it would be stated now, which is
then said to be open. No call is counted here: what a statement does not say is not in a year.

Source: 国家数据局综合司 notice of 2026-02-10 (yearly disclosure); 发改价格〔2025〕65号.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from catalog.store.tables.money import invoice_lines, invoices
from policies.price_terms import Price
from space.money import statements
from space.money.invoice_writing import CREDIT_NOTE

_MONTHS = tuple(range(1, 13))


@dataclass(frozen=True, slots=True)
class Month:
    """One month of an organisation.

    Attributes:
        organisation, month: whose, and which, ``YYYY-MM``.
        digest: of the closed statement; None where the month is open.
        sections: what it says of each grant.
    """

    organisation: str
    month: str
    digest: str | None
    sections: tuple[Mapping[str, Any], ...]

    def of(self, grants: Collection[str]) -> tuple[Mapping[str, Any], ...]:
        """What it says of some grants."""
        return tuple(section for section in self.sections if section["grant"] in grants)

    def to_document(self, grants: Collection[str]) -> dict[str, Any]:
        """Plain JSON-able form: the statement, and what of it is of some grants."""
        return {
            "organisation": self.organisation,
            "month": self.month,
            "state": "open" if self.digest is None else "closed",
            "digest": self.digest,
            "amount_fen": sum(int(section["amount_fen"]) for section in self.of(grants)),
        }


@dataclass(frozen=True, slots=True)
class Stated:
    """What statements say of some grants.

    Attributes:
        answers: calls that were answered.
        free: of those, under grants that cost nothing by their purpose.
        refused, lost: calls that were not.
        amount_fen: charged for the answered ones.
    """

    answers: int
    free: int
    refused: int
    lost: int
    amount_fen: int


def months(connection: Connection, organisation: str, year: int, now: datetime) -> tuple[Month, ...]:
    """The months of a year in which an organisation called, the first first.

    Args:
        connection: any transaction.
        organisation: its code.
        year: calendar year, Asia/Shanghai.
        now: aware instant.
    """
    found = []
    for number in _MONTHS:
        month = f"{year}-{number:02d}"
        document, digest = statements.stated(connection, organisation, month, now)
        if document["grants"]:
            found.append(Month(organisation, month, digest, tuple(document["grants"])))
    return tuple(found)


def add_up(sections: Iterable[Mapping[str, Any]], free: Collection[str]) -> Stated:
    """The sums of sections of statements.

    Args:
        sections: of any months and grants.
        free: classes of purposes for which nothing is asked.
    """
    sums: Counter[str] = Counter()
    for section in sections:
        for line in section["lines"]:
            sums["answers"] += line["answers"]
            sums["free"] += line["answers"] if section["purpose_class"] in free else 0
            sums["refused"] += line["not_charged"].get("refused", 0)
            sums["lost"] += line["not_charged"].get("lost", 0)
            sums["amount"] += line["amount_fen"]
    return Stated(sums["answers"], sums["free"], sums["refused"], sums["lost"], sums["amount"])


def prices(sections: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Actual prices: for each purpose, product and agreed price, how much was answered and charged."""
    found: dict[tuple[str, str, str, int], Counter[str]] = {}
    for section in sections:
        agreed = Price.from_document(section["price"])
        for line in section["lines"]:
            if line["answers"]:
                key = (section["purpose"], line["product"], line["unit"], agreed.of(line["product"]))
                found.setdefault(key, Counter()).update(
                    answers=line["answers"], calls=line["calls"], amount_fen=line["amount_fen"]
                )
    names = ("purpose", "product", "unit", "price_fen")
    return [{**dict(zip(names, key, strict=True)), **dict(sums)} for key, sums in sorted(found.items())]


def credited_fen(connection: Connection, grants: Collection[str], year: int) -> int:
    """What credit notes took off the bills of a year's months for some grants."""
    i, line = invoices.c, invoice_lines.c
    wanted = (
        select(func.coalesce(func.sum(line.amount_fen), 0))
        .join(invoices, i.number == line.number)
        .where(i.kind == CREDIT_NOTE, i.month.startswith(f"{year}-"), line.grant_id.in_(grants))
    )
    return -int(connection.execute(wanted).scalar_one())


def open_months(told: Iterable[Month]) -> Iterator[Month]:
    """Months whose statement is not closed: their figures may still change."""
    return (month for month in told if month.digest is None)
