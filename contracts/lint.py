"""Checking contract files together.

Decides which files of a folder are contracts, and what is wrong between files: a name or an id used
twice. What is wrong inside one is :mod:`contracts.odcs`'s to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from contracts import odcs
from contracts.model import Contract
from contracts.problems import OdcsError, Problem

SUFFIXES: Final = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Linted:
    """One contract file and its problems; ``name`` is None where it could not be read."""

    path: Path
    name: str | None
    problems: tuple[Problem, ...]


def lint_files(paths: Iterable[Path]) -> tuple[Linted, ...]:
    """Read every named file, and every contract under every named folder."""
    results: list[Linted] = []
    names: dict[str, Path] = {}
    ids: dict[str, Path] = {}
    for path in dict.fromkeys(found for given in paths for found in _files(given)):
        try:
            contract = odcs.read(path)
        except OdcsError as error:
            results.append(Linted(path, None, error.problems))
            continue
        results.append(Linted(path, contract.name, tuple(_clashes(path, contract, names, ids))))
    return tuple(results)


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
        document = YAML(typ="safe").load(path.read_text(encoding="utf-8-sig"))
    except (YAMLError, ValueError, OSError):
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
