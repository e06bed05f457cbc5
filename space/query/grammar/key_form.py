"""The form of an accepted key: what it reads, what it shows and which values it can have.

Decides nothing; what may be a key is decided by :mod:`space.query.grammar.keys`.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from contracts.model import FieldType
from space.query.grammar.columns import Place


@dataclass(frozen=True, slots=True)
class KeyForm:
    """An accepted key.

    Attributes:
        tree: over protected columns.
        kind: what it can be compared with.
        places: columns it reads.
        bare: the column, where the key is that column itself.
        part: finest date part it shows, for keys of a time.
        labels: its values, where they are written in the key itself (CASE, conditions).
        step: grid of a bucketed measure, in stored units.
    """

    tree: exp.Expr
    kind: FieldType
    places: tuple[Place, ...]
    bare: Place | None = None
    part: str | None = None
    labels: tuple[exp.Expr, ...] | None = None
    step: int | None = None
