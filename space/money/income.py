"""Excess income 超额收益: what an organisation took in a year above its cost and the permitted profit.

Decides the computation. Income is what it billed here, credit notes taken off, and what it states to have
had elsewhere; cost is what it was billed here and what it states. Statements only add up, each has its basis.

Source: 发改价格〔2025〕65号 (最高准许收入 = 经营成本 (扣除补助) + 准许利润 + 税金; 超额收益在下一周期扣减).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, func, insert, select

from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.money import invoices, operation_accounts
from policies.decision import Deny, Reason
from policies.rulebook import rule
from space.errors import Refused

Kind = Literal["cost", "subsidy", "tax", "income"]
KINDS: Final[tuple[Kind, ...]] = ("cost", "subsidy", "tax", "income")


@dataclass(frozen=True, slots=True)
class Income:
    """The year of an organisation, in fen.

    Attributes:
        organisation, year: whose.
        billed: invoices it issued, credit notes taken off.
        stated_income: had elsewhere, as it states.
        cost: stated.
        fees: what it was billed itself, credit notes taken off: a cost too.
        subsidy, tax: stated.
        deducted: excess of the year before, which this year must do without.
        profit_percent: the permitted profit of the rule.
        profit_source: where that comes from.
    """

    organisation: str
    year: int
    billed: int
    stated_income: int
    cost: int
    fees: int
    subsidy: int
    tax: int
    deducted: int
    profit_percent: int
    profit_source: str

    @property
    def income(self) -> int:
        """All of the year's income."""
        return self.billed + self.stated_income

    @property
    def base(self) -> int:
        """Cost that no subsidy covered."""
        return max(0, self.cost + self.fees - self.subsidy)

    @property
    def profit(self) -> int:
        """The permitted profit, in whole fen, rounded down."""
        return self.base * self.profit_percent // 100

    @property
    def permitted(self) -> int:
        """The highest permitted income 最高准许收入 of the year, the excess of the last taken off."""
        return max(0, self.base + self.profit + self.tax - self.deducted)

    @property
    def excess(self) -> int:
        """Income above it."""
        return max(0, self.income - self.permitted)

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "organisation": self.organisation,
            "year": self.year,
            "income": {"billed": self.billed, "stated": self.stated_income, "total": self.income},
            "cost": {"stated": self.cost, "fees": self.fees, "subsidy": self.subsidy, "base": self.base},
            "profit": {"percent": self.profit_percent, "fen": self.profit, "source": self.profit_source},
            "tax": self.tax,
            "deducted": self.deducted,
            "permitted": self.permitted,
            "excess": self.excess,
        }


def state(
    connection: Connection,
    organisation: str,
    year: int,
    kind: Kind,
    amount_fen: int,
    *,
    basis: str,
    by: str,
    now: datetime,
) -> str:
    """Enter an amount of an organisation's year.

    Args:
        connection: a writing transaction.
        organisation: whose.
        year: of the account.
        kind: ``cost``, ``subsidy``, ``tax`` or ``income`` had elsewhere.
        amount_fen: below zero takes an earlier statement back.
        basis: the account it is taken from.
        by: the person who enters it.
        now: aware instant.

    Returns:
        Id of the statement.

    Raises:
        Refused: the amount is nought, no basis is given, or more is taken back than was stated.
    """
    if not amount_fen or not basis.strip() or kind not in KINDS:
        raise Refused(Deny((_STATED,)))
    if _stated(connection, organisation, year).get(kind, 0) + amount_fen < 0:
        raise Refused(Deny((_STATED,)))
    made = new_id("opa")
    body = {"organisation": organisation, "year": year, "kind": kind, "amount_fen": amount_fen, "by": by}
    evidence = record(connection, event="space:income:state", subject=made, body=body, now=now)
    connection.execute(
        insert(operation_accounts).values(
            id=made,
            organisation=organisation,
            year=year,
            kind=kind,
            amount_fen=amount_fen,
            basis=basis.strip(),
            stated_by=by,
            stated_at=now,
            evidence_id=evidence,
        )
    )
    return made


def income(connection: Connection, organisation: str, year: int) -> Income:
    """The year of an organisation; what the year before had in excess is taken off its permitted income.

    Args:
        connection: any transaction.
        organisation: its code.
        year: of the use and of the accounts.
    """
    return _year(connection, organisation, year, _first(connection, organisation, year))


def _year(connection: Connection, organisation: str, year: int, first: int) -> Income:
    stated = _stated(connection, organisation, year)
    deducted = 0 if year <= first else _year(connection, organisation, year - 1, first).excess
    profit = rule("tariff", "permitted_profit", date(year, 12, 31))
    return Income(
        organisation=organisation,
        year=year,
        billed=_billed(connection, invoices.c.issuer == organisation, year),
        stated_income=stated.get("income", 0),
        cost=stated.get("cost", 0),
        fees=_billed(connection, invoices.c.payer == organisation, year),
        subsidy=stated.get("subsidy", 0),
        tax=stated.get("tax", 0),
        deducted=deducted,
        profit_percent=int(profit.value),
        profit_source=profit.source,
    )


def _billed(connection: Connection, mine: Any, year: int) -> int:
    total = select(func.coalesce(func.sum(invoices.c.total_fen), 0))
    return int(connection.execute(total.where(mine, invoices.c.month.startswith(f"{year}-"))).scalar_one())


def _stated(connection: Connection, organisation: str, year: int) -> Mapping[str, int]:
    a = operation_accounts.c
    rows = connection.execute(
        select(a.kind, func.sum(a.amount_fen).label("fen"))
        .where(a.organisation == organisation, a.year == year)
        .group_by(a.kind)
    )
    return {row.kind: int(row.fen) for row in rows}


def _first(connection: Connection, organisation: str, year: int) -> int:
    """The first year anything is known of; before it nothing is deducted."""
    a, i = operation_accounts.c, invoices.c
    stated = connection.execute(select(func.min(a.year)).where(a.organisation == organisation)).scalar()
    billed = connection.execute(
        select(func.min(i.month)).where((i.issuer == organisation) | (i.payer == organisation))
    ).scalar()
    known = [int(stated)] if stated is not None else []
    known += [int(billed[:4])] if billed is not None else []
    return min([*known, year])


_STATED: Final = Reason(
    "money.income.stated",
    "the amount cannot be entered",
    "amount",
    "cost, subsidy, tax or income other than nought, with its basis; take back no more than was stated",
)
