"""The kind of one column once its table is heard: what the table tells goes before what was learned of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.classify import learned
from catalog.classify.alone import Alone
from catalog.classify.column import Column
from catalog.classify.finding import weight
from catalog.classify.neighbours import Neighbours
from catalog.classify.scorer import Scored
from catalog.classify.shared_heads import headed


@dataclass(frozen=True, slots=True)
class Telling:
    """What is known of the columns of a table by themselves, and what is taken back of them.

    Attributes:
        by_itself: column name → how it is judged alone.
        found: column name → its kind alone by rules, but for what was taken back and what the table denies.
        pairs: columns that are one of two neighbours of finely measured decimals.
        back: column name → the kind that what was learned took back; filled while tables tell.
    """

    by_itself: Mapping[str, Alone]
    found: Mapping[str, Scored | None]
    pairs: frozenset[str]
    back: dict[str, str] = field(default_factory=dict)

    def told(self, table: Neighbours, column: Column) -> Scored | None:
        """The kind of a column in its table, or None.

        Args:
            table: its columns as far as they are known.
            column: of it.
        """
        itself = self.by_itself[column.name]
        if not column.sample or self.found[column.name] is not None:
            return self.found[column.name]
        taught = itself.found if learned.is_taught(itself.found) else None
        if taught is not None and (table.denies(column, taught) or not _fits(table, taught)):
            taught = None
        if itself.withdrawn:
            self.back[column.name] = itself.withdrawn
        kind = headed(column, [each.name for each in table.columns])
        kind = kind or table.told(column, pair=column.name in self.pairs)
        if kind is not None and learned.doubted(kind, itself.said):
            self.back[column.name] = kind.kind
            return taught
        # A further column makes nothing milder: of two kinds the stricter stays.
        return taught if kind is None or (taught is not None and _grade(taught) > _grade(kind)) else kind


def _fits(table: Neighbours, taught: Scored) -> bool:
    """Whether a kind that was learned can be: what tells of persons only in rows of persons."""
    return table.about_persons or not weight(taught.kind, with_person=True).personal


def _grade(found: Scored) -> int:
    return weight(found.kind, with_person=True).grade
