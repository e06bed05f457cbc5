"""Prices of a grant 价格条款 as typed values: what of which unit, a fee on trial, steps by number.

Decides what well-formed price terms are and how each is written in one line; the same lines stand in the
terms people write, in the ODRL agreement and in statements. What a call then costs is
:mod:`policies.charging`'s. An absent term states nothing: the tariff of the day holds.

Source: 发改价格〔2025〕65号 (产品数量、服务数量、时间、数据调用量; 试行收费标准).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

from policies.written import matched

_WHOLE: Final = 100  # percent
_PRICE: Final = re.compile(r"([a-z][a-z_]{0,30}): (0|[1-9]\d{0,8})/(call|product|service|time)")
_TRIAL: Final = re.compile(r"(\d{1,3})% for ([1-9]\d{0,2}) months")
_TIER: Final = re.compile(r"above ([1-9]\d{0,8}): (\d{1,3})%")


class Unit(StrEnum):
    """What an agreed price is for.

    Source: 发改价格〔2025〕65号.
    """

    CALL = "call"  # 数据调用量
    PRODUCT = "product"  # 产品数量
    SERVICE = "service"  # 服务数量: one kind of product, used in a month
    TIME = "time"  # 时间: a month in which something was answered


@dataclass(frozen=True, slots=True)
class ProductPrice:
    """What one unit of a product costs.

    Attributes:
        product: what is asked for, as in rule ``units`` of ``tariff.yaml``.
        fen: for one unit.
        unit: what is counted.
    """

    product: str
    fen: int
    unit: Unit

    def __post_init__(self) -> None:
        if _PRICE.fullmatch(self.text()) is None:
            raise ValueError("a price is of one product, in whole fen, not negative")

    def text(self) -> str:
        """As it is written, e.g. ``query: 500/call``."""
        return f"{self.product}: {self.fen}/{self.unit}"


@dataclass(frozen=True, slots=True)
class TrialFee:
    """A fee on trial 试行收费: the first months of the grant at a share of its prices.

    Attributes:
        percent: of the agreed prices.
        months: from the first day of the grant.
    """

    percent: int
    months: int

    def __post_init__(self) -> None:
        if not 0 <= self.percent <= _WHOLE or self.months < 1:
            raise ValueError("a trial fee is 0 to 100 percent for one month or more")

    def text(self) -> str:
        """As it is written, e.g. ``50% for 3 months``."""
        return f"{self.percent}% for {self.months} months"


@dataclass(frozen=True, slots=True)
class Tier:
    """A step by number 阶梯: of the calls of one month, those above a number cost a share of their price.

    Attributes:
        above: so many calls of the month.
        percent: of the agreed price.
    """

    above: int
    percent: int

    def __post_init__(self) -> None:
        if self.above < 1 or not 0 <= self.percent <= _WHOLE:
            raise ValueError("a tier is above one call or more, at 0 to 100 percent")

    def text(self) -> str:
        """As it is written, e.g. ``above 1000: 90%``."""
        return f"above {self.above}: {self.percent}%"


@dataclass(frozen=True, slots=True)
class Price:
    """What was agreed.

    Attributes:
        fen: for one unit of a product that has no price of its own.
        since: first day of the grant.
        products: prices of single products, in units of their own.
        trial: the fee on trial; that of the tariff where None.
        tiers: steps by number; those of the tariff where empty.
    """

    fen: int
    since: date
    products: tuple[ProductPrice, ...] = ()
    trial: TrialFee | None = None
    tiers: tuple[Tier, ...] = ()

    def of(self, product: str) -> int:
        """Fen for one unit of a product."""
        return next((each.fen for each in self.products if each.product == product), self.fen)

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form, which :meth:`from_document` reads; what is not stated is left out."""
        stated = {
            "products": [each.text() for each in self.products],
            "trial": None if self.trial is None else self.trial.text(),
            "tiers": [each.text() for each in self.tiers],
        }
        return {"fen": self.fen, "since": self.since.isoformat()} | {k: v for k, v in stated.items() if v}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Price:
        """The price a statement names.

        Raises:
            ValueError: it does not read as one.
        """
        trial = document.get("trial")
        return cls(
            fen=int(document["fen"]),
            since=date.fromisoformat(document["since"]),
            products=tuple(map(product_price, document.get("products", ()))),
            trial=None if trial is None else trial_fee(trial),
            tiers=tuple(map(tier, document.get("tiers", ()))),
        )


def product_price(line: str) -> ProductPrice:
    """A price as it is written.

    >>> product_price("list: 20000/time").unit
    <Unit.TIME: 'time'>

    Raises:
        ValueError: it does not read as one.
    """
    found = matched(
        _PRICE, line, "a price reads `query: 500/call`: product, fen; call, product, service or time"
    )
    return ProductPrice(found[1], int(found[2]), Unit(found[3]))


def trial_fee(line: str) -> TrialFee:
    """A trial fee as it is written.

    Raises:
        ValueError: it does not read as one.
    """
    found = matched(_TRIAL, line, "a trial fee reads `50% for 3 months`")
    return TrialFee(int(found[1]), int(found[2]))


def tier(line: str) -> Tier:
    """A tier as it is written.

    Raises:
        ValueError: it does not read as one.
    """
    found = matched(_TIER, line, "a tier reads `above 1000: 90%`")
    return Tier(int(found[1]), int(found[2]))


def rising(tiers: tuple[Tier, ...]) -> bool:
    """Whether every tier begins above the one before it."""
    return all(first.above < second.above for first, second in pairwise(tiers))
