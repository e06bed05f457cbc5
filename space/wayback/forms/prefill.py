"""Prefilling forms from the authoritative source 一数一源, one sheet or hundreds.

Decides what a body sees before it writes anything: value, source department, as-of date, and that the
source answers for it; what is computed from it; what is challenged now. Rows outside the body's area are
not shown, nor that they exist. Every row shown leaves a posting. What the body changes is
:mod:`space.wayback.forms.filling`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine, select

from catalog import keys
from catalog.evidence import record
from catalog.home import Home
from catalog.keys import row_reference
from catalog.stops import closed
from catalog.store import reading, writing
from catalog.store.tables.forms import disputes
from contracts.model import Contract
from policies.clocks import local_date
from policies.decision import Deny
from policies.masking import Mask
from space.errors import Refused
from space.wayback.backflow.authoritative import as_text
from space.wayback.backflow.bodies import Body, body
from space.wayback.forms.admission import in_force
from space.wayback.forms.asking import Look
from space.wayback.forms.bindings import Bound, bind
from space.wayback.forms.checking import own_elements, typed_texts
from space.wayback.forms.contracting import contract_of
from space.wayback.forms.definition import Form
from space.wayback.forms.looking import Looked, Lookup, canonical_subject
from space.wayback.forms.masking import applied, masks_of
from space.wayback.recall.postings import Kind, Posting, post_all

__all__ = ["Looked", "Opened", "Prefilled", "canonical_subject", "hidden_subject", "hidden_subjects",
           "open_form", "prefill", "prefill_many"]  # fmt: skip

# References of one statement.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Prefilled:
    """One item of a form as the body sees it.

    Attributes:
        value: as text, masked as in deliveries; None where the source has no row or no value.
        department: the source department, which answers for the value; empty for hand-filled items.
        as_of: what the value's age is judged by: the row's period, else the day of publication.
        release: it comes from.
        row: keyed reference, to challenge the value by; empty where there is no row.
        source_responsible: the source answers for it, not who fills the form.
        disputed: it is challenged now.
        computed: it follows from other items; nobody types it.
        required: the form is not complete without it.
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
    computed: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A form opened by a body for some subjects, for the code that fills forms; never shown as it is.

    Attributes:
        bound: the form with its items bound to what answers for them now.
        contract: its answers are checked by.
        filler: who fills it.
        sheets: canonical identifier → the items with their rows.
        on: the day, Asia/Shanghai.
    """

    bound: Bound
    contract: Contract
    filler: Body
    sheets: Mapping[str, tuple[Looked, ...]]
    on: date

    @property
    def form(self) -> Form:
        """The form with its items bound."""
        return self.bound.form

    def texts(self, subject: str) -> dict[str, str | None]:
        """Item → text of the source, for one sheet."""
        return {one.item.name: one.value for one in self.sheets[subject]}


def prefill(
    home: Home, engine: Engine, form_code: str, body_code: str, subject: str, now: datetime, look: Look
) -> tuple[Prefilled, ...]:
    """The items of a form for one subject in the area of a body.

    Args:
        home: the installation.
        engine: its store.
        form_code: on the admission list.
        body_code: who fills it.
        subject: identifier of the person, household or enterprise.
        now: aware instant.
        look: who looks, and which open tasks it serves; doors have it from
            :func:`space.wayback.forms.asking.asked`.

    Returns:
        Every item, in the form's order. A subject without a row *in this area* has no value:
        rows elsewhere are not shown, nor that they exist.

    Raises:
        NotAdmitted: the form need not be filled.
        Unknown: no such body, or a source without a release.
        Refused: the subject is no identifier of the form's kind, or a stop closes a dataset behind it.
    """
    (shown,) = prefill_many(home, engine, form_code, body_code, [subject], now, look).values()
    return shown


def prefill_many(
    home: Home,
    engine: Engine,
    form_code: str,
    body_code: str,
    subjects: Sequence[str],
    now: datetime,
    look: Look,
) -> dict[str, tuple[Prefilled, ...]]:
    """The items of a form for many subjects; every source is read once, and the look is logged first.

    Returns:
        Canonical identifier → every item, in the order of the form.

    Raises:
        As of :func:`prefill`.
    """
    # Sources are read before the turn of a writer is taken: others write meanwhile.
    with reading(engine) as connection:
        opened = open_form(home, connection, form_code, body_code, subjects, now)
        shown = show(connection, opened)
    with writing(engine) as connection:
        body_ = {"form": form_code, "body": body_code, "sheets": len(opened.sheets), "rows": _rows(opened)}
        body_ |= {"by": look.by, "tasks": list(look.tasks)}
        evidence = record(connection, event="form:sheet:prefill", subject=form_code, body=body_, now=now)
        post_all(connection, postings_of(opened, "prefill", body_code, evidence), now=now)
    return shown


def open_form(
    home: Home, connection: Connection, form_code: str, body_code: str, subjects: Sequence[str], now: datetime
) -> Opened:
    """A form in force with the rows behind its items.

    Raises:
        As of :func:`prefill`.
    """
    form, filler, on = in_force(connection, form_code, now), body(connection, body_code), local_date(now)
    bound = bind(connection, form, on)
    stop = closed(connection, body_code, list(bound.form.datasets))
    if stop is not None:
        raise Refused(Deny((stop,)))
    named = list(dict.fromkeys(canonical_subject(form, subject) for subject in subjects))
    contract = contract_of(bound, on, own_elements(connection, on))
    sheets = Lookup(home, connection, bound, filler.area).sheets(named)
    return Opened(bound, contract, filler, sheets, on)


def show(connection: Connection, opened: Opened) -> dict[str, tuple[Prefilled, ...]]:
    """What the body sees of every sheet: masked, with what is challenged and what is computed."""
    if not opened.sheets:
        return {}
    challenged = _challenged(connection, opened)
    columns = _columns(opened)
    texts: Sequence[Mapping[str, str | None]] = [{}] * len(opened.sheets)
    if any(item.compute for item in opened.form.items):
        wanted = [opened.texts(subject) for subject in opened.sheets]
        texts = typed_texts(opened.form, opened.contract, wanted, opened.on)
    return {
        subject: tuple(
            _shown(one, column, challenged, computed.get(one.item.name))
            for one, column in zip(sheet, columns, strict=True)
        )
        for (subject, sheet), computed in zip(opened.sheets.items(), texts, strict=True)
    }


def postings_of(opened: Opened, kind: Kind, receiver: str, evidence: str) -> Iterable[Posting]:
    """One posting a row, with the fields of it that the form shows."""
    for sheet in opened.sheets.values():
        rows: dict[tuple[str, str, str], list[str]] = {}
        for one in sheet:
            if one.found is not None and one.row is not None:
                where = one.item.dataset, one.row.reference, one.found.release.id
                rows.setdefault(where, []).append(one.item.field)
        for (dataset, reference, release), names in rows.items():
            yield Posting(kind, dataset, reference, tuple(dict.fromkeys(names)), release, receiver, evidence)


def hidden_subject(home: Home, form: Form, subject: str) -> str:
    """How a subject is named where its identifier may not appear."""
    (name,) = hidden_subjects(home, form, [subject])
    return name


def hidden_subjects(home: Home, form: Form, subjects: Iterable[str]) -> tuple[str, ...]:
    """:func:`hidden_subject` of many; the key is read once."""
    secret, of = keys.load(home).pseudonym, f"form/{form.subject_kind}"
    return tuple(row_reference(secret, of, {"id": each}) for each in subjects)


def _rows(opened: Opened) -> int:
    return sum(
        len({(one.item.dataset, one.row.reference) for one in sheet if one.row is not None})
        for sheet in opened.sheets.values()
    )


def _challenged(connection: Connection, opened: Opened) -> frozenset[tuple[str, str, str]]:
    """Dataset, row and field of every value shown that is challenged now."""
    shown = {one.row.reference for sheet in opened.sheets.values() for one in sheet if one.row is not None}
    references, d = sorted(shown), disputes.c
    found: set[tuple[str, str, str]] = set()
    for start in range(0, len(references), _AT_ONCE):
        page = references[start : start + _AT_ONCE]
        query = select(d.dataset, d.row, d.field).where(d.row.in_(page), d.closed_at.is_(None))
        found |= {(row.dataset, row.row, row.field) for row in connection.execute(query)}
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class _Column:
    """What all sheets have in common of an item: its mask, who answers for it, and since when."""

    mask: Mask | None
    department: str
    release: str
    day: str
    period: str | None


def _columns(opened: Opened) -> list[_Column]:
    """One an item, made once: a form has few items and many sheets."""
    first = next(iter(opened.sheets.values()))
    masks = masks_of(first, opened.contract, opened.on)
    made = []
    for one in first:
        if one.found is None:
            made.append(_Column(masks.get(one.item.name), "", "", "", None))
            continue
        contract, release = one.found.contract, one.found.release
        day = local_date(release.published_at).isoformat()
        mask, who = masks.get(one.item.name), contract.department.name
        made.append(_Column(mask, who, release.id, day, contract.period_field))
    return made


def _shown(
    looked: Looked, column: _Column, challenged: frozenset[tuple[str, str, str]], computed: str | None
) -> Prefilled:
    item, row = looked.item, looked.row
    stated = None if row is None or column.period is None else as_text(row.values[column.period])
    return Prefilled(
        name=item.name,
        title=item.title,
        value=applied(column.mask, computed if item.compute else looked.value),
        department=column.department,
        dataset=item.dataset,
        field=item.field,
        as_of=stated or column.day,
        release=column.release,
        row="" if row is None else row.reference,
        source_responsible=row is not None,
        disputed=row is not None and (item.dataset, row.reference, item.field) in challenged,
        computed=bool(item.compute),
        required=item.required and item.by_hand,
    )
