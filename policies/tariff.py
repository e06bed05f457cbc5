"""Metered use to money 公共数据运营服务费: what a call may cost, and what calls came to.

Decides the ceiling rule; amounts are whole fen. Who pays, and when, is not decided here.
"""

from __future__ import annotations

from datetime import date

from policies.decision import Decision, Deny, Permit, Reason
from policies.purpose import purposes
from policies.rulebook import rule


def ceiling_fen(purpose: str, on: date) -> int:
    """Highest price of one call for a purpose, in fen; 0 where the purpose is free.

    Raises:
        KeyError: the purpose is not in the vocabulary.

    Source: 发改价格〔2025〕65号.
    """
    known = purposes(on)[purpose]
    if not known.charged:
        return 0
    return int(rule("tariff", "ceilings", on).value[known.group])


def within_ceiling(purpose: str, price_fen: int, on: date) -> Decision:
    """Whether a price a call is allowed: not negative, and not above the purpose's ceiling."""
    ceiling = ceiling_fen(purpose, on)
    if 0 <= price_fen <= ceiling:
        return Permit()
    rest = "this purpose is free: 0 fen" if ceiling == 0 else f"0 to {ceiling} fen a call"
    return Deny(
        (Reason("tariff.above_ceiling", "the price is outside its ceiling", "price_fen_per_call", rest),)
    )


def charge_fen(calls: int, price_fen_per_call: int) -> int:
    """Money for a number of answered calls, in fen.

    >>> charge_fen(3, 500)
    1500
    """
    if calls < 0 or price_fen_per_call < 0:
        raise ValueError("calls and price are not negative")
    return calls * price_fen_per_call
