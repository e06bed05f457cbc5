"""Prefilling a form from the authoritative source 一数一源.

Decides what a body sees before it writes anything: value, source department, as-of date, and that the
source answers for it. Rows outside the body's area are not shown, nor that they exist. What the body
changes is :mod:`space.wayback.forms.filling`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from catalog import keys
from catalog.home import Home
from catalog.stops import closed
from catalog.store import reading
from contracts.codes import canonical_id
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.masking import Mask, masks
from space.errors import Refused, Unknown
from space.granting.kinds import published
from space.wayback.backflow.authoritative import Found, Source, as_text, rows_of_area, source
from space.wayback.backflow.bodies import Body, body
from space.wayback.corrections.cases import pending
from space.wayback.forms.admission import Form, Item, in_force


@dataclass(frozen=True, slots=True)
class Prefilled:
    """One item of a form as the body sees it.

    Attributes:
        value: as text, identity numbers masked; None where the source has no row or no value.
        department: the source department, which answers for the value; empty for hand-filled items.
        as_of: what the value's age is judged by: the row's period, else the day of publication.
        release: it comes from.
        row: keyed reference, to challenge the value by; empty where there is no row.
        source_responsible: the source answers for it, not who fills the form.
        disputed: it is challenged now.
    """

    name: str
    title: str
    value: str | None
    department: str
    dataset: str
    field: str
    as_of: str
    release: str
    row: str
    source_responsible: bool
    disputed: bool


@dataclass(frozen=True, slots=True)
class Looked:
    """An item with the row it comes from, for the code that fills forms; never shown."""

    item: Item
    found: Source | None
    row: Found | None

    @property
    def value(self) -> str | None:
        """As the source has it, unmasked."""
        return None if self.row is None else as_text(self.row.values[self.item.field])


def prefill(
    home: Home, engine: Engine, form_code: str, body_code: str, subject: str, now: datetime
) -> tuple[Prefilled, ...]:
    """The items of a form for one subject in the area of a body.

    Args:
        home: the installation.
        engine: its store.
        form_code: on the admission list.
        body_code: who fills it.
        subject: identifier of the person, household or enterprise.
        now: aware instant.

    Returns:
        Every item, in the form's order. A subject without a row *in this area* has no value:
        rows elsewhere are not shown, nor that they exist.

    Raises:
        NotAdmitted: the form need not be filled.
        Unknown: no such body, or a source without a release.
        Refused: the subject is no identifier of the form's kind, or a stop closes a dataset behind it.
    """
    with reading(engine) as connection:
        form, filler = in_force(connection, form_code, now), body(connection, body_code)
        stop = closed(connection, body_code, [item.dataset for item in form.items if item.dataset])
        if stop is not None:
            raise Refused(Deny((stop,)))
        looked = look(home, connection, form, filler, canonical_subject(form, subject))
        hidden = masks(local_date(now))
        return tuple(_shown(connection, one, hidden) for one in looked)


def canonical_subject(form: Form, subject: str) -> str:
    """The one spelling of a subject's identifier.

    Raises:
        Refused: it is no identifier of the form's kind.
    """
    found = canonical_id(form.subject_kind, subject)
    if found is None:
        reason = Reason("form.subject", f"not the identifier of a {form.subject_kind}", "subject")
        raise Refused(Deny((reason,)))
    return found


def look(home: Home, connection: Connection, form: Form, filler: Body, subject: str) -> list[Looked]:
    """Every item with its source's row about the subject; one read per dataset and key.

    Args:
        home: the installation.
        connection: a reading transaction.
        form: whose items.
        filler: rows of its area only are looked at.
        subject: canonical identifier.
    """
    secret = keys.load(home).pseudonym
    rows: dict[tuple[str, str], tuple[Source, Found | None]] = {}
    # Of a source that was withdrawn nothing is shown: its items are filled by hand.
    speaking = published(connection, (item.dataset for item in form.items if item.dataset))
    for item in form.items:
        if item.dataset in speaking and (item.dataset, item.key) not in rows:
            found = source(connection, item.dataset)
            fields = tuple(i.field for i in form.items if (i.dataset, i.key) == (item.dataset, item.key))
            _refuse_missing(found, (*fields, item.key))

            def is_about(row: Mapping[str, Any], key: str = item.key) -> bool:
                return canonical_id(form.subject_kind, as_text(row[key])) == subject

            matches = rows_of_area(home, found, filler.area, (*fields, item.key), is_about, secret)
            rows[item.dataset, item.key] = found, _newest(found, matches)
    return [Looked(item, *rows.get((item.dataset, item.key), (None, None))) for item in form.items]


def _refuse_missing(found: Source, fields: tuple[str, ...]) -> None:
    """A later contract may have dropped a field the form was admitted with."""
    known = {field.name for field in found.contract.fields}
    for name in fields:
        if name not in known:
            raise Unknown("field", f"{found.contract.name}.{name}", "ask the issuer to bind the item anew")


def _newest(found: Source, rows: list[Found]) -> Found | None:
    """The row of the latest period; where the dataset has none, the last by key."""
    period = found.contract.period_field

    def age(row: Found) -> tuple[str, str]:
        return (as_text(row.values[period]) or "" if period else "", str(list(row.key.values())))

    return max(rows, key=age, default=None)


def _shown(connection: Connection, looked: Looked, hidden: Mapping[str, Mask]) -> Prefilled:
    item, found, row = looked.item, looked.found, looked.row
    value, as_of, disputed = looked.value, "", False
    if found is not None:
        mask = hidden.get(found.contract.field(item.field).check or "")
        value = mask.apply(value) if mask and value is not None else value
        as_of = _as_of(found, row)
    if row is not None:
        disputed = pending(connection, item.dataset, row.reference, item.field) is not None
    return Prefilled(
        name=item.name,
        title=item.title,
        value=value,
        department="" if found is None else found.contract.department.name,
        dataset=item.dataset,
        field=item.field,
        as_of=as_of,
        release="" if found is None else found.release.id,
        row="" if row is None else row.reference,
        source_responsible=row is not None,
        disputed=disputed,
    )


def _as_of(found: Source, row: Found | None) -> str:
    period = found.contract.period_field
    stated = as_text(row.values[period]) if period and row is not None else None
    return stated or local_date(found.release.published_at).isoformat()
