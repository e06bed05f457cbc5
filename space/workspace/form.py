"""The stated form of an operator's own table: which column names the unit, which are categories and measures.

Decides what a well-formed statement is, and which contract it amounts to. A column it does not name does
not enter the space. Looks at no row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from contracts.model import SAFE_NAME, Contract, Field, FieldType, Party, UnitRef, UnitRule, Use
from policies.decision import Deny, Reason
from space.errors import Refused

SCHEMA: Final = "workspace"
# Decimal places a measure may have, and whole units its bounds may reach: both fit 64 bits together.
_PLACES: Final = 6
_LARGEST: Final = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Measure:
    """A column of numbers with its public bounds.

    Attributes:
        name: of the column.
        minimum, maximum: bounds as text, in units of the column.
        scale: decimal places kept.
    """

    name: str
    minimum: str
    maximum: str
    scale: int = 0


@dataclass(frozen=True, slots=True)
class Form:
    """What the columns of a table are.

    Attributes:
        key: column that identifies the unit a row is about.
        kind: of that unit.
        categories: columns that are grouped by.
        measures: columns that are summed.
    """

    key: str
    kind: str
    categories: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of all columns, the key first."""
        return (self.key, *self.categories, *(measure.name for measure in self.measures))

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "key": self.key,
            "kind": self.kind,
            "categories": list(self.categories),
            "measures": [[m.name, m.minimum, m.maximum, m.scale] for m in self.measures],
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Form:
        """The form :meth:`to_document` wrote."""
        measures = tuple(Measure(*stated) for stated in document["measures"])
        return cls(document["key"], document["kind"], tuple(document["categories"]), measures)

    def contract(self, name: str, owner: str, *, max_rows: int, unique: bool) -> Contract:
        """The contract a table of this form keeps.

        Args:
            name: of the table.
            owner: code of the organisation that brings it.
            max_rows: no unit has more rows.
            unique: whether no two rows have the same unit.
        """
        key = Field(self.key, unit=UnitRef(self.kind), use=Use.IDENTIFIER, personal=self.kind == "person")
        return Contract(
            id=f"{SCHEMA}-{name}",
            title=name,
            schema=SCHEMA,
            table=name,
            department=Party(owner, owner),
            fields=(
                key,
                *(Field(category, use=Use.DIMENSION) for category in self.categories),
                *(_field(measure) for measure in self.measures),
            ),
            units=(UnitRule(self.kind, max_rows),),
            unique_keys=((self.key,),) if unique else (),
        )


def read_form(key: str, categories: Iterable[str] = (), measures: Iterable[str] = ()) -> Form:
    """A form as it is stated on the command line or in an address.

    >>> read_form("id_card=person", ["segment"], ["spend:0:5000"]).columns
    ('id_card', 'segment', 'spend')

    Args:
        key: ``COLUMN=KIND``.
        categories: columns.
        measures: ``COLUMN:MIN:MAX`` or ``COLUMN:MIN:MAX:PLACES``.

    Raises:
        Refused: a part does not read, or names a column twice.
    """
    column, _, kind = key.partition("=")
    form = Form(column.strip(), kind.strip(), tuple(categories), tuple(map(_measure, measures)))
    names = form.columns
    if not all(SAFE_NAME.match(each) for each in (*names, form.kind)) or len(set(names)) != len(names):
        raise _unread()
    return form


def check_name(name: str) -> str:
    """The name, if a table, view or template can have it.

    Raises:
        Refused: it is not safe for every engine.
    """
    if not SAFE_NAME.match(name):
        raise Refused(
            Deny(
                (
                    Reason(
                        "workspace.name",
                        "the name cannot be used in the workspace",
                        "name",
                        "lower-case letters, digits and underscores, a letter first; not the name of a table "
                        "of the grant, nor of a view or table of its workspace",
                    ),
                )
            )
        )
    return name


def _measure(stated: str) -> Measure:
    name, *rest = stated.split(":")
    if len(rest) not in (2, 3):
        raise _unread()
    scale = int(rest[2]) if len(rest) == 3 and rest[2].isascii() and rest[2].isdigit() else 0
    try:
        low, high = Decimal(rest[0]), Decimal(rest[1])
    except InvalidOperation:
        raise _unread() from None
    bounded = low.is_finite() and high.is_finite() and -_LARGEST <= low < high <= _LARGEST
    on_grid = bounded and all(bound == round(bound, scale) for bound in (low, high))
    if not on_grid or scale > _PLACES or (len(rest) == 3 and rest[2] != str(scale)):
        raise _unread()
    return Measure(name, format(low, "f"), format(high, "f"), scale)


def _field(measure: Measure) -> Field:
    low, high = Decimal(measure.minimum), Decimal(measure.maximum)
    whole = measure.scale == 0
    return Field(
        measure.name,
        type=FieldType.INTEGER if whole else FieldType.NUMBER,
        minimum=int(low) if whole else float(low),
        maximum=int(high) if whole else float(high),
        scale=measure.scale,
        use=Use.MEASURE,
    )


def _unread() -> Refused:
    return Refused(
        Deny(
            (
                Reason(
                    "workspace.form",
                    "the form of the table does not read",
                    "form",
                    "a key COLUMN=KIND, categories COLUMN, measures COLUMN:MIN:MAX or COLUMN:MIN:MAX:PLACES; "
                    "every column once, by a lower-case name",
                ),
            )
        )
    )
