"""The tariff of a day 公共数据运营服务费: dated data, its ceilings, and whether an agreed price is lawful.

Decides which tariff holds on a day and what may be agreed under it (``policies/rules/tariff.yaml``). What a
call costs under it is :mod:`policies.charging`'s.

Source: 发改价格〔2025〕65号.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Final

from policies.charging import Ceiling, Tariff
from policies.decision import Decision, Deny, Permit, Reason
from policies.price_terms import Price, ProductPrice, Unit
from policies.purpose import purposes
from policies.rulebook import edition, rule


def tariff(on: date) -> Tariff:
    """The tariff of a day.

    Raises:
        RuleError: a rule is missing, or its steps cannot be used.
    """
    return _read(edition("tariff"), on)


def ceiling_fen(purpose: str, on: date) -> int:
    """Highest price of one call for a purpose, in fen; 0 where the purpose is free.

    Raises:
        KeyError: the purpose is not in the vocabulary.

    Source: 发改价格〔2025〕65号.
    """
    return ceiling(purpose, on).fen


def ceiling(purpose: str, on: date, unit: Unit = Unit.CALL) -> Ceiling:
    """The ceiling of a unit for a purpose, with its source.

    Raises:
        KeyError: the purpose is not in the vocabulary.
    """
    known = purposes(on)[purpose]
    found = tariff(on).ceiling(known.group, unit)
    return found if known.charged else Ceiling(0, known.source, trial=False)


def charged_class(purpose: str, on: date) -> str:
    """The class a price of a purpose is computed for; a free one where the purpose itself is free."""
    known = purposes(on).get(purpose)
    if known is None or not known.charged:
        return min(tariff(on).free)
    return known.group


def lawful(purpose: str, price: Price, on: date) -> Decision:
    """Whether a price may be agreed: known products, within ceilings, on trial no longer than allowed.

    Args:
        purpose: code of a purpose of the vocabulary.
        price: of the terms.
        on: day of the agreement.
    """
    reasons = tuple(_unlawful(purpose, price, on))
    return Deny(reasons) if reasons else Permit()


def _unlawful(purpose: str, price: Price, on: date) -> Iterator[Reason]:
    if not 0 <= price.fen <= ceiling(purpose, on).fen:
        yield _above(purpose, Unit.CALL, "price_fen_per_call", on)
    known = tariff(on).units
    for each in price.products:
        if each.product not in known:
            yield _no_product(each, sorted(known))
        elif each.fen > ceiling(purpose, on, each.unit).fen:
            yield _above(purpose, each.unit, f"prices: {each.product}", on)
    longest = int(rule("tariff", "trial", on).value["longest_months"])
    if price.trial is not None and price.trial.months > longest:
        yield Reason(
            "tariff.trial_too_long",
            "the trial fee lasts longer than the rule allows",
            "trial_fee",
            f"{longest} months at most",
        )


def _above(purpose: str, unit: Unit, where: str, on: date) -> Reason:
    most = ceiling(purpose, on, unit).fen
    allowed = "this purpose is free: 0 fen" if most == 0 else f"0 to {most} fen a {_COUNTED[unit]}"
    return Reason("tariff.above_ceiling", "the price is outside its ceiling", where, allowed)


def _no_product(stated: ProductPrice, known: list[str]) -> Reason:
    return Reason(
        "tariff.product", "the tariff knows no such product", f"prices: {stated.product}", ", ".join(known)
    )


def charge_fen(calls: int, price_fen_per_call: int) -> int:
    """Money for a number of calls at one price, in fen.

    >>> charge_fen(3, 500)
    1500
    """
    if calls < 0 or price_fen_per_call < 0:
        raise ValueError("calls and price are not negative")
    return calls * price_fen_per_call


_COUNTED: Final = {
    Unit.CALL: "call", Unit.PRODUCT: "product", Unit.SERVICE: "service and month", Unit.TIME: "month",
}  # fmt: skip


@lru_cache(maxsize=256)
def _read(_state: tuple[tuple[str, int, int], ...], on: date) -> Tariff:
    by_unit = {unit: rule("tariff", _named(unit), on) for unit in Unit}
    return Tariff.from_document(
        {
            "free": rule("tariff", "free_classes", on).value,
            "ceilings": {unit.value: row.value for unit, row in by_unit.items()},
            "sources": {unit.value: row.source for unit, row in by_unit.items()},
            **{
                name: rule("tariff", name, on).value
                for name in ("units", "volume_steps", "size_steps", "cell_steps", "trial", "rounding")
            },
        }
    )


def _named(unit: Unit) -> str:
    return "ceilings" if unit is Unit.CALL else f"ceilings/{unit.value}"
