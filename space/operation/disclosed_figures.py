"""The figures of a yearly disclosure, each with its definition, and the ceilings of what may be charged.

Decides what each figure counts; what they are called and how they are defined are dated rules.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy import Connection

from catalog.clocks.place import place_on
from policies.purpose import purposes
from policies.rulebook import rule
from policies.tariff import ceiling_fen
from space.money import yearly
from space.operation.agreements import Agreement
from space.operation.stated_use import StatedUse


def figures(
    connection: Connection, held: Collection[Agreement], told: Collection[dict[str, Any]], used: StatedUse,
    last: date,
) -> list[dict[str, Any]]:  # fmt: skip
    """Every figure with what it counts; the definitions are dated rules."""
    sums = used.sums(last)
    values: dict[str, Any] = {
        "agreements": len(held),
        "scenarios": sum(len(each["scenarios"]) for each in told),
        "datasets": len({entry["dataset"] for each in told for entry in each["catalogue"]}),
        "products": len({(each["number"], one["name"]) for each in told for one in each["products"]}),
        **{name: sums[name] for name in ("grants", "calls", "free_calls", "calls_refused", "calls_lost")},
        "income": _yuan(sums["income_fen"]),
        "credited": _yuan(yearly.credited_fen(connection, used.grants, used.year)),
    }
    stated = rule("operation", "disclosure_figures", last, place_on(connection, last))
    return [
        {"code": code, "value": values[code], "source": stated.source, **words}
        for code, words in stated.value.items()
        if code in values
    ]


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def ceilings(held: Iterable[Agreement], last: date) -> list[dict[str, Any]]:
    """The ceiling of every purpose the agreements name."""
    vocabulary = purposes(last)
    named = sorted({code for each in held for code in each.stated["purposes"]} & set(vocabulary))
    return [
        {
            "purpose": code, "title": vocabulary[code].title, "class": vocabulary[code].group,
            "ceiling_fen_per_call": ceiling_fen(code, last),
        }
        for code in named
    ]  # fmt: skip
