"""What the rules of signing look at: the terms, who receives them, and what the grantee already holds.

Decides nothing; :mod:`space.granting.grant_rules` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from contracts.model import Contract
from policies.modes import Required
from policies.terms import Mode, Terms
from space.identity.organisations import Organisation
from space.requesting.requests import Request


@dataclass(frozen=True, slots=True)
class Held:
    """What another grant of the grantee, in force or to come, says of one unit kind."""

    grant_id: str
    kind: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class Case:
    """Everything the rules look at.

    Attributes:
        terms: to be signed.
        grantee: who receives.
        request: the permitted request it answers, or None where none was found.
        contracts: of the terms' datasets, those that are published.
        kinds: unit kinds named by or behind those datasets.
        unstated: datasets whose contract does not say what its rows are about.
        unfilterable: datasets whose row filter cannot be applied.
        required: the mode the dated rules ask for.
        held: what the grantee's other grants say.
        day: of signing, Asia/Shanghai.
        walls_missing: required walls that do not stand around this machine's workers, nor are overridden.
    """

    terms: Terms
    grantee: Organisation
    request: Request | None
    contracts: Mapping[str, Contract]
    kinds: frozenset[str]
    unstated: tuple[str, ...]
    unfilterable: tuple[str, ...]
    required: Required
    held: tuple[Held, ...]
    day: date
    walls_missing: tuple[str, ...] = ()
