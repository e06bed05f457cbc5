"""What would become of the rows of a file under a contract, before anything is entered 试算.

Decides as a build does which rows would leave, each for its first reason, and which rules would only warn.
Keeps nothing. Rules that need other datasets, the clock or a former release are named and left untried.
The lines of an answer hold cells of the file: it is for whoever sent the file, and for no log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog import duck
from catalog.errors import CatalogError
from catalog.intake.landing.landed import Landed
from catalog.intake.landing.landing import land
from catalog.intake.landing.tried import Line, RejectedFor, Trial
from catalog.intake.landing.typing import TypedRows, typed_rows
from catalog.rectification.causes import sentence
from catalog.rectification.judging import ROW, breaking, joined
from contracts.conditions import row_condition, sql_text
from contracts.model import Action, Contract, Rule, RuleKind, SourceFormat
from contracts.rules import rules_for

# Lines that are named one by one; all are counted.
MOST_LINES: Final = 200
# Characters of a cell that is shown.
MOST_SHOWN: Final = 80
# What is read as it was sent: a table of a database, or of a lake, may point elsewhere on the machine.
_FILES: Final = (
    SourceFormat.CSV, SourceFormat.EXCEL, SourceFormat.JSON, SourceFormat.JSONL, SourceFormat.PARQUET,
)  # fmt: skip
# Kinds over several rows that need nothing but these rows; uniqueness keeps the first of those still left.
_OVER_ROWS: Final = (RuleKind.ORDER, RuleKind.UNIQUE)


class NotOfFiles(CatalogError):
    """A contract to be tried reads something else than the files that were sent."""


def trial(contract: Contract, folder: Path, *, as_of: date | None = None) -> Trial:
    """Try a contract on the files of a folder.

    Args:
        contract: as it is drafted; its sources read files of the folder. One source is taken to read the
            one file that is there, whatever it was called when the contract was made.
        folder: holds the files that were sent, and nothing else.
        as_of: day of the dated rules; the newest ones where None.

    Raises:
        NotOfFiles: a source is no file of the folder.
        CatalogError: as of :func:`catalog.intake.landing.landing.land`.
    """
    contract = _of_files(contract, folder)
    with TemporaryDirectory(prefix="ybz-trial-") as spilled:
        landed = land(contract, folder, spill=Path(spilled), as_of=as_of)
        made = typed_rows(contract, landed, spill=Path(spilled), as_of=as_of)
    typed = made.typed.append_column(ROW, pa.array(np.arange(made.typed.num_rows)))
    rules, untried = _tried(contract)
    broken = dict(_broken(contract, rules, typed))
    gone = _gone(rules, broken, typed)
    reasons = (*_by_cast(contract, made), *_by_rule(contract, rules, broken, gone))
    leaves = made.rejected.num_rows + len(gone)
    rows = landed.table.num_rows
    stopped = any(one.action == Action.STOP.value and one.rows for one in reasons)
    return Trial(
        rows,
        rows - leaves,
        tuple(sorted(reasons, key=lambda one: (one.action != Action.QUARANTINE.value, -one.rows))),
        tuple(_lines(contract, landed, made, typed, gone)),
        stopped or bool(rows and leaves / rows > contract.quarantine_limit),
        contract.quarantine_limit,
        untried,
        tuple(_named(contract, landed, _warned(rules, broken, typed, gone))),
    )


def _of_files(contract: Contract, folder: Path) -> Contract:
    """The contract, reading what was sent."""
    for source in contract.sources:
        if source.format not in _FILES:
            raise NotOfFiles(f"source {source.name} reads no file — try the contract on files alone")
    found = [path for path in folder.rglob("*") if path.is_file()]
    if len(contract.sources) == 1 and len(found) == 1:
        (source,) = contract.sources
        name = found[0].relative_to(folder).as_posix()
        return replace(contract, sources=(replace(source, path=name),))
    if any(_leads_out(source.path) for source in contract.sources):
        raise NotOfFiles("the contract reads files of another folder — send one file to try it on")
    return contract


def _leads_out(text: str) -> bool:
    path = PurePosixPath(text)
    return path.is_absolute() or ".." in path.parts or "://" in text or "\\" in text


def _tried(contract: Contract) -> tuple[list[Rule], tuple[str, ...]]:
    """Rules in the order a build takes rows out by, and the ids of those left out."""
    rules = [rule for rule in rules_for(contract) if rule.kind is not RuleKind.FRESHNESS]
    of_rows = [rule for rule in rules if row_condition(rule, contract) is not None]
    over = [rule for kind in _OVER_ROWS for rule in rules if rule.kind is kind]
    left = tuple(rule.id for rule in rules if rule not in of_rows and rule not in over)
    return [*of_rows, *over], left


def _broken(contract: Contract, rules: Sequence[Rule], typed: pa.Table) -> Iterator[tuple[str, list[int]]]:
    """Rule → numbers of the rows that break it, ascending; row rules in one scan."""
    conditions = {rule.id: row_condition(rule, contract) for rule in rules}
    of_rows = [(name, sql_text(one)) for name, one in conditions.items() if one is not None]
    if of_rows and typed.num_rows:
        flags = (f"NOT coalesce({text}, false) AS _c{place}" for place, (_, text) in enumerate(of_rows))
        with duck.shared() as connection:
            judged = connection.from_arrow(typed).project(", ".join((ROW, *flags))).to_arrow_table()
        for place, (name, _) in enumerate(of_rows):
            yield name, sorted(judged.filter(judged[f"_c{place}"])[ROW].to_pylist())
    for rule in rules:
        if conditions[rule.id] is None:
            yield rule.id, sorted(breaking(contract, rule, typed, _no_others).to_pylist())


def _no_others(name: str, _: Sequence[str]) -> pa.Table:
    raise NotOfFiles(f"a rule reads {name}, which is not among the files that were sent")


def _gone(rules: Iterable[Rule], broken: Mapping[str, list[int]], typed: pa.Table) -> dict[int, Rule]:
    """Rows that would leave → the first rule each breaks."""
    gone: dict[int, Rule] = {}
    for rule in rules:
        if rule.action is not Action.QUARANTINE:
            continue
        rows = [row for row in broken.get(rule.id, ()) if row not in gone]
        if rule.kind is RuleKind.UNIQUE and rows:
            rows = _repeats(typed.take(rows), rule.fields)
        gone |= dict.fromkeys(rows, rule)
    return gone


def _repeats(rows: pa.Table, fields: Sequence[str]) -> list[int]:
    """All but the first of the rows with one key."""
    seen: set[str] = set()
    repeated = []
    for key, row in zip(joined(rows, fields).to_pylist(), rows[ROW].to_pylist(), strict=True):
        if key in seen:
            repeated.append(row)
        seen.add(key)
    return repeated


def _by_cast(contract: Contract, made: TypedRows) -> Iterator[RejectedFor]:
    pairs = zip(made.rejected["field"].to_pylist(), made.rejected["reason"].to_pylist(), strict=True)
    for (names, reason), rows in Counter(pairs).items():
        yield RejectedFor(reason, names, Action.QUARANTINE.value, rows, sentence(contract, reason, names))


def _by_rule(
    contract: Contract, rules: Iterable[Rule], broken: Mapping[str, list[int]], gone: Mapping[int, Rule]
) -> Iterator[RejectedFor]:
    first = Counter(rule.id for rule in gone.values())
    for rule in rules:
        rows = first[rule.id] if rule.action is Action.QUARANTINE else len(broken.get(rule.id, ()))
        names = ",".join(rule.fields)
        stated = {"kind": rule.kind.value, "args": dict(rule.args), "dimension": rule.dimension.value}
        yield RejectedFor(rule.id, names, rule.action.value, rows, sentence(contract, rule.id, names), stated)


# File, line, rule and fields of a row that is named.
_Chosen = tuple[str, int, str, str]


def _lines(
    contract: Contract, landed: Landed, made: TypedRows, typed: pa.Table, gone: Mapping[int, Rule]
) -> Iterator[Line]:
    """The first rows that would leave."""
    rows = sorted(gone)[:MOST_LINES]
    chosen = _places(typed, [(row, gone[row]) for row in rows])
    for row in made.rejected.slice(0, MOST_LINES).to_pylist():
        chosen.append((row["_file"], row["_line"], row["reason"], row["field"]))
    return _named(contract, landed, chosen)


def _warned(
    rules: Iterable[Rule], broken: Mapping[str, list[int]], typed: pa.Table, gone: Mapping[int, Rule]
) -> list[_Chosen]:
    """The first rows that would stay though they break a rule."""
    found: list[tuple[int, Rule]] = []
    for rule in rules:
        if rule.action is Action.WARN:
            stay = [row for row in broken.get(rule.id, ()) if row not in gone]
            found += [(row, rule) for row in stay[:MOST_LINES]]
    return _places(typed, found)


def _places(typed: pa.Table, found: Sequence[tuple[int, Rule]]) -> list[_Chosen]:
    """Where rows stand in the files."""
    rows = typed.select(["_file", "_line"]).take(pa.array([row for row, _ in found], pa.int64())).to_pylist()
    return [
        (row["_file"], row["_line"], rule.id, ",".join(rule.fields))
        for row, (_, rule) in zip(rows, found, strict=True)
    ]


def _named(contract: Contract, landed: Landed, chosen: Iterable[_Chosen]) -> Iterator[Line]:
    """The first of some rows, with the cells concerned as they stand in the file."""
    first = sorted(chosen)[:MOST_LINES]
    raw = _raw(landed, {(file, line) for file, line, _, _ in first})
    headings = {one.name: one.business_name for one in contract.fields}
    for file, line, rule, fields in first:
        cells = raw.get((file, line), {})
        shown = {
            headings[n]: str(cells.get(n) or "")[:MOST_SHOWN] for n in fields.split(",") if n in headings
        }
        yield Line(file, line, rule, fields, shown)


def _raw(landed: Landed, wanted: set[tuple[str, int]]) -> Mapping[tuple[str, int], Mapping[str, Any]]:
    if not wanted:
        return {}
    lines = pa.array(sorted({line for _, line in wanted}), pa.int64())
    near = landed.table.filter(pc.is_in(landed.table["_line"], value_set=lines))
    return {(row["_file"], row["_line"]): row for row in near.to_pylist()}
