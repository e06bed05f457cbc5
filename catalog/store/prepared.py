"""Statements that every call runs while other writers wait: put together and compiled once a database.

Decides nothing of what they say. A statement run so skips what a statement needs that is run for the first
time; it takes plain values by name and gives plain rows, without the conversions of column types on the way
out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, CursorResult, Delete, Dialect, Insert, Select, Update

# What makes of a value what the driver takes; None where it takes it as it is.
_Convert = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class _Made:
    """A statement as one database reads it.

    Attributes:
        text: as its driver takes it.
        names: of its values, in their order where they are told by place.
        constants: values that stand in the statement itself.
        converted: values the driver does not take as they are.
        by_place: whether values are told by place.
    """

    text: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]
    converted: tuple[tuple[str, Callable[[Any], Any]], ...]
    by_place: bool

    def values(self, given: Mapping[str, Any]) -> Any:
        """Values as the driver takes them."""
        held = {**self.constants, **given}
        for name, convert in self.converted:
            held[name] = convert(held[name])
        return tuple([held[name] for name in self.names]) if self.by_place else held


class Prepared:
    """A statement that is run often.

    Its values are named: by ``bindparam``, and of an INSERT by its columns.
    """

    __slots__ = ("_columns", "_made", "_statement")

    def __init__(
        self, statement: Select[Any] | Insert | Update | Delete, columns: tuple[str, ...] | None = None
    ) -> None:
        """Hold a statement.

        Args:
            statement: without lists of values that differ in length.
            columns: of an INSERT, those that are given; None: as the statement says.
        """
        self._statement: Final = statement
        self._columns: Final = columns
        self._made: dict[str, _Made] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        """Run it.

        Args:
            connection: a transaction.
            values: one for every name.
        """
        made = self._made.get(connection.dialect.name)
        if made is None:
            made = self._made[connection.dialect.name] = self._make(connection.dialect)
        return connection.exec_driver_sql(made.text, made.values(values))

    def _make(self, dialect: Dialect) -> _Made:
        columns = None if self._columns is None else list(self._columns)
        compiled = self._statement.compile(dialect=dialect, column_keys=columns)
        kinds = {name: bind.type.dialect_impl(dialect) for bind, name in compiled.bind_names.items()}
        converters = {name: kind.bind_processor(dialect) for name, kind in kinds.items()}
        return _Made(
            text=str(compiled),
            names=tuple(compiled.positiontup or kinds),
            constants={name: value for name, value in compiled.params.items() if value is not None},
            converted=tuple((name, each) for name, each in converters.items() if each is not None),
            by_place=bool(compiled.positional),
        )
