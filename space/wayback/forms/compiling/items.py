"""What the compiler says of a form: its items, each with its source, its formula, or that it must be asked.

Decides the shape of the answer alone; :mod:`space.wayback.forms.compiling.compiled` makes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from space.wayback.forms.compiling.blank import Blank, Form
from space.wayback.forms.compiling.computing import Computed, Scope
from space.wayback.forms.compiling.sources import Place


@dataclass(frozen=True, slots=True)
class Asked:
    """An item of another form in force that asks the same."""

    form: str
    title: str
    item: str


@dataclass(frozen=True, slots=True)
class Other:
    """An item of another form that is typed by hand.

    Attributes:
        asked: which.
        element: code; empty where it names none.
        title: folded.
        subject: what that form is about.
    """

    asked: Asked
    element: str
    title: str
    subject: str


@dataclass(frozen=True, slots=True)
class Extra:
    """An item no blank shows, through which others are found.

    Attributes:
        name, title: of the item.
        place: where it stands.
        via: item that identifies whom the row is about, where that is not the subject.
    """

    name: str
    title: str
    place: Place
    via: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """What the compiler says of one blank.

    Attributes:
        blank: where it stands, and its label.
        name: of the item in the form.
        element: code of the standard element; None where none is sure.
        scope, role: whose value it is.
        source: what it is prefilled from; None where nothing is.
        computed: how it follows from others; None where it does not.
        asked_by: items of other forms in force that ask it.
        confidence: of the binding, or of the best proposal.
        question: to the issuer; empty where the compiler is sure.
        proposals: elements, and sources, among which the issuer may choose.
        via: item that identifies whom the row is about, where that is not the subject.
    """

    blank: Blank
    name: str
    element: str | None
    scope: Scope
    role: str
    source: Place | None
    computed: Computed | None
    asked_by: tuple[Asked, ...]
    confidence: float
    question: str = ""
    proposals: tuple[str, ...] = ()
    via: str = ""

    @property
    def must_ask(self) -> bool:
        """Whether somebody has to type it: nobody has it, it does not follow, no other form asks it."""
        return self.source is None and self.computed is None and not self.asked_by

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "cell": self.blank.place,
            "label": " / ".join(self.blank.path),
            "name": self.name,
            "element": self.element,
            "source": None if self.source is None else self.source.to_document(),
            "computable": None if self.computed is None else self.computed.to_document(),
            "asked_by": [{"form": a.form, "title": a.title, "item": a.item} for a in self.asked_by],
            "must_ask": self.must_ask,
            "confidence": round(self.confidence, 2),
            "question": self.question,
            "proposals": list(self.proposals),
            "unit": self.blank.unit,
            "options": list(self.blank.options),
        }


@dataclass(frozen=True, slots=True)
class Compiled:
    """A workbook compiled.

    Attributes:
        file: name of the workbook.
        digest: SHA-256 of it.
        title: of the form.
        about: person, household, enterprise or area.
        roster: the table whose rows are subjects, as (sheet, number); None where a sheet is one's.
        forms: its sheets as read.
        items: what is asked, in reading order.
        signed: labels answered by a signature, a seal or an opinion.
        extras: items no blank shows, through which others are found.
        subjects: whom it is filled for: a dataset and its field that identifies them; None where unknown.
    """

    file: str
    digest: str
    title: str
    about: str
    roster: tuple[str, int] | None
    forms: tuple[Form, ...]
    items: tuple[Item, ...]
    signed: tuple[str, ...]
    extras: tuple[Extra, ...]
    subjects: tuple[str, str] | None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "file": self.file, "sha256": self.digest, "title": self.title, "about": self.about,
            "roster": self.roster is not None,
            "items": [item.to_document() for item in self.items],
            "signed": list(self.signed),
        }  # fmt: skip
