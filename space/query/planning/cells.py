"""How large a plan is by what is public: the cells its keys can have, the size class of its tables.

Both follow from the text, the contracts and published size classes; no row is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Final

from space.query.plan import Plan

# More cells than any answer has are all alike, and a store keeps no larger number.
MOST_CELLS: Final = 10**15


def public_cells(plan: Plan) -> int | None:
    """Cells of the public key domain, added up over the blocks; None where a key has no public values.

    A block without keys has one cell. Plain blocks and lists have no keys of their own in the plan.
    """
    if any(block.plain_sql or any(key.domain is None for key in block.keys) for block in plan.blocks):
        return None
    cells = sum(
        prod(key.domain.size for key in block.keys if key.domain is not None) for block in plan.blocks
    )
    return min(cells, MOST_CELLS)


def largest(size_classes: Sequence[str]) -> str | None:
    """The largest of size classes such as ``<10^5``; None where there is none.

    >>> largest(["<10^5", "<10^12", "<10^7"])
    '<10^12'
    """
    return max(size_classes, key=lambda name: int(name.removeprefix("<10^")), default=None)
