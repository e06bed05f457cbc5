"""In which order datasets are built: what one is made from first, then what its rules read.

Decides the order from names alone. A circle of what datasets are made from is refused; one of what their
rules read is broken, for a rule can wait for the next build.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import dropwhile

from catalog.errors import CatalogError


class LineageCycle(CatalogError):
    """Datasets that are made from each other.

    Attributes:
        path: dataset names, the first one again at the end.
    """

    def __init__(self, path: tuple[str, ...]) -> None:
        self.path = path
        super().__init__(f"datasets are made from each other: {' → '.join(path)} — break the circle")


def ordered(
    inputs: Mapping[str, Sequence[str]], compared: Mapping[str, Sequence[str]] | None = None
) -> tuple[str, ...]:
    """Names so that every input stands before what is made from it; by name where free.

    Args:
        inputs: dataset → what it is made from.
        compared: dataset → what its rules read: it stands behind them too, unless they wait for
            each other.

    Raises:
        LineageCycle: datasets are made from each other; the path is shown.
    """
    before = inputs if compared is None else _with_compared(inputs, compared)
    order, circle = _visited(before)
    if circle:
        raise LineageCycle(circle)
    return order


def _visited(before: Mapping[str, Collection[str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Every name after those before it, and the first circle that was met and passed over."""
    done: dict[str, None] = {}
    circle: tuple[str, ...] = ()
    for name in sorted(before):
        path = {} if name in done else {name: iter(before[name])}
        while path:
            last, left = next(reversed(path.items()))
            for each in left:
                if each in path:
                    circle = circle or (*dropwhile(each.__ne__, path), each)
                elif each in before and each not in done:
                    path[each] = iter(before[each])
                    break
            else:
                path.popitem()
                done[last] = None
    return tuple(done), circle


def _with_compared(
    inputs: Mapping[str, Sequence[str]], compared: Mapping[str, Sequence[str]]
) -> Mapping[str, Collection[str]]:
    """What each dataset stands behind, without the comparisons by which datasets wait for each other."""
    before = {name: dict.fromkeys((*made, *compared.get(name, ()))) for name, made in inputs.items()}
    order, circle = _visited(before)
    if not circle:
        return before
    knot = _knots(before, order)
    return {
        name: [each for each in waits if each in inputs[name] or knot.get(each) != knot[name]]
        for name, waits in before.items()
    }


def _knots(before: Mapping[str, Collection[str]], order: Sequence[str]) -> dict[str, str]:
    """One name for all datasets that wait for each other in circles (Kosaraju's second pass)."""
    behind: dict[str, list[str]] = {name: [] for name in before}
    for name, waits in before.items():
        for each in waits:
            if each in behind:
                behind[each].append(name)
    knot: dict[str, str] = {}
    for head in reversed(order):
        reached = [head]
        while reached:
            name = reached.pop()
            if name not in knot:
                knot[name] = head
                reached += behind[name]
    return knot
