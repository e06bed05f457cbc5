"""Merged cells of a sheet: a value merged over several rows belongs to each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

# First and last cell (row, column), 0-based, both included.
Merge = tuple[tuple[int, int], tuple[int, int]]


def filled_down(
    rows: Iterable[Sequence[str | None]], merges: Sequence[Merge], header_row: int
) -> Iterator[list[str | None]]:
    """The rows, with a value merged over several data rows repeated on each of them."""
    starting: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _) in merges:
        if top >= header_row and bottom > top:
            starting.setdefault(top, []).append((left, bottom))
    open_: dict[int, tuple[int, str | None]] = {}
    for place, row in enumerate(rows):
        cells = list(row)
        for left, (bottom, value) in list(open_.items()):
            if place > bottom:
                del open_[left]
            elif left < len(cells):
                cells[left] = value
        for left, bottom in starting.get(place, ()):
            open_[left] = (bottom, cells[left] if left < len(cells) else None)
        yield cells
