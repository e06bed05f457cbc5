"""The sidecar 绑定文件 of a workbook: what every blank is bound to, as the issuer confirmed or changed it.

Decides that nothing is bound silently: an entry in state ``question`` stops the form until the issuer
answers it. Its YAML is the only thing beside the workbook that filling and reading back need.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from policies.decision import Deny, Reason
from space.errors import Refused
from space.wayback.forms.compiling.errors import SidecarUnreadable
from space.wayback.forms.compiling.items import Compiled, Item

# found: by the compiler; question: to be answered; confirmed: by the issuer; dropped: not asked after all.
STATES: Final = ("found", "question", "confirmed", "dropped")
HEADER: Final = ("code", "title", "issuer", "basis", "period", "subjectKind", "validFrom", "validTo")
_HEAD: Final = """\
# Bindings of a form's blanks. Answer every `state: question`: correct element, dataset, field and key where
# they are wrong, or empty them to have the item typed, and write `state: confirmed`. `state: dropped` leaves
# an item blank. Fill in what is empty under `form`, then:
#   ybz form compile WORKBOOK --bindings THIS_FILE --form form.yaml
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one blank is bound to.

    Attributes:
        cell: place of the blank in the workbook.
        label: path of its headings.
        name: of the item.
        state: see :data:`STATES`.
        scope: whose value it is.
        element: of the item; empty where none.
        dataset, field, key: its source; empty where it has none.
        via: item that identifies whom the row is about, where that is not the subject.
        how: how it is computed; empty where it is not.
        compute: formula over other items.
        reads: places of the blanks it is computed from.
        formulas: of the workbook, one a cell.
        question, proposals: what the issuer was asked.
        confidence: of the compiler.
    """

    cell: str
    label: str
    name: str
    state: str = "found"
    scope: str = "subject"
    element: str = ""
    dataset: str = ""
    field: str = ""
    key: str = ""
    via: str = ""
    how: str = ""
    compute: str = ""
    reads: tuple[str, ...] = ()
    formulas: tuple[str, ...] = ()
    question: str = ""
    proposals: tuple[str, ...] = ()
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Bindings:
    """A sidecar.

    Attributes:
        file, digest: the workbook it is of.
        form: what the admission list asks beside the items.
        entries: in the order of the sheet.
        extras: items no blank shows, through which others are found.
        subjects: whom the form is filled for: a dataset and its field that identifies them; may be empty.
    """

    file: str
    digest: str
    form: Mapping[str, str]
    entries: tuple[Entry, ...]
    extras: tuple[Entry, ...] = ()
    subjects: tuple[str, str] = ("", "")

    def entry(self, place: str) -> Entry | None:
        """The entry of a blank."""
        return next((each for each in self.entries if each.cell == place), None)


def bindings_of(compiled: Compiled) -> Bindings:
    """The sidecar of a compiled workbook, before the issuer has seen it."""
    header = dict.fromkeys(HEADER, "") | {"title": compiled.title, "subjectKind": compiled.about}
    extras = tuple(
        Entry(
            "", each.title, each.name, dataset=each.place.dataset, field=each.place.field,
            key=each.place.key, via=each.via,
        )
        for each in compiled.extras
    )  # fmt: skip
    entries = tuple(_entry(item) for item in compiled.items)
    return Bindings(compiled.file, compiled.digest, header, entries, extras, compiled.subjects or ("", ""))


def write(bindings: Bindings, path: Path) -> None:
    """Write a sidecar; what an issuer has to do stands first in it."""
    import yaml

    document = {
        "workbook": {"file": bindings.file, "sha256": bindings.digest},
        "form": dict(bindings.form),
        "subjects": {"dataset": bindings.subjects[0], "key": bindings.subjects[1]},
        "items": [_document(entry) for entry in bindings.entries],
        "extras": [_document(entry) for entry in bindings.extras],
    }
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=110)
    try:
        path.write_text(_HEAD + text, encoding="utf-8")
    except OSError as error:
        raise SidecarUnreadable(f"{path}: cannot be written: {error.strerror or 'check path'}") from None


def read(path: Path) -> Bindings:
    """A sidecar from its file.

    Raises:
        SidecarUnreadable: a key is missing, unknown, or holds something else.
    """
    from contracts.yaml_document import load

    try:
        found = load(path.read_text(encoding="utf-8"))
        return Bindings(
            str(found["workbook"]["file"]),
            str(found["workbook"]["sha256"]),
            {key: str(value or "") for key, value in found["form"].items()},
            tuple(_read(each) for each in found["items"]),
            tuple(_read(each) for each in found.get("extras") or ()),
            _subjects(found.get("subjects") or {}),
        )
    except KeyError as error:
        raise SidecarUnreadable(f"{path}: {error.args[0]} is missing — see docs/form-compiler.md") from error
    except (TypeError, ValueError, AttributeError, UnicodeDecodeError) as error:
        raise SidecarUnreadable(f"{path}: not a file of bindings — see docs/form-compiler.md") from error


def require_answered(bindings: Bindings) -> None:
    """Refuse what the issuer has not answered, and a header that is not filled in.

    Raises:
        Refused: with every open question and every empty key.
    """
    missing = [key for key in HEADER if not bindings.form.get(key)]
    reasons = [
        *(Reason("form.compile.header", "the form's file needs it", key) for key in missing),
        *_questions(bindings),
    ]
    if reasons:
        raise Refused(Deny(tuple(reasons)))


def require_same(bindings: Bindings, digest: str) -> None:
    """Refuse a workbook that is not the one the bindings are of.

    Raises:
        Refused: it was changed since.
    """
    if bindings.digest != digest:
        reason = Reason(
            "form.compile.workbook", "the workbook is not the one these bindings are of", bindings.file,
            "compile it again to a place of its own",
        )  # fmt: skip
        raise Refused(Deny((reason,)))


def _questions(bindings: Bindings) -> Iterator[Reason]:
    for entry in bindings.entries:
        if entry.state == "question":
            allowed = "answer it in the file of bindings: state: confirmed"
            yield Reason("form.compile.unanswered", entry.question or "is not answered", entry.cell, allowed)


def _entry(item: Item) -> Entry:
    source, follows = item.source, item.computed
    return Entry(
        cell=item.blank.place,
        label=" / ".join(item.blank.path),
        name=item.name,
        state="question" if item.question else "found",
        scope=item.scope,
        element=item.element or "",
        dataset="" if source is None else source.dataset,
        field="" if source is None else source.field,
        key="" if source is None else source.key,
        via=item.via,
        how="" if follows is None else follows.how,
        compute="" if follows is None else follows.compute,
        reads=() if follows is None else follows.reads,
        formulas=() if follows is None else follows.formulas,
        question=item.question,
        proposals=item.proposals,
        confidence=round(item.confidence, 2),
    )


def _document(entry: Entry) -> dict[str, Any]:
    """What is empty is left out, save the keys an issuer may have to fill."""
    kept = ("cell", "label", "name", "state", "element", "dataset", "field", "key")
    said = {field.name: getattr(entry, field.name) for field in fields(Entry)}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in said.items()
        if name in kept or value not in ("", (), None)
    }


def _subjects(given: Mapping[str, Any]) -> tuple[str, str]:
    return str(given.get("dataset") or ""), str(given.get("key") or "")


def _read(given: Mapping[str, Any]) -> Entry:
    said = dict(given)
    for name in ("reads", "formulas", "proposals"):
        said[name] = tuple(str(each) for each in said.get(name) or ())
    for name in ("element", "dataset", "field", "key", "via", "how", "compute", "question"):
        said[name] = str(said.get(name) or "")
    entry = Entry(**said)
    if entry.state not in STATES:
        raise ValueError("unknown state")
    return entry
