"""The difference of two revisions at field level, in words: what, before, after, breaking or not, by whom.

Decides where a difference stands and how it is told. Whether it breaks
:func:`contracts.comparing.contracts.findings` says: each part is judged alone, put into the old contract by
itself, so that it gets its own words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from catalog import revisions
from catalog.cataloging.acts import PUBLISH, acts_of
from catalog.cataloging.places import WHOLE, plain
from catalog.cataloging.standing import Standing, standing
from catalog.cataloging.telling import revision_on
from catalog.errors import CatalogError
from contracts.comparing.contracts import findings
from contracts.comparing.findings import Finding
from contracts.model import Contract, ContractError, Field

_ABSENT: Final[tuple[Any, ...]] = (None, "", (), {}, [])
# Parts of the contract whose own parts are told one by one.
_OPENED: Final = ("sharing", "department", "entry")


class NoSuchRevision(CatalogError):
    """What was given names no revision of the entry."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Attributes:
        path: where it stands, e.g. ``fields.area.grade``.
        what: one sentence.
        before, after: as the two revisions say it, plain JSON; None where one says nothing.
        breaking: whether users must be told.
    """

    path: str
    what: str
    before: Any
    after: Any
    breaking: bool

    def as_document(self) -> dict[str, Any]:
        """For ``--json``; what a revision does not say is left out."""
        said = {"before": self.before, "after": self.after}
        return {
            "path": self.path, "what": self.what,
            **{name: value for name, value in said.items() if value not in _ABSENT},
            "breaking": self.breaking,
        }  # fmt: skip


def difference(connection: Connection, code: str, first: str, second: str) -> dict[str, Any]:
    """The difference of two revisions of an entry.

    Args:
        connection: to read with.
        code: resource code of the entry, or its name.
        first: number of the older revision, or a day on which it was in force.
        second: of the newer one.

    Raises:
        UnknownDataset: the ledger has no such entry.
        NoSuchRevision: it has no such revision.
        NotYet: the entry was not in the ledger on that day.
    """
    found = standing(connection, code)
    old, new = (revision_named(connection, found, each) for each in (first, second))
    changes = changed(old.contract, new.contract)
    verdict = "breaking" if any(each.breaking for each in changes) else "compatible" if changes else "same"
    published = {
        act.revision: act.now.isoformat()
        for act in acts_of(connection, found.entry_id)
        if act.event == PUBLISH
    }  # fmt: skip
    return {
        "code": found.code, "name": found.name, "from": old.number, "to": new.number,
        "revisions": [
            {
                "revision": each.number, "by": each.made_by, "at": each.made_at.isoformat(),
                "reason": each.reason, "published_at": published.get(each.number),
            }
            for each in _between(connection, found, old.number, new.number)
        ],
        "changes": [each.as_document() for each in changes], "verdict": verdict,
    }  # fmt: skip


def revision_named(connection: Connection, found: Standing, text: str) -> revisions.Revision:
    """The revision a person means: by number, or by a day on which it was in force."""
    if text.isascii() and text.isdigit():
        if not 1 <= int(text) <= found.newest:
            raise NoSuchRevision(f"{found.name} has revisions 1 to {found.newest}, not {text}")
        return revisions.number(connection, found.name, int(text))
    try:
        on = date.fromisoformat(text)
    except ValueError:
        raise NoSuchRevision(f"{text!r} is neither a revision number nor a day like 2026-09-24") from None
    return revisions.number(connection, found.name, revision_on(connection, found, on))


def changed(old: Contract, new: Contract) -> tuple[Change, ...]:
    """Every difference of two contracts, those that break first."""
    made = [*_parts(old, new), *_fields(old, new)]
    told = {each.what for each in made if each.breaking}
    for finding in findings(old, new):
        # What breaks only through several parts together is told beside them.
        if finding.breaking and str(finding) not in told and finding.what not in told:
            path = f"fields.{finding.field}" if finding.field else WHOLE
            made.append(Change(path, finding.what, None, None, True))
    return tuple(sorted(made, key=lambda each: not each.breaking))


def _parts(old: Contract, new: Contract) -> Iterator[Change]:
    for part in fields(Contract):
        was, now = getattr(old, part.name), getattr(new, part.name)
        if not part.compare or part.name == "fields" or was == now:
            continue
        if part.name not in _OPENED:
            alone = _put(old, **{part.name: now})
            yield _change(part.name, was, now, _found(old, alone, None))
            continue
        for inner in fields(was):
            before, after = getattr(was, inner.name), getattr(now, inner.name)
            if before != after:
                alone = _put(old, **{part.name: replace(was, **{inner.name: after})})
                yield _change(f"{part.name}.{inner.name}", before, after, _found(old, alone, None))


def _fields(old: Contract, new: Contract) -> Iterator[Change]:
    after = {each.name: each for each in new.fields}
    before = {each.name: each for each in old.fields}
    for name, field in before.items():
        if name not in after:
            yield Change(f"fields.{name}", "the field is gone", plain(field), None, True)
        elif field != after[name]:
            yield from _field(old, field, after[name])
    for name, field in after.items():
        if name not in before:
            yield Change(f"fields.{name}", "the field is new", None, plain(field), False)
    order = [name for name in before if name in after], [name for name in after if name in before]
    if order[0] != order[1]:
        yield Change("fields", "the fields stand in another order", order[0], order[1], False)


def _field(old: Contract, was: Field, now: Field) -> Iterator[Change]:
    for part in fields(Field):
        before, after = getattr(was, part.name), getattr(now, part.name)
        if not part.compare or before == after:
            continue
        try:
            alone = replace(was, **{part.name: after})
        except (ContractError, ValueError):
            found = _found(old, _with(old, now), was.name)
        else:
            found = _found(old, _with(old, alone), was.name)
        yield _change(f"fields.{was.name}.{part.name}", before, after, found)


def _with(old: Contract, field: Field) -> Contract | None:
    return _put(old, fields=tuple(field if each.name == field.name else each for each in old.fields))


def _put(old: Contract, **part: Any) -> Contract | None:
    """The old contract with one part of the new; None where the two do not go together."""
    try:
        return replace(old, **part)
    except (ContractError, ValueError):
        return None


def _found(old: Contract, alone: Contract | None, field: str | None) -> tuple[Finding, ...]:
    if alone is None:
        return ()
    return tuple(each for each in findings(old, alone) if each.field == field)


def _change(path: str, was: Any, now: Any, found: tuple[Finding, ...]) -> Change:
    before, after = plain(was), plain(now)
    breaks = tuple(dict.fromkeys(each.what for each in found if each.breaking))
    if breaks:
        return Change(path, "; ".join(breaks), before, after, True)
    return Change(path, _words(path, before, after), before, after, False)


def _words(path: str, before: Any, after: Any) -> str:
    name = path.rpartition(".")[2].replace("_", " ")
    if before in _ABSENT:
        return f"{name} is stated now"
    return f"{name} is no longer stated" if after in _ABSENT else f"{name} is another"


def _between(
    connection: Connection, found: Standing, first: int, second: int
) -> tuple[revisions.Revision, ...]:
    low, high = sorted((first, second))
    return tuple(each for each in revisions.history(connection, found.name) if low <= each.number <= high)
