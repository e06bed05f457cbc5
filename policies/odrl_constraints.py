"""Constraints of an ODRL rule, read strictly: what is missing, unknown or stated twice is refused.

Decides the form of one constraint only; which constraints an agreement has is :mod:`policies.odrl`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from contracts.model import ContractError

Constraint = Mapping[str, Any]
Stated = dict[tuple[str, str], Any]


class OdrlError(ContractError):
    """An agreement our profile cannot read, or terms it cannot write."""

    user_facing = True


def constraint(left: str, operator: str, right: Any, **more: Any) -> Constraint:
    """One constraint of the profile."""
    return {"leftOperand": left, "operator": operator, "rightOperand": right, **more}


def gather(constraints: Iterable[Constraint]) -> Stated:
    """Constraints by left operand and operator.

    Raises:
        OdrlError: one is stated twice.
    """
    found: Stated = {}
    for one in constraints:
        only(one, {"leftOperand", "operator", "rightOperand"}, "constraint", optional=frozenset({"unit"}))
        key = (one["leftOperand"], one["operator"])
        if key in found:
            raise OdrlError(f"{key[0]} {key[1]} is stated twice", where="constraint")
        found[key] = one["rightOperand"]
    return found


def take(stated: Stated, left: str, operator: str) -> Any:
    """The right operand of a constraint, which is taken out.

    Raises:
        OdrlError: it is missing.
    """
    if (left, operator) not in stated:
        raise OdrlError(f"{left} {operator} is missing", where="constraint")
    return stated.pop((left, operator))


def none_left(stated: Stated) -> None:
    """Refuse constraints that nobody took.

    Raises:
        OdrlError: there is one.
    """
    if stated:
        left, operator = next(iter(stated))
        raise OdrlError(f"{left} {operator} is not in this profile", where="constraint")


def only(
    value: Mapping[str, Any], known: set[str], where: str, optional: frozenset[str] = frozenset()
) -> None:
    """Refuse a value that lacks a key or has one that is not known.

    Raises:
        OdrlError: it does.
    """
    missing, unknown = sorted(known - set(value)), sorted(set(value) - known - optional)
    if missing or unknown:
        what = (
            f"lacks {', '.join(missing)}" if missing else f"has {', '.join(unknown)}, which nobody enforces"
        )
        raise OdrlError(what, where=where)


def bare(uid: str, prefix: str) -> str:
    """An identifier without its prefix.

    Raises:
        OdrlError: it has another.
    """
    if not uid.startswith(prefix):
        raise OdrlError(f"expected an identifier that begins with {prefix}", where="uid")
    return uid[len(prefix) :]
