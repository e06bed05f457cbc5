"""Handing a form out: the issuer's own workbook filled for every subject of a body.

Decides who gets a workbook (the form's roster in the body's area, or those who are named), that each
carries the number of its handing-out and nothing that identifies the subject beyond what it shows, and
what is kept to compare a return with.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert

from catalog.evidence import record
from catalog.home import Home
from catalog.standards import life
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.form_workbooks import form_handout_sheets, form_handouts
from contracts.elements import elements
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused
from space.wayback.backflow.bodies import Body, body
from space.wayback.forms.admission import in_force
from space.wayback.forms.asking import Look
from space.wayback.forms.bindings import bind
from space.wayback.forms.compiling.blank import Form as Sheetform
from space.wayback.forms.compiling.blanks import form_of
from space.wayback.forms.compiling.cellwise import Spelling, spelling
from space.wayback.forms.compiling.members import Member, members_of
from space.wayback.forms.compiling.package import parts_of
from space.wayback.forms.compiling.sheet import sheets
from space.wayback.forms.compiling.sheets_filled import Filler, Sheetful, Shown
from space.wayback.forms.compiling.sidecar import Bindings, require_answered, require_same
from space.wayback.forms.compiling.words import Words, words
from space.wayback.forms.definition import Form
from space.wayback.forms.looking import Lookup, canonical_subject
from space.wayback.forms.periods import fits
from space.wayback.forms.prefill import prefill_many

# Hidden name of a workbook that says which handing-out it is of.
MARK: Final = "_ybz_handout"


@dataclass(frozen=True, slots=True)
class Handout:
    """Workbooks handed out.

    Attributes:
        id: of the handing-out.
        files: name → content.
        sheets: subjects.
        prefilled, computed, asked: cells of all workbooks.
    """

    id: str
    form: str
    period: str
    body: str
    files: Mapping[str, bytes]
    sheets: int
    prefilled: int
    computed: int
    asked: int

    def packed(self) -> bytes:
        """All of them as one archive."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.files.items():
                archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
        return out.getvalue()

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form, without the files."""
        names = ("id", "form", "period", "body", "sheets", "prefilled", "computed", "asked")
        return {name: getattr(self, name) for name in names} | {"files": list(self.files)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be handed out.

    Attributes:
        workbook: the issuer's file.
        bindings: answered.
        body: code of who fills it.
        period: of the form.
        subjects: identifiers; empty for everybody of the form's roster in the body's area.
    """

    workbook: Path
    bindings: Bindings
    body: str
    period: str
    subjects: Sequence[str] = ()


def hand_out(home: Home, engine: Engine, wanted: Wanted, look: Look, *, now: datetime) -> Handout:
    """Fill a workbook for the subjects of a body.

    Args:
        home: the installation.
        engine: its store.
        wanted: which form, for whom.
        look: as of :func:`space.wayback.forms.prefill.prefill`; who looks hands it out.
        now: aware instant.

    Raises:
        WorkbookRefused: the file is none that is taken.
        NotAdmitted, Unknown: the form is not in force, there is no such body, or a source has no release.
        Refused: an open question, another workbook, a period that is none, nobody to fill it for.
    """
    on = local_date(now)
    found = sheets(wanted.workbook, on)
    require_answered(wanted.bindings)
    require_same(wanted.bindings, _digest(wanted.workbook))
    spoken = words(on)
    forms = tuple(form_of(sheet, spoken) for sheet in found)
    code = wanted.bindings.form["code"]
    with reading(engine) as connection:
        form, filler = in_force(connection, code, now), body(connection, wanted.body)
        subjects = _subjects(home, connection, form, filler, wanted, now)
        spellings = spellings_of(connection, form, wanted.bindings, forms, spoken, now)
    texts = prefill_many(home, engine, code, wanted.body, subjects, now, look)
    by_name = {s: {item.name: item.value for item in items} for s, items in texts.items()}
    members = _members(home, engine, wanted.bindings, subjects, filler, now)
    filler_of = Filler(
        parts_of(wanted.workbook), forms, wanted.bindings, spellings, spoken, wanted.workbook.name
    )
    handout = new_id("hdo")
    made = dict(_workbooks(filler_of, handout, wanted, filler, by_name, members))
    return _keep(engine, handout, form, wanted, made, by=look.by, now=now)


# Name of a file → its content, the subjects it is of, and what its cells show.
_Made = Mapping[str, tuple[bytes, tuple[str, ...], tuple[Shown, ...]]]


def _workbooks(
    filler: Filler,
    handout: str,
    wanted: Wanted,
    for_whom: Body,
    texts: Mapping[str, Mapping[str, str | None]],
    members: Mapping[str, tuple[Member, ...]],
) -> Iterator[tuple[str, tuple[bytes, tuple[str, ...], tuple[Shown, ...]]]]:
    stem = wanted.workbook.stem
    if any(entry.scope == "roster" for entry in wanted.bindings.entries):
        sheetful = Sheetful(list(texts.values()), body=for_whom.name)
        content, shown = filler.fill(sheetful, (MARK, f"{handout}/1"))
        yield f"{stem}.xlsx", (content, tuple(texts), shown)
        return
    for number, (subject, said) in enumerate(texts.items(), 1):
        sheetful = Sheetful([said], members.get(subject, ()), for_whom.name)
        content, shown = filler.fill(sheetful, (MARK, f"{handout}/{number}"))
        yield f"{stem}-{number:04d}.xlsx", (content, (subject,), shown)


def _subjects(
    home: Home, connection: Connection, form: Form, filler: Body, wanted: Wanted, now: datetime
) -> list[str]:
    if not fits(form.period, wanted.period):
        told = "e.g. 2026, 2026-Q3, 2026-09"
        raise Refused(Deny((Reason("form.period", "not a period", "period", told),)))
    if wanted.subjects:
        return list(dict.fromkeys(canonical_subject(form, each) for each in wanted.subjects))
    if form.subject_kind == "area":
        return [filler.area]
    if form.roster is None:
        told = "name them, or say under `subjects` whom the form is filled for"
        raise Refused(Deny((Reason("form.handout.subjects", "the form has no roster", "subjects", told),)))
    lookup = Lookup(home, connection, bind(connection, form, local_date(now)), filler.area)
    there = lookup.roster(form.roster)
    if not there:
        reason = Reason(
            "form.handout.subjects", "nobody of the roster is in the area of the body", wanted.body
        )
        raise Refused(Deny((reason,)))
    return list(there)


def spellings_of(
    connection: Connection,
    form: Form,
    bindings: Bindings,
    forms: tuple[Sheetform, ...],
    spoken: Words,
    now: datetime,
) -> dict[str, Spelling]:
    """How every item is spelt in the cells: by the field it comes from, else by its element."""
    on = local_date(now)
    library = {**elements(), **life.in_force(connection, on)}
    contracts = bind(connection, form, on).contracts
    blanks = {blank.place: blank for each in forms for blank in each.blanks}
    made = {}
    for entry in bindings.entries:
        blank, contract = blanks.get(entry.cell), contracts.get(entry.dataset)
        if blank is None:
            continue
        field = (
            None if contract is None else next((f for f in contract.fields if f.name == entry.field), None)
        )
        code = entry.element or (field.element if field is not None else None) or ""
        # A row below those of the source is typed: what may stand in it is what the element says.
        by_hand = spelling(None, library.get(code), blank.unit, dated=blank.dated, words=spoken)
        made[typed_rows(entry.name)] = by_hand
        made[entry.name] = spelling(field, library.get(code), blank.unit, dated=blank.dated, words=spoken)
    return made


def typed_rows(name: str) -> str:
    """Under which name the spelling of an entry's typed rows is kept."""
    return f"{name}_r"


def _members(
    home: Home, engine: Engine, bindings: Bindings, subjects: Sequence[str], filler: Body, now: datetime
) -> dict[str, tuple[Member, ...]]:
    entries = [each for each in bindings.entries if each.scope == "members" and each.state != "dropped"]
    if not entries:
        return {}
    return members_of(home, engine, entries, subjects, (filler.code, filler.area), now)


def _keep(
    engine: Engine, handout: str, form: Form, wanted: Wanted, made: _Made, *, by: str, now: datetime
) -> Handout:
    """Write down what was handed out: counts in the log, what the cells show where returns are compared."""
    shown = [one for _, _, each in made.values() for one in each]
    prefilled = sum(bool(one.text) and not one.computed for one in shown)
    computed = sum(one.computed for one in shown)
    asked = sum(bool(one.item) and not one.text and not one.computed for one in shown)
    subjects = [subject for _, several, _ in made.values() for subject in several]
    roster = any(entry.scope == "roster" for entry in wanted.bindings.entries)
    named = {"form": form.code, "period": wanted.period, "body": wanted.body}
    counts = {"sheets": len(subjects), "prefilled": prefilled, "computed": computed, "asked": asked}
    with writing(engine) as connection:
        evidence = record(
            connection, event="form:handout:make", subject=handout,
            body={**named, **counts, "workbook": wanted.bindings.digest, "by": by}, now=now,
        )  # fmt: skip
        connection.execute(
            insert(form_handouts).values(
                id=handout, **named, **counts, workbook=wanted.bindings.digest, roster=int(roster),
                made_by=by, made_at=now, evidence_id=evidence,
            )
        )  # fmt: skip
        connection.execute(insert(form_handout_sheets), _rows(handout, made, roster=roster))
    files = {name: content for name, (content, _, _) in made.items()}
    return Handout(
        handout, form.code, wanted.period, wanted.body, files, len(subjects), prefilled, computed, asked
    )


def _rows(handout: str, made: _Made, *, roster: bool) -> list[dict[str, Any]]:
    """One row a subject; a roster's cells lie with the subject they are about."""
    rows: list[dict[str, Any]] = []
    for _, subjects, shown in made.values():
        for place, subject in enumerate(subjects, 1):
            mine = [one for one in shown if not roster or one.subject in (0, place)]
            cells = [one.to_document() for one in mine]
            rows.append({"handout": handout, "number": len(rows) + 1, "subject_id": subject, "cells": cells})
    return rows


def _digest(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()
