"""A block answered before, in the form in which a plan holds it to be compared with a block of its own.

Decides the form only, which is plain data. What is compared with what is :mod:`space.query.auditing.audit`;
what of a cell may then show is judged in the worker (:mod:`space.engines.auditing.audit`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from space.query.plan import Method


@dataclass(frozen=True, slots=True)
class Sample:
    """Values of a column that can make conditions over it differ, known without looking at any row.

    Attributes:
        column: SQL of the column.
        kind: ``listed`` where its values are public or few, ``text`` and ``number`` where only constants
            count, else ``unknown``.
        listed, size: SELECT giving them, and how many.
        constants: that conditions compare it with.
    """

    column: str
    kind: Literal["listed", "text", "number", "unknown"]
    listed: str = ""
    size: int = 0
    constants: tuple[str, ...] = ()

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Sample:
        """The sample as it was written down."""
        return cls(**{**document, "constants": tuple(document["constants"])})


@dataclass(frozen=True, slots=True)
class Asked:
    """Rows that figures of a block rest on.

    Attributes:
        sql: condition over the relation, true on these rows.
        values: SQL of what was summed over them.
        bare: whether no figure rests on them: only whether they are k units was told.
        place: of the condition in its block: 0 is the cell itself, a negative one what is left of it beside
            that condition.
        counted: SQL of what was counted over them, each value once.
    """

    sql: str
    values: tuple[str, ...] = ()
    bare: bool = False
    place: int = 1
    counted: tuple[str, ...] = ()

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Asked:
        """What was asked, as it was written down."""
        counted = tuple(document.get("counted", ()))
        return cls(**{**document, "values": tuple(document["values"]), "counted": counted})


@dataclass(frozen=True, slots=True)
class Former:
    """A block answered before, as a block of the plan is compared with it.

    Attributes:
        block: name of the block of the plan.
        k: fewest units its cells showed with.
        keys: SQL of its group columns.
        asked: what its figures rest on.
        from_sql: its relation; empty where it is that of the block of the plan.
        units: where the relations differ, (position of the proof, unit, row number) of the rows both have.
        grid_sql: SELECT of combinations of values with the parts they meet of the conditions of the plan's
            block and of what was asked (:mod:`space.query.auditing.grid`); empty where nobody can tell.
        grid_keys: names of the keys the grid has.
        zero: whether rows that differ but are none may be left out of account, as far as the keys go.
        few: whether the columns that keys and conditions read have few combinations of values, all public.
        samples: of every column its conditions read.
        open_sql: a relation in which the rows of both stand, where neither reads the other; else empty.
        present: condition that a row of it is of the block of the plan; empty where all are.
        alone: of the proofs that both have, the position and what proves any rows of that relation.
        more: datasets that it is compared in and the block does not read, each with its release.
        loose: whether the keys have other columns on either side, but where keys that are conditions read
            them: only differences that rest on few rows of both together tell anything.
    """

    block: str
    k: int
    keys: tuple[str, ...]
    asked: tuple[Asked, ...]
    from_sql: str = ""
    units: tuple[tuple[int, str, str], ...] = ()
    grid_sql: str = ""
    grid_keys: tuple[str, ...] = ()
    zero: bool = False
    few: bool = False
    samples: tuple[Sample, ...] = ()
    loose: bool = False
    open_sql: str = ""
    present: str = ""
    alone: tuple[tuple[int, Method], ...] = ()
    more: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Former:
        """The former as a plan holds it."""
        return cls(
            **{
                **document,
                "keys": tuple(document["keys"]),
                "asked": tuple(Asked.from_document(a) for a in document["asked"]),
                "units": tuple((int(j), unit, number) for j, unit, number in document["units"]),
                "grid_keys": tuple(document["grid_keys"]),
                "samples": tuple(Sample.from_document(s) for s in document["samples"]),
                "alone": tuple((int(j), how) for j, how in document.get("alone", ())),
                "more": tuple((dataset, release) for dataset, release in document.get("more", ())),
            }
        )
