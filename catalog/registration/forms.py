"""The form of an application 登记申请表: what it holds, and everything it lacks.

Decides whether a form can be read at all, and gives the one complete list of what is missing or wrong
in it, by the checklist of the rules. A form is text by key, as a person writes it in a YAML file.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from catalog.registration import rulings
from catalog.registration.errors import FormUnreadable
from catalog.registration.rulings import Kind, Material, Object
from contracts import codes
from contracts.model import Contract

_LONGEST: Final = 4000  # characters of one answer; a longer text is an attachment


def read(path: Path) -> dict[str, Any]:
    """The form in a YAML file.

    Raises:
        FormUnreadable: it is none.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        document = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise FormUnreadable(f"{path}: the form is no YAML in UTF-8") from error
    if not isinstance(document, dict):
        raise FormUnreadable(f"{path}: a form is `key: text`, one a line — `ybz register form` writes one")
    return {str(key): value for key, value in document.items()}


def cleaned(form: Mapping[str, Any], of: Object, kind: Kind, on: date, place: str) -> dict[str, Any]:
    """The form with only what the checklist asks for, texts trimmed, empty answers left out.

    Raises:
        FormUnreadable: it has a key that is not asked for, or an answer that is no text or list of texts.
    """
    asked = {each.key: each for each in rulings.materials(of, kind, on, place)}
    unknown = [key for key in form if key not in asked or asked[key].form == "file"]
    if unknown:
        known = ", ".join(key for key, each in asked.items() if each.form != "file")
        raise FormUnreadable(f"the form has {', '.join(unknown)}, which is not asked for — it takes {known}")
    found = {}
    for key, answer in form.items():
        if answer is None or answer in ("", []):
            continue
        found[key] = _texts(key, answer) if asked[key].form == "datasets" else _text(key, answer)
    return {key: answer for key, answer in found.items() if answer}


def lacking(
    form: Mapping[str, Any],
    attached: Sequence[str],
    of: Object,
    kind: Kind,
    on: date,
    place: str,
    known: Container[str],
) -> tuple[str, ...]:
    """Everything a form lacks, one phrase each; empty where it is complete.

    Args:
        form: as :func:`cleaned` gave it.
        attached: keys of the files beside it.
        of: what is registered.
        kind: what is applied for.
        on: day, for the rules.
        place: where, for the rules.
        known: names of the ledger's entries.
    """
    asked = rulings.materials(of, kind, on, place)
    words = rulings.vocabulary(of, on, place) if of is not Object.RESOURCE else {}
    return tuple(fault for each in asked for fault in _faults(each, form, attached, words, known))


def blank(contract: Contract, on: date, place: str) -> dict[str, Any]:
    """The form of a data resource, with what its contract says filled in."""
    filled: dict[str, Any] = {
        "registrant_name": contract.department.name,
        "registrant_code": contract.department.code,
        "data_name": contract.title,
        "data_type": contract.classification,
        "data_format": "；".join(dict.fromkeys(source.format.value for source in contract.sources)),
        "resource_situation": contract.summary,
    }
    return {
        each.key: filled.get(each.key, "")
        for each in rulings.materials(Object.RESOURCE, Kind.FIRST, on, place)
        if each.form != "file"
    }


def _text(key: str, answer: Any) -> str:
    if isinstance(answer, bool) or not isinstance(answer, str | int | float | date):
        raise FormUnreadable(f"{key}: an answer is one text")
    text = str(answer).strip()
    if len(text) > _LONGEST:
        raise FormUnreadable(f"{key}: at most {_LONGEST:,} characters — attach a longer text as explanation")
    return text


def _texts(key: str, answer: Any) -> list[str]:
    if not isinstance(answer, list) or not all(isinstance(each, str) for each in answer):
        raise FormUnreadable(f"{key}: the answer is a list of names")
    return sorted({each.strip() for each in answer if each.strip()})


def _faults(
    asked: Material,
    form: Mapping[str, Any],
    attached: Sequence[str],
    words: Mapping[str, str],
    known: Container[str],
) -> Iterator[str]:
    named = f"{asked.key} {asked.title}"
    if asked.form == "file":
        if asked.key not in attached:
            yield f"{named}: the file is not attached"
        return
    answer = form.get(asked.key)
    if not answer:
        yield f"{named}: is not stated"
    elif asked.form == "code" and codes.uscc(answer) != answer:
        yield f"{named}: is no unified social credit code, its check digit does not hold"
    elif asked.form == "kind" and answer not in words:
        yield f"{named}: is none of {', '.join(words)}"
    elif asked.form == "datasets" and (strange := [each for each in answer if each not in known]):
        yield f"{named}: the ledger has no entry {', '.join(strange)}"
