"""A former block over a relation that the block of a plan reads as well, with tables joined to it or not.

Decides whether two relations hold the same rows: the same tables and joins, in any order and by any names,
and beside them LEFT JOINs that neither take a row away nor add one. Reads what the compiler wrote; text of a
caller stands in quotes and is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from space.query.auditing.grid import columns_in, renamed

if TYPE_CHECKING:
    from space.query.plan import Block

_TOKEN: Final = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]| (?:LEFT|INNER) JOIN """)
_LISTS: Final = ("keys", "labelled", "conditional")
_ALIAS: Final = re.compile(r"""'(?:[^']|'')*'|AS "(t\d+)\"""")


def in_our_words(block: Block, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The record of a former block by the names of the plan's block; None where their rows are others.

    Args:
        block: of the plan.
        body: as it was written down.
    """
    if body["from"] == block.open_sql:
        return body
    theirs = {str(scan): str(dataset) for scan, dataset in body["scans"]}
    ours = {dataset: scan for scan, dataset in block.scans}
    several = len(ours) < len(block.scans) or len(set(theirs.values())) < len(theirs)
    if several or not set(theirs.values()) <= set(ours):
        return None
    names = {scan: ours[dataset] for scan, dataset in theirs.items()}
    here, there = joined(block.open_sql), joined(of_relation(str(body["from"]), names))
    more = [piece for piece in here if piece not in there]
    added = all(piece.startswith("LEFT ") for piece in more) and len(here) == len(there) + len(more)
    if here[0] != there[0] or not added or not (_rows_stay(block, set(names.values())) or not more):
        return None
    return renamed_body(body, names)


def joined(relation: str) -> list[str]:
    """The first table of a relation, and every join with its kind."""
    depth, start, kind, found = 0, 0, "", list[str]()
    for token in _TOKEN.finditer(relation):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        if depth or not token[0].startswith(" "):
            continue
        found.append(kind + relation[start : token.start()])
        start, kind = token.end(), token[0].lstrip()
    return [found[0] if found else relation, *found[1:], *([kind + relation[start:]] if found else [])]


def _rows_stay(block: Block, scans: set[str]) -> bool:
    """Whether no join gives a row of the former's tables more than one partner."""
    return any(
        proof.alone != "exact" and scan in scans
        for proof in block.proofs
        for scan, _ in columns_in(proof.unit)
    )


def of_relation(sql: str, names: Mapping[str, str]) -> str:
    """SQL with the tables it reads, and their columns, by other names.

    Args:
        sql: with FROM and all that stands in it.
        names: of every table it reads.
    """
    told = _ALIAS.sub(lambda found: f'AS "{names.get(found[1], found[1])}"' if found[1] else found[0], sql)
    return _of(told, names)


def _of(sql: str, names: Mapping[str, str]) -> str:
    return renamed(sql, lambda scan, column: f'"{names.get(scan, scan)}"."{column}"')


def renamed_body(body: Mapping[str, Any], names: Mapping[str, str]) -> Mapping[str, Any]:
    """A record by other names of the tables it reads."""
    listed = {part: [_of(sql, names) for sql in body.get(part, body["labelled"])] for part in _LISTS}
    asked = [
        # A condition that stands for small groups has a FROM of its own.
        {**one, "sql": of_relation(one["sql"], names)}
        | {kind: [_of(value, names) for value in one.get(kind, ())] for kind in ("values", "counted")}
        for one in body["asked"]
    ]
    samples = [{**one, "column": _of(one["column"], names)} for one in body["samples"]]
    scans = [[names[scan], dataset] for scan, dataset in body["scans"]]
    return {**body, **listed, "scans": scans, "asked": asked, "samples": samples}
