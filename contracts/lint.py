"""Checking contract files together.

Decides which files of a folder are contracts, and what is wrong between files: a name or an id used
twice. What is wrong inside one is :mod:`contracts.odcs.files`'s to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from contracts.comparing.contracts import findings
from contracts.comparing.versions import step_between
from contracts.elements import Element
from contracts.elements_agree import agree
from contracts.model import Contract, ContractError
from contracts.odcs import files as odcs
from contracts.problems import OdcsError, Problem
from contracts.yaml_text import MOST_BYTES

SUFFIXES: Final = (".yaml", ".yml")
# A line no file has that is not meant to be a contract: saves parsing those that are.
_HEAD: Final = re.compile(r"^apiVersion:\s*[\"']?v\d", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Linted:
    """One contract file.

    Attributes:
        path: of the file.
        name: ``schema.table``, or None where it could not be read.
        problems: what keeps it from being used.
        warnings: what cataloguing will ask for: core items left unsaid.
    """

    path: Path
    name: str | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()


def lint_files(
    paths: Iterable[Path], against: Path | None = None, *, own: Mapping[str, Element] | None = None
) -> tuple[Linted, ...]:
    """Read every named file, and every contract under every named folder.

    Args:
        paths: files and folders.
        against: a former contract or a folder of them: a step from one to its successor that breaks a
            promise without a major step of the version is a problem. Former ones that are no contracts
            are left out.
        own: the city's own elements in force, by code; None = not at hand, so that fields which follow one
            are not judged by it.
    """
    formers = {} if against is None else _formers(against)
    results: list[Linted] = []
    names: dict[str, Path] = {}
    ids: dict[str, Path] = {}
    for path in dict.fromkeys(found for given in paths for found in _files(given)):
        try:
            contract, warnings = odcs.inspect(path)
        except OdcsError as error:
            results.append(Linted(path, None, error.problems))
            continue
        clashes = _clashes(path, contract, names, ids)
        found = (
            *clashes,
            *_unannounced(path, formers.get(contract.id), contract),
            *_loosened(path, contract, own),
        )
        results.append(Linted(path, contract.name, found, warnings))
    return tuple(results)


def _loosened(path: Path, contract: Contract, own: Mapping[str, Element] | None) -> Iterator[Problem]:
    """What fields do against own elements; those of the library are judged on reading."""
    for item in contract.fields:
        if own is not None and item.element is not None and "." in item.element:
            try:
                agree(item, own=own)
            except ContractError as error:
                yield Problem(str(path), 0, item.name, error.what, error.remedy)


def _files(given: Path) -> Iterator[Path]:
    if not given.is_dir():
        yield given
        return
    for path in sorted(given.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(given).parts)
        if path.suffix.lower() in SUFFIXES and path.is_file() and not hidden and _wants_to_be(path):
            yield path


def _wants_to_be(path: Path) -> bool:
    """Whether a file found in a folder is a contract, or too broken to tell."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return True
        text = path.read_text(encoding="utf-8-sig")
        if _HEAD.search(text):
            return True
        from contracts.yaml_document import load

        document = load(text)
    except (ValueError, OSError):
        return True
    if not isinstance(document, Mapping):
        return document is None
    return "apiVersion" in document or document.get("kind") == "DataContract"


def _clashes(
    path: Path, contract: Contract, names: dict[str, Path], ids: dict[str, Path]
) -> Iterator[Problem]:
    blank = Problem(str(path), 1, "", "")
    for what, value, seen in (("name", contract.name, names), ("id", contract.id, ids)):
        first = seen.setdefault(value, path)
        if first != path:
            yield replace(
                blank, field=what, what=f"{value} is also that of {first}", remedy="rename one of the two"
            )


def _formers(against: Path) -> dict[str, Contract]:
    """Former contracts by id."""
    made: dict[str, Contract] = {}
    for path in _files(against):
        try:
            contract = odcs.read(path)
        except OdcsError:
            continue
        made[contract.id] = contract
    return made


def _unannounced(path: Path, former: Contract | None, contract: Contract) -> Iterator[Problem]:
    if former is None:
        return
    found = findings(former, contract)
    step = step_between(former.version, contract.version, found)
    if not step.enough:
        first = next(finding for finding in found if finding.breaking)
        yield Problem(str(path), 1, "version", f"breaks a promise ({first})", step.sentence())
