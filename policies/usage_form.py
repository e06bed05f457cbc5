"""Conditions of use and prices as people write them in a terms file, and back.

Decides the form only: lists of lines for hours, networks, rates, volumes, breaches, prices and tiers; a line
for the trial fee; small mappings for retention and the persons in charge. Reading is strict, as everywhere in
terms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from policies.enforcement import keys
from policies.price_terms import product_price, tier, trial_fee
from policies.terms import Terms
from policies.time_windows import time_window
from policies.usage_terms import (
    InCharge,
    Retention,
    breach_term,
    network,
    rate,
    volume,
)

_LINES: Final[Mapping[str, Callable[[str], Any]]] = {
    "hours": time_window,
    "networks": network,
    "rates": rate,
    "volumes": volume,
    "breach": breach_term,
    "prices": product_price,
    "tiers": tier,
}


def read_usage(document: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of :class:`~policies.terms.Terms` among the keys of a terms file; others are left alone.

    Raises:
        ValueError: a line does not read, or a key of a mapping is unknown or missing; begins with the key.
    """
    found: dict[str, Any] = {}
    for key, reader in _LINES.items():
        if key in document:
            found[key] = tuple(_line(reader, one, key) for one in _list(document[key], key))
    if "trial_fee" in document:
        found["trial_fee"] = _line(trial_fee, document["trial_fee"], "trial_fee")
    if "retention" in document:
        stated = _mapping(document["retention"], "retention", keys("Retention"))
        found["retention"] = Retention(**{key: _days(value, key) for key, value in stated.items()})
    if "in_charge" in document:
        stated = _mapping(document["in_charge"], "in_charge", keys("InCharge"))
        found["in_charge"] = InCharge(**{key: str(value or "").strip() for key, value in stated.items()})
    return found


def usage_document(terms: Terms) -> dict[str, Any]:
    """The same keys of terms, as people write them; what states nothing is left out."""
    made: dict[str, Any] = {
        "hours": [window.text() for window in terms.hours],
        "networks": list(terms.networks),
        "rates": [one.text() for one in terms.rates],
        "volumes": [one.text() for one in terms.volumes],
        "breach": [one.text() for one in terms.breach],
        "prices": [one.text() for one in terms.prices],
        "trial_fee": "" if terms.trial_fee is None else terms.trial_fee.text(),
        "tiers": [one.text() for one in terms.tiers],
    }
    if terms.retention is not None:
        made["retention"] = {"days": terms.retention.days, "proof_days": terms.retention.proof_days}
    if terms.in_charge is not None:
        made["in_charge"] = {"manager": terms.in_charge.manager, "user": terms.in_charge.user}
    return {key: value for key, value in made.items() if value}


def _line(reader: Callable[[str], Any], value: Any, key: str) -> Any:
    try:
        return reader(str(value))
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from error


def _list(value: Any, key: str) -> Sequence[Any]:
    if isinstance(value, str) or not isinstance(value, Sequence) or not value:
        raise ValueError(f"{key}: is a list of lines")
    return value


def _mapping(value: Any, key: str, known: frozenset[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or set(value) != known:
        raise ValueError(f"{key}: states {' and '.join(sorted(known))}, nothing else")
    return value


def _days(value: Any, key: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"retention: {key} is a whole number of days")
    return value
