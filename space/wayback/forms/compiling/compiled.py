"""A workbook compiled: its sheets read, its blanks bound, and what each is said to be.

Decides what a form is about and which of its tables lists subjects. What is said of one blank is
:mod:`space.wayback.forms.compiling.deciding`'s, what the issuer says to it
:mod:`space.wayback.forms.compiling.sidecar`'s.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine

from catalog.store import reading
from contracts.elements_index import NUMBERS, folded
from contracts.model import SAFE_NAME
from policies.clocks import local_date
from space.wayback.forms.admission import listing
from space.wayback.forms.compiling.binding import Meaning, meaning, person_words
from space.wayback.forms.compiling.blank import Blank, Form, Kind
from space.wayback.forms.compiling.blanks import form_of
from space.wayback.forms.compiling.computing import Draft, Scope
from space.wayback.forms.compiling.deciding import Case, item_of, linked, subjects_of
from space.wayback.forms.compiling.items import Asked, Compiled, Other
from space.wayback.forms.compiling.labels import joined
from space.wayback.forms.compiling.sheet import sheets
from space.wayback.forms.compiling.sources import Ledger, head_of, ledger
from space.wayback.forms.compiling.tables import is_total
from space.wayback.forms.compiling.words import Words, words

_PLACE: Final = re.compile(r"^.{2,4}[省市区县镇乡](?=.{3})")
_YEAR: Final = re.compile(r"\d{4}年?|\s*月(?=\S)|[（(].*?[)）]")


def compile_workbook(engine: Engine, path: Path, now: datetime, *, about: str = "") -> Compiled:
    """Compile an issuer's workbook.

    Args:
        engine: the store.
        path: the workbook.
        now: aware instant.
        about: what one sheet, or one row of a roster, is about; guessed from the words where empty.

    Raises:
        WorkbookRefused: the file is none that is taken.
    """
    on = local_date(now)
    found, spoken = sheets(path, on), words(on)
    forms = tuple(form_of(sheet, spoken) for sheet in found)
    with reading(engine) as connection:
        title = forms[0].title
        held = ledger(connection, _matter(title, spoken), on, spoken)
        others = _others(connection, title, now)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    about = about or _about(forms, spoken)
    roster = _roster(forms, about, spoken)
    drafts = _drafts(forms, held, about, roster, spoken)
    head = head_of(held, about) if about == "household" else None
    case = Case(held, about, head, tuple(others), spoken)
    items, extras = linked([item_of(draft, drafts, case) for draft in drafts], case)
    signed = tuple(dict.fromkeys(joined(b.label) for form in forms for b in form.blanks if b.act))
    subjects = subjects_of(items, held)
    return Compiled(path.name, digest, title, about, roster, forms, items, signed, extras, subjects)


def _matter(title: str, spoken: Words) -> list[str]:
    """Words of a title that say what the form is about: 高龄津贴申请审批表 is about 高龄津贴."""
    bare = _YEAR.sub("", title)
    core = re.sub(spoken.marks["tables"], "", bare)
    cores = dict.fromkeys((core, _PLACE.sub("", core)))
    return [each for each in cores if len(each) >= 2]


def _about(forms: Sequence[Form], spoken: Words) -> str:
    """What one sheet is about, by the words of its title and its labels; a person where nothing says more."""
    blanks = [blank for form in forms for blank in form.blanks]
    members = any(_members(blank, spoken) for blank in blanks)
    if not members and any(_listing(blank) for blank in blanks):
        return "area"
    said = " ".join(form.title for form in forms)
    labels = {joined(blank.label) for blank in blanks if not blank.act and not blank.table}
    asked = {joined(blank.label) for blank in blanks}
    if person_words(said, spoken.roles["enterprise"]) or "统一社会信用代码" in asked:
        return "enterprise"
    if person_words(said, spoken.roles["household"]) or ("户主姓名" in labels and "与户主关系" not in labels):
        return "household"
    return "person"


def _listing(blank: Blank) -> bool:
    """Whether the rows of a column have headings of their own, beyond their numbers."""
    return not blank.total and any(not re.fullmatch(r"[\d/ ]*", heading) for heading in blank.headings)


def _members(blank: Blank, spoken: Words) -> bool:
    over = " ".join(blank.path[:-1])
    kin = person_words(over, spoken.roles["kin"])
    return bool(blank.table) and not kin and person_words(over, spoken.roles["members"])


def _roster(forms: Sequence[Form], about: str, spoken: Words) -> tuple[str, int] | None:
    """The table whose every row is one subject: the only thing the sheet asks beside its head and foot."""
    if about == "area" or len(forms) != 1:
        return None
    (form,) = forms
    asked = [blank for blank in form.blanks if not blank.act]
    tables = {b.table for b in asked if b.table and not _members(b, spoken) and b.kind is Kind.ROWS}
    lone = [b for b in asked if not b.table and b.kind is not Kind.SLOT and b.kind is not Kind.FORMULA]
    if len(tables) != 1 or len({b.table for b in asked if b.table}) != 1 or len(lone) > 1:
        return None
    return form.sheet.name, tables.pop()


def _drafts(
    forms: Sequence[Form], held: Ledger, about: str, roster: tuple[str, int] | None, spoken: Words
) -> list[Draft]:
    found: list[Draft] = []
    used: Counter[str] = Counter()
    for number, form in enumerate(forms, 1):
        for blank in form.blanks:
            if blank.act:
                continue
            summed = blank.total or any(is_total(text, spoken) for text in blank.path[-2:] if blank.table)
            said = meaning(blank, held.index, held.headings, held.topical, spoken)
            if blank.total and _holds_text(said, held):
                continue  # nothing is written under 合计 in a column of texts
            if summed:
                said = Meaning(said.label)
            name = _name(blank, said, number, used)
            found.append(Draft(blank, name, said, _scope(blank, about, roster, spoken), said.label.role))
    return found


def _holds_text(said: Meaning, held: Ledger) -> bool:
    """Whether a column holds texts, which nobody sums."""
    element = held.index.library.get(said.element or "")
    return element is not None and element.type not in NUMBERS


def _scope(blank: Blank, about: str, roster: tuple[str, int] | None, spoken: Words) -> Scope:
    if roster == (blank.sheet, blank.table) and blank.table:
        return "roster"
    if about == "area":
        return "area"
    if blank.kind in (Kind.ROWS, Kind.FORMULA) and blank.table:
        return "members" if _members(blank, spoken) else "several"
    return "subject"


def _name(blank: Blank, said: Meaning, sheet: int, used: Counter[str]) -> str:
    element = (said.element or "").replace(".", "_")
    if element:
        base = element
    elif said.fields:
        base = said.fields[0][1].name
    else:
        place = blank.cells[0].lower() + (f"_{blank.slot}" if blank.slot else "")
        base = f"s{sheet}_{place}" if sheet > 1 else f"cell_{place}"
    used[base] += 1
    name = base if used[base] == 1 else f"{base}_{used[base]}"
    assert SAFE_NAME.match(name)  # made of codes, field names and references alone
    return name


def _others(connection: Connection, title: str, now: datetime) -> list[Other]:
    """Items that other forms in force have typed by hand; a form of the same title is this one, before."""
    on = local_date(now)
    return [
        Other(Asked(form.code, form.title, item.title), item.element, folded(item.title), form.subject_kind)
        for form in listing(connection)
        if form.valid_from <= on <= form.valid_to and joined(form.title) != title
        for item in form.items
        if item.by_hand
    ]
