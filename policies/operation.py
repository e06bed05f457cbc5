"""Offices of authorised operation 授权运营, and what its papers hold at least.

Decides what is lacking in the clauses of an agreement, in its products and in the risk assessment of a
scenario, by dated rules (``rules/operation.yaml``). Says nothing about entries of the ledger.

Source: 发改数据规〔2025〕27号.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from policies.rulebook import NATIONAL, rule

FILE: Final = "operation"


class Party(StrEnum):
    """In which office a person acts on an agreement or a scenario."""

    BODY = "body"  # 实施机构
    OPERATOR = "operator"  # 运营机构
    AUTHORITY = "authority"  # 数据主管部门
    CLOCK = "clock"  # nobody: a term began or ran out


def lacking_clauses(clauses: Mapping[str, Any], on: date, place: str = NATIONAL) -> Iterator[tuple[str, str]]:
    """Key and words of every clause an agreement lacks."""
    for key, words in rule(FILE, "agreement_clauses", on, place).value.items():
        if not str(clauses.get(key) or "").strip():
            yield key, words


def lacking_products(products: Any, on: date, place: str = NATIONAL) -> Iterator[tuple[str, str]]:
    """Place and words of everything a list of products lacks."""
    fields = rule(FILE, "product_fields", on, place).value
    if not isinstance(products, list) or not products:
        yield "products", "产品和服务清单"
        return
    for number, product in enumerate(products, start=1):
        stated = product if isinstance(product, Mapping) else {}
        for key, words in fields.items():
            if not str(stated.get(key) or "").strip():
                yield f"products {number}: {key}", words


def lacking_risk(risk: Any, on: date, place: str = NATIONAL) -> Iterator[tuple[str, str]]:
    """Key and words of everything a risk assessment lacks."""
    stated = risk if isinstance(risk, Mapping) else {}
    for key, words in rule(FILE, "risk_fields", on, place).value.items():
        if not str(stated.get(key) or "").strip():
            yield f"risk: {key}", words
    levels = rule(FILE, "risk_levels", on, place).value
    if stated.get("level") and stated["level"] not in levels:
        yield "risk: level", f"one of {', '.join(levels)}"


def longest_end(starts_on: date, on: date, place: str = NATIONAL) -> date:
    """The latest last day of an agreement that begins on a day."""
    years = int(rule(FILE, "longest_term", on, place).value)
    return years_after(starts_on, years) - timedelta(days=1)


def years_after(day: date, years: int) -> date:
    """The same day some years later; 1 March for a 29 February that is not there.

    >>> years_after(date(2024, 2, 29), 1)
    datetime.date(2025, 3, 1)
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def year_ends(starts_on: date, last: date) -> Iterator[date]:
    """The last day of every year of an agreement, the last one cut at its end.

    >>> [str(day) for day in year_ends(date(2025, 3, 1), date(2026, 6, 30))]
    ['2026-02-28', '2026-06-30']
    """
    for number in range(1, 200):
        end = years_after(starts_on, number) - timedelta(days=1)
        yield min(end, last)
        if end >= last:
            return
