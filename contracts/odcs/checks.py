"""What is wrong in a contract that each of its parts alone does not show.

Decides which parts must fit together: rules, cleaning steps and layouts with fields; core items with
what is stated. Notes problems at the line that holds the part.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.cleaning import check_cleaning
from contracts.core_items import gaps
from contracts.document import Node, built
from contracts.elements import inherit
from contracts.elements_agree import agree
from contracts.model import Contract
from contracts.odcs.fields import property_nodes
from contracts.odcs.fit import check_fit
from contracts.rules import check_rule, displaced, rules_of


def check_contract(document: Node, schema: Node, custom: Node, contract: Contract) -> None:
    """Note everything that does not fit together, and then what is left unsaid."""
    _check_rules(schema, contract)
    steps = {node.value.get("id"): node for node in custom.children("cleaning")} if contract.cleaning else {}
    for step in contract.cleaning:
        built(steps.get(step.id, custom), check_cleaning, {"step": step, "contract": contract})
    _check_layouts(document, contract)
    if document.asks and not document.failures:
        check_fit(document, custom, contract)
    if document.asks and not document.failures:
        for gap in gaps(contract, custom.value):
            document.warn(gap.key, gap.what, gap.remedy)


def _check_rules(schema: Node, contract: Contract) -> None:
    """Note every rule, stated or implied by a field, that could not be run."""
    places = {node.value.get("id"): node for node in schema.children("quality")}
    fields = {node.value.get("name"): node for node in property_nodes(schema)}
    for field in contract.fields:
        node = fields[field.name]
        # What the ledger keeps was judged by the library of its day; only a file has lines.
        built(node, agree if node.line else inherit, {"target": field})
    if schema.failures:
        return
    for id_, implied in displaced(contract):
        what = f"is the id of a rule ({implied}) that a field implies: it would be silenced"
        places[id_].fail("id", what, "give the rule another id")
    for rule in rules_of(contract):
        node = places.get(rule.id) or fields.get(rule.fields[0] if rule.fields else None, schema)
        built(node, check_rule, {"rule": rule, "contract": contract})


def _check_layouts(document: Node, contract: Contract) -> None:
    nodes: Mapping[Any, Node] = {node.value.get("server"): node for node in document.children("servers")}
    known = {field.name for field in contract.fields}
    for source in contract.sources:
        node = nodes[source.name]
        for what, names in (("columns", source.columns.values()), ("positions", source.positions)):
            for name in dict.fromkeys(name for name in names if name and name not in known):
                node.fail("", f"{what} names the field {name}, which does not exist", "correct the name")
        twice = {name for name in source.positions if name and source.positions.count(name) > 1}
        for name in sorted(twice):
            node.fail("", f"positions names the field {name} twice", "leave the other one empty: ''")
