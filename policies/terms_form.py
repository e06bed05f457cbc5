"""Terms as the document people write, and what two sets of terms differ in, in words.

Decides the form of a complete document: everything that holds is written out, defaults too. Reading it is
:mod:`space.granting.proposals`, which fills in what a document leaves out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from policies.protection_form import to_document as rules_document
from policies.terms import DatasetTerm, Terms
from policies.usage_form import usage_document

# Keys under which single things are added and taken away, rather than replaced as a whole.
_SETS: Final = frozenset(
    {"columns", "joins", "analyses", "hours", "networks", "rates", "volumes", "breach", "prices", "tiers",
     "aggregates", "roles", "functions", "partners", "keys", "types", "templates", "receivers"}
)  # fmt: skip


def to_document(terms: Terms) -> dict[str, Any]:
    """Every term, as it stands in a terms file."""
    limits = terms.disclosure
    made: dict[str, Any] = {
        "purpose": terms.purpose,
        "datasets": [_dataset(term) for term in terms.datasets],
        "mode": terms.mode.value,
        "disclosure": {
            "k": limits.k,
            "dominance_share": limits.dominance_share,
            "p_percent": limits.p_percent,
            "rounding_base": limits.rounding_base,
        },
        "calls": terms.calls,
        "max_rows": terms.max_rows,
        "valid_from": terms.valid_from.isoformat(),
        "valid_to": terms.valid_to.isoformat(),
        "price_fen_per_call": terms.price_fen_per_call,
        "analyses": sorted(analysis.value for analysis in terms.analyses),
        "release_period": terms.release_period.value,
    }
    if terms.joins:
        made["joins"] = [
            f"{join.left_dataset}.{join.left_field} = {join.right_dataset}.{join.right_field}"
            for join in terms.joins
        ]
    if terms.budget is not None:
        budget = terms.budget
        made["budget"] = {"rho": budget.rho, "rho_per_query": budget.rho_per_query, "delta": budget.delta}
        if budget.window is not None:
            made["budget"]["window"] = budget.window.text()
    return made | usage_document(terms)


def differences(old: Terms, new: Terms) -> tuple[str, ...]:
    """What changed from one set of terms to another, one line each; empty where nothing did.

    The lines name terms, columns and figures of the terms; there is no value of the data in terms but the
    constants of a row filter, which are told as changed only.
    """
    before, after = _flat(to_document(old)), _flat(to_document(new))
    lines: list[str] = []
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) != after.get(key):
            lines += _line(key, before.get(key), after.get(key))
    return tuple(lines)


def _dataset(term: DatasetTerm) -> dict[str, Any]:
    made: dict[str, Any] = {"name": term.name, "columns": list(term.columns)}
    if term.row_filter is not None:
        made["where"] = term.row_filter
    if term.region:
        made["region"] = term.region
    if rules := rules_document(term.rules):
        made["rules"] = rules
    return made


def _flat(document: Mapping[str, Any]) -> dict[str, Any]:
    datasets = {f"{one['name']}": one for one in document["datasets"]}
    rest = {key: value for key, value in document.items() if key != "datasets"}
    found = dict(_paths("", rest))
    for name, one in datasets.items():
        found |= dict(_paths(f"{name} ", {key: value for key, value in one.items() if key != "name"}))
    return found


def _paths(start: str, document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in document.items():
        if isinstance(value, Mapping):
            yield from _paths(f"{start}{key}.", value)
        else:
            yield f"{start}{key}", value


def _line(key: str, before: Any, after: Any) -> list[str]:
    last = key.rpartition(".")[2].rpartition(" ")[2]
    if last == "where":
        word = "added" if before is None else "taken away" if after is None else "changed"
        return [f"{key}: {word}"]
    if last in _SETS:
        old, new = list(before or ()), list(after or ())
        moved = [f"{key}: + {one}" for one in new if one not in old]
        moved += [f"{key}: − {one}" for one in old if one not in new]
        return moved or [f"{key}: in another order"]
    if before is None or after is None:
        return [f"{key}: + {after}" if before is None else f"{key}: − {before}"]
    return [f"{key}: {before} → {after}"]
