"""Conditions of use as constraints and duties of an ODRL permission, and back without loss.

Decides the operands of our profile for :mod:`policies.usage_terms`. What is not stated writes nothing, so
that agreements from before these terms read, and have the digests, they had.

Source: W3C ODRL Vocabulary 2.2 (``virtualLocation``, ``elapsedTime``, the actions ``compensate`` and
``delete``); left operands ``ybz:…`` of our own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from policies.odrl_constraints import Constraint, OdrlError, Stated, constraint, gather, none_left, only, take
from policies.price_terms import product_price, tier, trial_fee
from policies.terms import Terms
from policies.time_windows import time_window
from policies.usage_terms import InCharge, Retention, breach_term, rate, volume

HOURS: Final = ("ybz:hours", "isAnyOf")
NETWORKS: Final = ("virtualLocation", "isAnyOf")
RATES: Final = ("ybz:rate", "isAllOf")
VOLUMES: Final = ("ybz:volume", "isAllOf")
BREACH: Final = ("ybz:breach", "isAllOf")
MANAGER: Final = ("ybz:managedBy", "eq")
USER: Final = ("ybz:usedBy", "eq")
PRICE: Final = ("payAmount", "eq")
PRICES: Final = ("ybz:price", "isAllOf")
TRIAL: Final = ("ybz:trialFee", "eq")
TIERS: Final = ("ybz:tier", "isAllOf")
KEEP: Final = ("elapsedTime", "lteq")
PROOF: Final = ("ybz:proofOfDeletion", "lteq")

COMPENSATE: Final = "odrl:compensate"
DELETE: Final = "odrl:delete"

_FEN: Final = "ybz:fen"

# Days as an xsd:duration.
_DAYS: Final = re.compile(r"P([1-9]\d*)D")


def constraints(terms: Terms) -> list[Constraint]:
    """What the terms ask of every call, beside purpose, days and count."""
    stated: list[tuple[tuple[str, str], Any]] = [
        (HOURS, [window.text() for window in terms.hours]),
        (NETWORKS, list(terms.networks)),
        (RATES, [one.text() for one in terms.rates]),
        (VOLUMES, [one.text() for one in terms.volumes]),
        (BREACH, [one.text() for one in terms.breach]),
    ]
    if terms.in_charge is not None:
        stated += [(MANAGER, terms.in_charge.manager), (USER, terms.in_charge.user)]
    return [constraint(left, operator, value) for (left, operator), value in stated if value]


def take_constraints(stated: Stated) -> dict[str, Any]:
    """The fields of :class:`~policies.terms.Terms` among stated constraints; they are taken out.

    Raises:
        OdrlError: one does not read, or only one of the persons in charge is named.
    """
    found: dict[str, Any] = {}
    readers = (
        ("hours", HOURS, time_window),
        ("networks", NETWORKS, str),
        ("rates", RATES, rate),
        ("volumes", VOLUMES, volume),
        ("breach", BREACH, breach_term),
    )
    for name, operand, reader in readers:
        if operand in stated:
            lines = _lines(stated.pop(operand), operand[0])
            found[name] = tuple(_read(reader, line, operand[0]) for line in lines)
    if MANAGER in stated or USER in stated:
        manager, user = take(stated, *MANAGER), take(stated, *USER)
        found["in_charge"] = InCharge(str(manager), str(user))
    return found


def duties(terms: Terms) -> list[dict[str, Any]]:
    """What the receiver owes: the prices, and deletion with its proof."""
    made = []
    if asked := _prices(terms):
        made.append(_duty(COMPENSATE, asked))
    if terms.retention is not None:
        kept = constraint(*KEEP, f"P{terms.retention.days}D")
        proved = constraint(*PROOF, f"P{terms.retention.proof_days}D")
        made.append(_duty(DELETE, [kept, proved]))
    return made


def take_duties(stated: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The fields of :class:`~policies.terms.Terms` among stated duties.

    Raises:
        OdrlError: one is unknown, twice or incomplete.
    """
    found: dict[str, Any] = {}
    priced = False
    for duty in stated:
        only(duty, {"action"}, "duty")
        name, refinement = _action(duty["action"])
        if name == COMPENSATE and not priced:
            priced = True
            found |= _take_prices(refinement)
        elif name == DELETE and "retention" not in found:
            found["retention"] = _retention(refinement)
        else:
            raise OdrlError(f"the duties here are {COMPENSATE} and {DELETE}, each once", where="duty")
    return found


def _duty(action: str, refinement: list[Constraint]) -> dict[str, Any]:
    return {"action": [{"rdf:value": {"@id": action}, "refinement": refinement}]}


def _action(actions: Sequence[Mapping[str, Any]]) -> tuple[str, Sequence[Constraint]]:
    if len(actions) != 1:
        raise OdrlError("a duty has one action", where="duty")
    only(actions[0], {"rdf:value", "refinement"}, "action")
    only(actions[0]["rdf:value"], {"@id"}, "action")
    refinement: Sequence[Constraint] = actions[0]["refinement"]
    return str(actions[0]["rdf:value"]["@id"]), refinement


def _prices(terms: Terms) -> list[Constraint]:
    """The prices that are stated; none of free terms."""
    made = []
    if terms.price_fen_per_call:
        made.append(constraint(*PRICE, str(terms.price_fen_per_call), unit=_FEN))
    if terms.prices:
        made.append(constraint(*PRICES, [one.text() for one in terms.prices], unit=_FEN))
    if terms.trial_fee is not None:
        made.append(constraint(*TRIAL, terms.trial_fee.text()))
    if terms.tiers:
        made.append(constraint(*TIERS, [one.text() for one in terms.tiers]))
    return made


def _take_prices(refinement: Sequence[Constraint]) -> dict[str, Any]:
    stated, found = gather(refinement), dict[str, Any]()
    for one in refinement:
        amount = one["leftOperand"] in (PRICE[0], PRICES[0])
        if one.get("unit") != (_FEN if amount else None):
            raise OdrlError("prices are amounts in fen", where="duty")
    if not stated:
        raise OdrlError("states no price", where="duty")
    if PRICE in stated:
        found["price_fen_per_call"] = int(take(stated, *PRICE))
    for key, operand, reader in (("prices", PRICES, product_price), ("tiers", TIERS, tier)):
        if operand in stated:
            lines = _lines(take(stated, *operand), operand[0])
            found[key] = tuple(_read(reader, line, operand[0]) for line in lines)
    if TRIAL in stated:
        found["trial_fee"] = _read(trial_fee, str(take(stated, *TRIAL)), TRIAL[0])
    none_left(stated)
    return found


def _retention(refinement: Sequence[Constraint]) -> Retention:
    stated = gather(refinement)
    days = [_DAYS.fullmatch(str(take(stated, *operand))) for operand in (KEEP, PROOF)]
    none_left(stated)
    if days[0] is None or days[1] is None:
        raise OdrlError("days read `P30D`", where="duty")
    return Retention(int(days[0][1]), int(days[1][1]))


def _lines(value: Any, where: str) -> list[str]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise OdrlError("is a list of lines", where=where)
    return value


def _read(reader: Any, line: str, where: str) -> Any:
    try:
        made = reader(line)
    except ValueError as error:
        raise OdrlError(str(error), where=where) from error
    if reader is not str and made.text() != line:
        raise OdrlError("is not written in its one spelling", where=where)
    return made
