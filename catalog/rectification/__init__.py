"""Rectification 问题数据整改 and quarterly evaluation 质量评价.

Faults a build finds become cases, cases go to their department as a workbook, come back, are checked
again and closed, and are reopened when the fault returns. What other rooms call stands here, loaded on
first use so that the command line starts without the store.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catalog.rectification.builds import observe
    from catalog.rectification.counting import by_department, figures
    from catalog.rectification.overlay import fingerprinted, lay, versions

__all__ = ["by_department", "figures", "fingerprinted", "lay", "observe", "versions"]

_HOMES = {
    "observe": "catalog.rectification.builds",
    "by_department": "catalog.rectification.counting",
    "figures": "catalog.rectification.counting",
    "fingerprinted": "catalog.rectification.overlay",
    "lay": "catalog.rectification.overlay",
    "versions": "catalog.rectification.overlay",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
