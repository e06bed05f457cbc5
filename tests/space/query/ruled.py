"""The safety city under rules of owners: the same tables, with what is asked of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from contracts.model import Contract
from policies.decision import Deny
from policies.protection_form import from_document
from policies.terms import Mode, Terms
from space.query.compile import compile_query
from space.query.plan import Plan
from space.query.schema import QuerySchema


class Town(Protocol):
    """What the fixture ``city`` gives."""

    contracts: tuple[Contract, ...]
    facts: Mapping[str, Any]
    files: Mapping[str, Any]

    def terms(self, mode: Mode) -> Terms: ...


def ruled_terms(city: Town, rules: Mapping[str, Mapping[str, Any]], mode: Mode = Mode.THRESHOLD) -> Terms:
    """The terms of the safety corpora with rules, by dataset."""
    terms = city.terms(mode)
    asked = tuple(replace(d, rules=from_document(rules.get(d.name, {}))) for d in terms.datasets)
    return replace(terms, datasets=asked)


def compile_ruled(
    city: Town, rules: Mapping[str, Mapping[str, Any]], sql: str, mode: Mode = Mode.THRESHOLD
) -> Plan | Deny:
    """A query compiled under rules."""
    terms = ruled_terms(city, rules, mode)
    schema = QuerySchema.from_facts(terms, [(c, city.facts[c.name]) for c in city.contracts])
    return compile_query(sql, terms, schema)
