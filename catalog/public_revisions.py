"""Revisions of an entry as others may know them: those that were published, and what each changed in public.

Decides which parts of a contract are told: those the public view shows of the one in force
(``space/preview/views.py``). How data is delivered, checked and composed, who made a revision and why, is for
those who keep the entry (:mod:`catalog.cataloging.differing`). Of free texts and lists of
values it is told that they changed, not how they read: what an entry took back is not shown for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import Connection

from catalog import revisions
from catalog.cataloging.acts import PUBLISH, acts_of
from catalog.cataloging.differing import Change, changed
from catalog.errors import UnknownDataset
from catalog.revisions import PUBLISHED, Revision
from policies.clocks import local_date

# Revisions told, the newest; a choice of the installation.
_MOST: Final = 24
# Parts of an entry that are public.
_PARTS: Final = frozenset(
    {
        "title", "summary", "department.name", "sharing.type", "sharing.condition", "sharing.basis",
        "update_cycle", "classification", "open", "tags",
    }
)  # fmt: skip
# Parts in free words, of an entry and of an item.
_WORDED: Final = frozenset(
    {
        "title", "summary", "sharing.condition", "sharing.basis", "tags", "business_name", "unit", "allowed",
        "description",
    }
)  # fmt: skip
# Parts of an item that are public.
_OF_ITEMS: Final = frozenset(
    {
        "business_name", "type", "use", "unit", "allowed", "minimum", "maximum", "grain", "description",
        "required", "key_position", "element", "sharing", "personal", "sensitive", "grade",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Published:
    """A revision that was put in force.

    Attributes:
        number: of the revision.
        published_on: day it was published, Asia/Shanghai; None where an earlier version kept no acts.
        changes: what it changed in public; None of the first one.
        called: item → what it is called in the revision in force.
    """

    number: int
    published_on: date | None
    changes: tuple[Change, ...] | None
    called: Mapping[str, str]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "revision": self.number,
            "published_on": None if self.published_on is None else self.published_on.isoformat(),
            "changes": None if self.changes is None else [_told(each, self.called) for each in self.changes],
        }


def published(connection: Connection, name: str) -> tuple[Published, ...]:
    """Revisions of a published dataset that were in force, the newest first.

    Args:
        connection: to read with.
        name: ``schema.table`` of a published entry.

    Raises:
        UnknownDataset: no such entry is published.
    """
    current = revisions.current(connection, name)
    if current.state != PUBLISHED:
        raise UnknownDataset(name)
    days = {
        act.revision: local_date(act.now)
        for act in acts_of(connection, current.entry_id)
        if act.event == PUBLISH and act.revision <= current.number
    }
    # One more than is told, for what the oldest of them changed.
    numbers = sorted({*days, current.number})[-_MOST - 1 :]
    made = [revisions.number(connection, name, each) for each in numbers]
    called = {each.name: each.business_name or each.name for each in current.contract.fields}
    told = [_published(new, days, old, called) for old, new in pairwise(made)]
    if len(made) <= _MOST:
        told.insert(0, _published(made[0], days, None, called))
    return tuple(reversed(told))


def _published(
    new: Revision, days: dict[int, date], old: Revision | None, called: Mapping[str, str]
) -> Published:
    made = None if old is None else tuple(filter(_public, changed(old.contract, new.contract)))
    return Published(new.number, days.get(new.number), made, called)


def _public(change: Change) -> bool:
    head, _, rest = change.path.partition(".")
    if head != "fields":
        return change.path in _PARTS
    _, _, part = rest.partition(".")
    return not part or part in _OF_ITEMS


def _told(change: Change, called: Mapping[str, str]) -> dict[str, Any]:
    """A change; of a whole item only what it is called today is told, or its code where it is gone."""
    head, _, rest = change.path.partition(".")
    item, _, part = rest.partition(".")
    before, after = change.before, change.after
    if (part if head == "fields" else change.path) in _WORDED:
        before = after = None
    elif head == "fields" and item and not part:
        before, after = (value and called.get(item, item) for value in (before, after))
    return {"path": change.path, "before": before, "after": after, "breaking": change.breaking}
