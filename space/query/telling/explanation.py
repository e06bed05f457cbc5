"""A plan told to a person: what is computed, how each figure is made safe, what it costs.

Decides wording only. Everything it says follows from the text, the terms and checked facts.
"""

from __future__ import annotations

from typing import Any, Final

from space.query.plan import Block, Plan
from space.query.telling.accuracy import accuracy

_NOTES: Final = {
    "threshold": (
        "a figure that rests on fewer than k units of any kind, or that one unit dominates, is withheld; a "
        "withheld figure looks the same whatever the reason",
        "counts are rounded to the rounding base, sums and averages to the significant digits given",
        "a cell is also withheld where it differs by fewer than k units from what your organisation was "
        "answered before with the same group columns; see docs/what-thresholds-stop.md for its limits",
        "several answers can be combined: where that matters, ask for differentially private terms",
    ),
    "dp": (
        "every figure carries noise; sigma is its standard deviation",
        "figures over the same rows agree: parts add up to their total, none is negative, means lie within "
        "their public bounds; how far that moved them is counted into the errors told with the answer",
        "rows that name no unit are left out",
        "keys without a public list of values show only above a noisy threshold",
    ),
    "plain": ("no row is about a unit: figures are exact",),
}


def explain(plan: Plan) -> dict[str, Any]:
    """The plan as plain data for a person."""
    return {
        "mode": str(plan.mode),
        "datasets": list(plan.datasets),
        "columns": [{"name": c.name, "type": c.type} for c in plan.columns],
        "accuracy": [column.to_document() for column in accuracy(plan)],
        "rho": plan.rho,
        "limits": {
            "k": plan.limits.k,
            "rounding_base": plan.limits.rounding_base,
            "significant_digits": plan.limits.digits,
            "max_rows": plan.limits.max_rows,
        },
        "blocks": [_block(block) for block in plan.blocks],
        "released_sql": plan.post_sql,
        "notes": [note for kind in dict.fromkeys(b.kind for b in plan.blocks) for note in _NOTES[kind]],
        "digest": plan.canonical_digest,
    }


def _block(block: Block) -> dict[str, Any]:
    from space.engines.threshold import statements

    sql = block.plain_sql
    if block.kind != "plain":
        sql = statements.private(block) if block.kind == "dp" else statements.cells(block)
    told: dict[str, Any] = {"name": block.name, "kind": block.kind, "sql": sql}
    if block.kind == "threshold":
        told["proofs"] = {p.kind: list(dict.fromkeys(p.methods)) for p in block.proofs}
    if block.kind == "dp":
        told |= {"bound": block.bound, "public_keys": block.public_keys, "key_sigma": block.keys_sigma}
        told["noise"] = {a.name: a.sigma / a.factor for a in block.aggregates}
    return told
