"""In which order datasets are built: what one is made from first, then what its rules read.

Decides the order from names alone. A circle of what datasets are made from is refused; one of what their
rules read is broken, for a rule can wait for the next build.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

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
        compared: dataset → what its rules read: it stands behind them too, where nothing goes round in a
            circle by it.

    Raises:
        LineageCycle: datasets are made from each other; the path is shown.
    """
    before = inputs if compared is None else _with_compared(inputs, compared)
    done: dict[str, None] = {}
    for name in sorted(before):
        _visit(name, before, done, ())
    return tuple(done)


def _visit(
    name: str, inputs: Mapping[str, Sequence[str]], done: dict[str, None], path: tuple[str, ...]
) -> None:
    if name in path:
        raise LineageCycle((*path[path.index(name) :], name))
    if name in done or name not in inputs:
        return
    for source in inputs[name]:
        _visit(source, inputs, done, (*path, name))
    done[name] = None


def _with_compared(
    inputs: Mapping[str, Sequence[str]], compared: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """What each dataset stands behind, without the comparisons by which datasets wait for each other."""
    before = {name: dict.fromkeys((*made, *compared.get(name, ()))) for name, made in inputs.items()}
    while True:
        try:
            TopologicalSorter(before).prepare()
        except CycleError as error:
            loose = [(one, two) for one, two in pairwise(error.args[1]) if one not in inputs.get(two, ())]
            for one, two in loose:
                before[two].pop(one)
            if loose:
                continue  # else datasets are made from each other, which the order says
        return {name: tuple(each) for name, each in before.items()}
