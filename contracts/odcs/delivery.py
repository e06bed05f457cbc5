"""How rows arrive, as ODCS custom properties, both ways: ``load``, ``drift``, ``cleaning``, ``unpivot``.

Decides the keys. Which values make sense together is :mod:`contracts.delivery`'s, whether a cleaning
step's arguments fit its kind :mod:`contracts.cleaning`'s.
"""

from __future__ import annotations

from typing import Any, Final

from contracts.document import Node, built
from contracts.model import Cleaning, CleaningKind, Drift, DriftAction, Load, LoadKind, Unpivot
from contracts.plain import stated

_DRIFT: Final = {
    "newColumn": "new_column",
    "missingColumn": "missing_column",
    "typeChange": "type_change",
    "reordered": "reordered",
    "renamed": "renamed",
}


def read_load(node: Node) -> Load:
    """What a delivery stands for; a full one where nothing is said."""
    if not node.value:
        return Load()
    if "kind" not in node:
        node.fail("kind", "is missing", f"write one of {', '.join(LoadKind)}")
    known = node.failures
    values: dict[str, Any] = {
        "kind": node.choice("kind", LoadKind, LoadKind.FULL),
        "watermark": node.maybe("watermark"),
        "overlap_days": node.whole("overlapDays") or 0,
        "operation": node.maybe("operation"),
        "order": node.maybe("order"),
        "words": node.pairs("words"),
    }
    node.only()
    made = built(node, Load, values) if node.failures == known else None
    return made or Load()


def write_load(load: Load) -> dict[str, Any]:
    """``load``; empty for a full delivery with nothing else said."""
    if load == Load():
        return {}
    return {
        "kind": load.kind.value,
        **stated(
            watermark=load.watermark,
            overlapDays=load.overlap_days,
            operation=load.operation,
            order=load.order,
            words=dict(load.words),
        ),
    }


def read_drift(node: Node) -> Drift:
    """What a delivery that differs from its layout does; the usual where nothing is said."""
    usual = Drift()
    made = Drift(
        **{name: node.choice(key, DriftAction, getattr(usual, name)) for key, name in _DRIFT.items()}
    )
    node.only()
    return made


def write_drift(drift: Drift) -> dict[str, Any]:
    """``drift``: what differs from the usual alone."""
    usual = Drift()
    return {
        key: getattr(drift, name).value
        for key, name in _DRIFT.items()
        if getattr(drift, name) is not getattr(usual, name)
    }


def read_cleaning(nodes: tuple[Node, ...]) -> tuple[Cleaning, ...]:
    """The steps over raw cells, in order."""
    made: list[Cleaning] = []
    for node in nodes:
        if "kind" not in node:
            node.fail("kind", "is missing", f"write one of {', '.join(CleaningKind)}")
        step = Cleaning(
            id=node.needed("id"),
            kind=node.choice("kind", CleaningKind, CleaningKind.TRIM),
            fields=node.texts("fields"),
            args=node.child("args").rest(),
            description=node.text("description"),
        )
        node.only()
        made.append(step)
    return tuple(made)


def write_cleaning(step: Cleaning) -> dict[str, Any]:
    """One step."""
    return {
        "id": step.id,
        "kind": step.kind.value,
        **stated(fields=list(step.fields), args=dict(step.args), description=step.description),
    }


def read_unpivot(node: Node) -> Unpivot | None:
    """Wide columns read as rows, or None where nothing is said."""
    if not node.value:
        return None
    values = {key: node.needed(key) for key in ("pattern", "label", "value")}
    node.only()
    return built(node, Unpivot, values) if all(values.values()) else None


def write_unpivot(unpivot: Unpivot) -> dict[str, Any]:
    """``unpivot``."""
    return {"pattern": unpivot.pattern, "label": unpivot.label, "value": unpivot.value}
