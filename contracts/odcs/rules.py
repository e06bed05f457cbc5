"""Quality rules of a contract as ODCS ``quality[]``, both ways.

Rules of other engines are kept as they are. Whether a rule's arguments fit its kind is
:mod:`contracts.rules`'s.
"""

from __future__ import annotations

import re
from typing import Any, Final

from contracts.document import Node, built
from contracts.model import Action, Dimension, Rule, RuleKind
from contracts.odcs.names import ENGINE
from contracts.plain import stated

# Source: ODCS 3.2.0, StableId.
_STABLE_ID: Final = re.compile(r"^[^\s.#/\\@!%&^]+$")


def read_rules(schema: Node) -> tuple[tuple[Rule, ...], list[dict[str, Any]]]:
    """Rules of ours, and the quality entries of other engines as they stand."""
    made: list[Rule] = []
    foreign: list[dict[str, Any]] = []
    for node in schema.children("quality"):
        if node.value.get("engine") != ENGINE:
            foreign.append(node.rest())
            continue
        rule = _read_rule(node)
        if rule is None:
            continue
        if rule.id in {other.id for other in made}:
            node.fail("id", f"{rule.id!r} is given twice", "rename one of the two")
        made.append(rule)
    return tuple(made), foreign


def _read_rule(node: Node) -> Rule | None:
    body = node.child("implementation")
    id_ = node.needed("id")
    if id_ and not _STABLE_ID.match(id_):
        node.fail("id", f"{id_!r} is not a stable id", "use letters, digits, - and _")
    if "kind" not in body:
        node.fail("implementation", "names no kind", f"add kind: one of {', '.join(RuleKind)}")
    # ODCS has no dimension for accessibility: ours then stands in the implementation.
    dimension = body if "dimension" in body else node
    values: dict[str, Any] = {
        "id": id_,
        "kind": body.choice("kind", RuleKind, RuleKind.REQUIRED),
        "fields": body.texts("fields"),
        "args": body.child("args").rest(),
        "dimension": dimension.choice("dimension", Dimension, Dimension.CONFORMITY),
        "action": body.choice("action", Action, Action.WARN),
        "tolerance": body.number("tolerance") or 0.0,
        "indicator": body.maybe("indicator"),
        "description": node.text("description"),
    }
    if node.text("type", "custom") != "custom":
        node.fail("type", f"a rule of engine {ENGINE} is of type custom", "write type: custom")
    node.take("engine")
    body.only()
    return built(node, Rule, {**values, "extra": node.rest()})


def write_rule(rule: Rule) -> dict[str, Any]:
    """One rule as an ODCS quality entry of type ``custom``."""
    ours_alone = rule.dimension is Dimension.ACCESSIBILITY
    return {
        "id": rule.id,
        "type": "custom",
        "engine": ENGINE,
        **stated(
            dimension=None if ours_alone else rule.dimension.value,
            description=rule.description,
        ),
        **rule.extra,
        "implementation": {
            "kind": rule.kind.value,
            **stated(
                fields=list(rule.fields),
                args=dict(rule.args),
                dimension=rule.dimension.value if ours_alone else None,
                tolerance=rule.tolerance,
                indicator=rule.indicator,
            ),
            "action": rule.action.value,
        },
    }
