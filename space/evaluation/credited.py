"""What statements show of payments bound to results: each computation of the month, and checking it offline.

Decides that every credit follows from what the statement itself says: amount, share, target, floor, figure.
Of a line, what is taken off is no more than was left of it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, select

from catalog.store.tables.evaluation import result_settlements
from policies.evaluation import Bond, fraction


def of_month(connection: Connection, payer: str, month: str, grants: Collection[str]) -> list[dict[str, Any]]:
    """Computations settled in a month that concern lines of a payer's grants.

    Args:
        connection: to read with.
        payer: code of the organisation.
        month: ``YYYY-MM``, of the settlement.
        grants: of the statement.
    """
    s, told = result_settlements.c, list[dict[str, Any]]()
    query = select(s.document, s.payers).where(s.month == month).order_by(s.settled_at, s.id)
    for row in connection.execute(query):
        if payer not in row.payers:
            continue
        document = json.loads(row.document)
        mine = [each for each in document["lines"] if each["payer"] == payer and each["grant"] in grants]
        if mine:
            numbers = {each["invoice"] for each in mine}
            told.append(
                {
                    **{name: value for name, value in document.items() if name != "credit_notes"},
                    "lines": mine, "invoices": sorted(numbers),
                    "credit_fen": sum(each["credit_fen"] for each in mine),
                }
            )  # fmt: skip
    return told


def problems(computed: Mapping[str, Any]) -> list[str]:
    """What does not follow in a computation of a statement; empty where all of it does."""
    if computed["left_out"]:
        credited = any(line["computed_fen"] or line["credit_fen"] for line in computed["lines"])
        return [f"{computed['bond']}: the indicator was left out and still credits"] if credited else []
    floor = None if computed["floor"] is None else fraction(computed["floor"])
    bond = Bond(int(computed["share_percent"]), computed["direction"], fraction(computed["target"]), floor)
    value, found = Fraction(computed["value"], computed["of"] or 1), []
    for line in computed["lines"]:
        named = f"{computed['bond']}, {line['invoice']} line {line['line']}"
        if bond.credit_fen(int(line["amount_fen"]), value) != line["computed_fen"]:
            found.append(f"{named}: the terms give another credit than is stated")
        if not 0 <= line["credit_fen"] <= line["computed_fen"]:
            found.append(f"{named}: more is taken off than was computed")
    if sum(line["credit_fen"] for line in computed["lines"]) != computed["credit_fen"]:
        found.append(f"{computed['bond']}: the lines do not add up to its credit")
    return found
