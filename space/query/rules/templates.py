"""Templates of a dataset: where owner or grant list some, only these queries are answered, word for word.

A template is known by the digest of its canonical text: letter case of keywords, blanks and comments do
not matter, constants do.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from contracts.canonical import digest
from policies.decision import Decision
from space.query.bind import Bound
from space.query.parse import parse
from space.query.rules.verdict import Fault, verdict


def templates(bound: Bound) -> Decision:
    """The query is a template of every table that lists templates."""
    return verdict(_faults(bound))


def template_digest(sql: str) -> str:
    """The digest by which rules list a query.

    Raises:
        space.query.reasons.Refused: the text is no single SELECT.
    """
    return digest_of(parse(sql))


def digest_of(tree: exp.Query) -> str:
    """The digest of a parsed query."""
    return digest(tree.sql(dialect="duckdb", comments=False))


def _faults(bound: Bound) -> Iterator[Fault]:
    for scope in bound.base():
        for scan in scope.scans:
            listed = scan.table.rules.templates
            if listed is not None and bound.template not in listed:
                yield "query.template", scan.table.name
