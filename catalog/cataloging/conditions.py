"""Conditions added after publication 擅自增设条件: what a new revision makes harder to have than it was.

Decides which differences between the revision in force and its successor count: a narrower sharing type,
of the dataset or of a field; a condition, scope or use that was added or worded anew; a way of sharing
taken away; data no longer open. None of them is refused here: the authority must have seen it.

Source: 政务数据共享条例 (conditions are not added at will); rules of the catalogue, item 9.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, update

from catalog.store.schema import new_id
from catalog.store.tables.cataloging import entry_findings
from contracts.model import Contract, ShareType

KIND: Final = "added_condition"
# From the most open to the most closed.
_OPENNESS: Final = tuple(ShareType)
_SAID: Final = (
    ("condition", "condition of sharing"),
    ("scope", "scope of sharing"),
    ("use", "permitted use"),
)


@dataclass(frozen=True, slots=True)
class Added:
    """A condition that was not there.

    Attributes:
        path: where in the contract, e.g. ``sharing.type`` or ``fields.area.sharing``.
        what: one sentence.
        before, after: as the two revisions say it.
    """

    path: str
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Finding:
    """An added condition as it was recorded.

    Attributes:
        revision: number of the revision that adds it.
        found: what it is.
        found_at: when it was submitted.
        seen_by, seen_at: who of the authority stated to have seen it; None until then.
    """

    revision: int
    found: Added
    found_at: datetime
    seen_by: str | None
    seen_at: datetime | None

    def as_document(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "revision": self.revision, "path": self.found.path, "what": self.found.what,
            "before": self.found.before, "after": self.found.after, "found_at": self.found_at.isoformat(),
            "seen_by": self.seen_by, "seen_at": self.seen_at.isoformat() if self.seen_at else None,
        }  # fmt: skip


def added_conditions(old: Contract, new: Contract) -> tuple[Added, ...]:
    """What ``new`` asks for that ``old``, the revision in force, did not."""
    return (*_type(old, new), *_words(old, new), *_ways(old, new), *_fields(old, new))


def keep(connection: Connection, added: Mapping[tuple[str, int], Iterable[Added]], now: datetime) -> None:
    """Record what was found on new revisions, by id of the entry and number, in the caller's transaction."""
    rows = [
        {
            "id": new_id("fnd"), "entry_id": entry_id, "revision": revision, "kind": KIND,
            "path": each.path, "what": each.what, "before": each.before, "after": each.after,
            "found_at": now,
        }
        for (entry_id, revision), found in added.items()
        for each in found
    ]  # fmt: skip
    if rows:
        connection.execute(insert(entry_findings), rows)


def findings_of(connection: Connection, entry_id: str, revision: int | None = None) -> tuple[Finding, ...]:
    """What was found on an entry, or on one revision of it, in the order in which it was found."""
    found = findings_of_all(connection, [entry_id]).get(entry_id, ())
    return tuple(each for each in found if revision in (None, each.revision))


def findings_of_all(connection: Connection, entry_ids: Iterable[str]) -> dict[str, tuple[Finding, ...]]:
    """What was found on each of many entries; those of which nothing was found are left out."""
    f = entry_findings.c
    wanted, found = sorted(set(entry_ids)), dict[str, tuple[Finding, ...]]()
    for at in range(0, len(wanted), 500):
        query = select(entry_findings).where(f.entry_id.in_(wanted[at : at + 500]))
        for r in connection.execute(query.order_by(f.entry_id, f.revision, f.path, f.id)):
            what = Added(r.path, r.what, r.before, r.after)
            made = Finding(r.revision, what, r.found_at, r.seen_by, r.seen_at)
            found[r.entry_id] = (*found.get(r.entry_id, ()), made)
    return found


def unseen(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Those nobody of the authority has stated to have seen."""
    return tuple(each for each in findings if each.seen_by is None)


def see(connection: Connection, revisions: Iterable[tuple[str, int]], by: str, now: datetime) -> None:
    """The authority states that it has seen what was found on revisions, by id of the entry and number."""
    f = entry_findings.c
    rows = [{"of_entry": entry_id, "number": revision} for entry_id, revision in revisions]
    if rows:
        found = (f.entry_id == bindparam("of_entry"), f.revision == bindparam("number"), f.seen_by.is_(None))
        connection.execute(update(entry_findings).where(*found).values(seen_by=by, seen_at=now), rows)


def _type(old: Contract, new: Contract) -> Iterator[Added]:
    was, now = old.sharing.type, new.sharing.type
    if _narrower(was, now):
        yield Added("sharing.type", f"sharing is {now}, no longer {was}", was.value, now.value)
    if old.open and not new.open:
        yield Added("open", "the dataset is no longer open to the public", "true", "false")
    elif old.open and _said_anew(old.open_condition, new.open_condition):
        what = "a condition of opening is added or worded anew"
        yield Added("open_condition", what, old.open_condition, new.open_condition)


def _words(old: Contract, new: Contract) -> Iterator[Added]:
    if new.sharing.type is ShareType.UNCONDITIONAL:
        return
    for attribute, words in _SAID:
        was, now = getattr(old.sharing, attribute), getattr(new.sharing, attribute)
        if _said_anew(was, now):
            yield Added(f"sharing.{attribute}", f"a {words} is added or worded anew", was, now)


def _ways(old: Contract, new: Contract) -> Iterator[Added]:
    gone = [way for way in old.sharing.methods if way not in new.sharing.methods]
    if new.sharing.methods and gone:
        was, now = ", ".join(old.sharing.methods), ", ".join(new.sharing.methods)
        yield Added("sharing.methods", f"it is no longer shared by {', '.join(gone)}", was, now)


def _fields(old: Contract, new: Contract) -> Iterator[Added]:
    after = {field.name: field for field in new.fields}
    for field in old.fields:
        if field.name not in after:
            continue
        mine = after[field.name].sharing
        if mine is None and field.sharing is None:
            continue  # said where the dataset's own type is
        was, now = field.sharing or old.sharing.type, mine or new.sharing.type
        if _narrower(was, now):
            what = f"sharing of {field.name} is {now}, no longer {was}"
            yield Added(f"fields.{field.name}.sharing", what, was.value, now.value)


def _narrower(was: ShareType, now: ShareType) -> bool:
    return _OPENNESS.index(now) > _OPENNESS.index(was)


def _said_anew(was: str, now: str) -> bool:
    """Whether a text says something it did not; blanks do not count."""
    return bool(now.strip()) and "".join(was.split()) != "".join(now.split())
