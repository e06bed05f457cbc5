"""Totals beside their parts: what is withheld so that no withheld cell follows from the others.

Decides over two levels of one table at a time, a total and the parts it is made of. What a chain of
levels shows about a cell is its total less the parts shown below it. A part shows only below a total that
shows, so these rests are disjoint, and every combination of figures is made of them: each must rest on k
units and be dominated by none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from math import prod
from typing import Any, Final

from policies.disclosure import TOTAL, complementary, dominated, magnitude
from space.engines.threshold.cells import Cells
from space.engines.threshold.statements import COUNTED
from space.query.plan import Aggregate, Limits

# Stands for parts that hold nobody.
_NOBODY: Final = "nobody"

# Cells of the parts by the key of their total.
Lines = dict[tuple[Any, ...], list[int]]


def complement(total: Cells, part: Cells, limits: Limits) -> bool:
    """Withhold more where a withheld part would follow from its total; whether anything was added."""
    lines, own = _lines(total, part), _conditions(part)
    changed = False
    for at in range(len(total.rows)):
        line = lines[total.key(at)]
        for i, condition in enumerate(total.block.conditions):
            other = own.get(condition.sql)
            if other is None:
                continue
            if total.shown[at][i]:
                here = [p for p in line if part.rows[p][f"r{other}"]]
                absent = _absent(total, part, line, here)
                changed |= _of_line(total, at, i, part, here, other, limits.k, absent=absent)
            if not total.shown[at][i]:
                changed |= _hide(part, line, other)
        changed |= _rest_of_condition(total, at, part, line, limits.k)
        changed |= _undominated(total, at, part, line, limits)
    return changed


def cover(above: Cells, finest: Cells) -> None:
    """Withhold every figure of a level for which some cell it is made of shows none.

    What is left follows from the finest level: it tells nothing new.
    """
    lines, own = _lines(above, finest), _conditions(finest)
    for at, row in enumerate(above.rows):
        line = lines[above.key(at)]
        for i, condition in enumerate(above.block.conditions):
            other = own.get(condition.sql)
            if other is not None:
                withheld = (p for p in line if not finest.shown[p][other] and finest.rows[p][f"r{other}"])
                here = [p for p in line if finest.rows[p][f"r{other}"]]
                absent = _absent(above, finest, line, here)
                above.shown[at][i] &= next(withheld, None) is None and not absent
        gone = {_figure(finest, a) for a in finest.block.aggregates for p in line if _dominated(finest, p, a)}
        row.update({f"dominated_{a.name}": True for a in above.block.aggregates if _figure(above, a) in gone})


def _lines(total: Cells, part: Cells) -> Lines:
    names = {key.sql: key.name for key in part.block.keys}
    outer = [names[key.sql] for key in total.block.keys]
    lines: Lines = defaultdict(list)
    for place in range(len(part.rows)):
        lines[part.key_of(place, outer)].append(place)
    return lines


def _conditions(cells: Cells) -> dict[str, int]:
    return {c.sql: i for i, c in enumerate(cells.block.conditions)}


def _figure(cells: Cells, a: Aggregate) -> tuple[tuple[str, ...], str]:
    """What an aggregate rests on, comparable between levels."""
    return a.values, cells.block.conditions[a.condition].sql


def _dominated(cells: Cells, place: int, a: Aggregate) -> bool:
    return bool(cells.rows[place].get(f"dominated_{a.name}"))


def _apart(cells: Cells) -> bool:
    """Whether no unit stands in two cells, so that their numbers of units add up."""
    return all(method == "key" for proof in cells.block.proofs for method in proof.methods)


def _hide(part: Cells, line: list[int], condition: int) -> bool:
    shown = [p for p in line if part.shown[p][condition]]
    for p in shown:
        part.shown[p][condition] = False
    return bool(shown)


def _absent(total: Cells, part: Cells, line: list[int], here: list[int]) -> bool:
    """Whether a part that is a condition of the query holds nobody: it must look like one that holds few.

    Args:
        total: the upper of two levels.
        part: the lower.
        line: the cells of the part below one cell of the total.
        here: those of them that hold rows under the condition that is judged.
    """
    if len(here) < len(line):
        return True  # the cell has rows, none of which meets the condition
    outer = {key.sql for key in total.block.keys}
    extra = [key.name for key in part.block.keys if key.sql not in outer]
    labels = dict(zip(part.block.labelled, part.block.labels, strict=True))
    written = [name for name in extra if name in labels]
    if not written:
        return False
    # Beside every value of the other keys stand all that the query names.
    others = [name for name in extra if name not in labels]
    present = Counter(
        part.key_of(p, others) for p in line if all(part.rows[p][name] is not None for name in written)
    )
    every = {part.key_of(p, others) for p in line} or {()}
    return any(present[key] < prod(labels[name] for name in written) for key in every)


def _of_line(
    total: Cells, at: int, i: int, part: Cells, line: list[int], other: int, k: int, *, absent: bool
) -> bool:
    """One total and its parts that hold rows, under one condition; perhaps one more that holds none."""
    counts: dict[tuple[Any, ...], int] = {(p,): part.units(part.rows[p], other) for p in line}
    counts[TOTAL,] = total.units(total.rows[at], i)
    hidden: list[tuple[Any, ...]] = [(p,) for p in line if not part.shown[p][other]]
    if absent:
        counts[_NOBODY,] = 0
        hidden.append((_NOBODY,))
    more = set(complementary(counts, hidden, k)) - set(hidden)
    if hidden and not more and not _apart(part) and max(counts[label] for label in hidden) < k:
        # The same few units may stand in every withheld part.
        shown = sorted((magnitude(counts[p,]), p) for p in line if part.shown[p][other])
        more = {(shown[0][1],)} if shown else {(TOTAL,)}
    for (label,) in more:
        if isinstance(label, int):
            part.shown[label][other] = False
        else:
            total.shown[at][i] = False
    return bool(more)


def _rest_of_condition(total: Cells, at: int, part: Cells, line: list[int], k: int) -> bool:
    """Withhold a condition of the total where the rows of withheld parts that miss it would be told apart.

    Each level may have one condition beside its cells; total and parts show cells less condition as well.
    """
    own = _conditions(part)
    changed = False
    for i, condition in enumerate(total.block.conditions):
        other = own.get(condition.sql)
        if not i or not other or not (total.shown[at][0] and total.shown[at][i]):
            continue
        missing = [p for p in line if part.rows[p]["r0"] > part.rows[p][f"r{other}"]]
        hidden = [p for p in missing if not (part.shown[p][0] and part.shown[p][other])]
        rests = {p: part.units(part.rows[p], 0) - part.units(part.rows[p], other) for p in hidden}
        # Who guesses that nobody meets the condition in a part knows the rest of it: it hides no other.
        some = [rest for p, rest in rests.items() if part.rows[p][f"r{other}"]]
        few = sum(rests.values()) < k or (some and sum(some) < k)
        if hidden and (few or not _apart(part)):
            total.shown[at][i], changed = False, True
    return changed


def _undominated(total: Cells, at: int, part: Cells, line: list[int], limits: Limits) -> bool:
    """Withhold the total of a value where one unit dominates the parts that are withheld together."""
    hidden = {
        _figure(part, a)
        for a in part.block.aggregates
        if a.operation not in COUNTED and _rest_dominated(a, part, line, limits)
    }
    row, changed = total.rows[at], False
    for a in total.block.aggregates:
        if _figure(total, a) in hidden and not row.get(f"dominated_{a.name}"):
            row[f"dominated_{a.name}"] = changed = True
    gone = {_figure(total, a) for a in total.block.aggregates if _dominated(total, at, a)}
    for a in part.block.aggregates:
        for p in line if _figure(part, a) in gone else ():
            if not _dominated(part, p, a):
                part.rows[p][f"dominated_{a.name}"] = changed = True
    return changed


def _rest_dominated(a: Aggregate, part: Cells, line: list[int], limits: Limits) -> bool:
    """Whether the parts in which a figure is withheld, taken together, give one unit away."""
    out = [p for p in line if not part.shown[p][a.condition] or _dominated(part, p, a)]
    apart = _apart(part)
    for sums in zip(*(part.rows[p][f"largest_{a.name}"] for p in out), strict=True):
        tops = sorted((top for first, second, _ in sums for top in (first, second)), reverse=True)
        # A unit in several parts adds up; at most to all that is largest in any of them.
        first, second = tops[:2] if apart else (sum(s[0] for s in sums), sum(s[1] for s in sums))
        if dominated(first, second, sum(s[2] for s in sums), limits.dominance_share, limits.p_percent):
            return True
    return False
