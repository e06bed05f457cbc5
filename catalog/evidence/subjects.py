"""What a subject of the log is about, by keys that have names: entries, an item, a party, a number.

Decides where that is found: for what follows from a request, in the request; else in what the log itself
says first of the subject. What neither tells is left out: the subject is then known by its id alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, select

from catalog.store.tables.classification import merge_reviews
from catalog.store.tables.contracting import digital_contracts
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.forms import forms
from catalog.store.tables.grants import grants, request_items, requests
from catalog.store.tables.ledger import entries
from catalog.store.tables.requesting import request_cases

# Entries of a subject that are looked at; what it is about is said at its beginning.
_FIRST: Final = 4
# Under which name an entry says whom it is about, the likeliest first, and by which official number.
_PARTIES: Final = ("department", "body", "organisation", "person")
_NUMBERS: Final = ("number", "agreement", "form", "code", "period")
# Under which name it names an entry of the catalogue, or an item of one, as a whole.
_NAMES: Final = ("name", "claimant", "field")
# Under which name an entry says what its subject belongs to.
_OF: Final = ("subject", "grant", "request")
# Beginning of an id → what of a request it is kept in.
_FOLLOWING: Final = {"case": request_cases, "grt": grants, "con": digital_contracts}
# Digests stand under names that elsewhere hold numbers.
_DIGEST_LENGTH: Final = 64


@dataclass(frozen=True, slots=True)
class About:
    """What a subject is about.

    Attributes:
        datasets: names of entries.
        field: name of an item of the only one; empty where it is about all of it.
        party: code of an organisation, or id of a person; empty where none is named.
        number: official, as it stands on paper, or the title of a form; empty where it has none.
    """

    datasets: tuple[str, ...] = ()
    field: str = ""
    party: str = ""
    number: str = ""


def abouts(connection: Connection, subjects: Iterable[str]) -> Mapping[str, About]:
    """Subject → what it is about, of those of which that can be told.

    Args:
        connection: to read with.
        subjects: as entries of the log name them, with or without a kind before the id.
    """
    found = {subject: _about(connection, subject, follow=True) for subject in set(subjects)}
    known = {subject: one for subject, one in found.items() if one is not None}
    numbers = {one.number for one in known.values()} | set(subjects)
    asked = select(forms.c.code, forms.c.title).where(forms.c.code.in_(numbers))
    titles = {row.code: row.title for row in connection.execute(asked)}
    return {
        subject: replace(one, number=titles.get(subject) or titles.get(one.number, one.number))
        for subject, one in known.items()
    }


def _about(connection: Connection, subject: str, *, follow: bool) -> About | None:
    ident = subject.rpartition(":")[2]
    held = _entry(connection, ident) or _request_of(connection, ident) or _reviewed(connection, ident)
    if held is not None:
        return held
    asked = (
        select(evidence_entries.c.body)
        .where(evidence_entries.c.subject.in_({subject, ident}))
        .order_by(evidence_entries.c.position)
        .limit(_FIRST)
    )
    said = [json.loads(row.body) for row in connection.execute(asked)]
    for body in said:
        told = _told(body) or _named(connection, body)
        if told is not None:
            return told
    belongs = next((str(body[name]) for body in said for name in _OF if body.get(name)), "")
    if not follow or belongs in ("", subject, ident):
        return None
    return _about(connection, belongs, follow=False)


def _told(body: Mapping[str, Any]) -> About | None:
    """What one entry says of it; None where it names nothing."""
    dataset, field = body.get("dataset"), body.get("field")
    if isinstance(dataset, str) and dataset:
        return About((dataset,), field if isinstance(field, str) else "")
    number, party = _text(body, _NUMBERS), _text(body, _PARTIES)
    return About(party=party, number=number) if number or party else None


def _named(connection: Connection, body: Mapping[str, Any]) -> About | None:
    """The entry or the item that one entry names by its whole name; None where it names none."""
    values = (body.get(name) for name in _NAMES)
    found = (_entry(connection, value) for value in values if isinstance(value, str))
    return next((one for one in found if one is not None), None)


def _entry(connection: Connection, name: str) -> About | None:
    """An entry, or an item of one as ``entry.item``; None where there is none of that name."""
    of, _, field = name.rpartition(".")
    if not of:
        return None
    asked = select(entries.c.name).where(entries.c.name.in_((name, of)))
    known = set(connection.execute(asked).scalars())
    if name in known:
        return About((name,))
    return About((of,), field) if of in known else None


def _text(body: Mapping[str, Any], names: Iterable[str]) -> str:
    values = (body.get(name) for name in names)
    known = (value for value in values if isinstance(value, str) and 0 < len(value) < _DIGEST_LENGTH)
    return next(known, "")


def _request_of(connection: Connection, ident: str) -> About | None:
    """Who asked for what, of a request and of what followed from it; None for anything else."""
    kind = ident.partition("_")[0]
    wanted: Any = ident if kind == "req" else None
    if kind in _FOLLOWING:
        of = _FOLLOWING[kind]
        wanted = select(of.c.request_id).where(of.c.id == ident).scalar_subquery()
    if wanted is None:
        return None
    asked = select(requests.c.id, requests.c.applicant).where(requests.c.id == wanted)
    row = connection.execute(asked).first()
    if row is None:
        return None
    named = select(request_items.c.dataset).where(request_items.c.request_id == row.id).distinct()
    return About(tuple(sorted(connection.execute(named).scalars())), party=row.applicant)


def _reviewed(connection: Connection, ident: str) -> About | None:
    """The entry whose merge is reviewed; None for anything else."""
    if not ident.startswith("mrg_"):
        return None
    dataset = connection.execute(select(merge_reviews.c.dataset).where(merge_reviews.c.id == ident)).scalar()
    return None if dataset is None else About((dataset,))
