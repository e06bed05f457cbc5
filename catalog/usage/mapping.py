"""The mapping of a platform's log: which columns are read, and what their words mean.

Decides that a log is read without personal values: only the columns named here are looked at, a column of
persons or accounts is refused, and a consumer is an organisation or nobody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from catalog.errors import CatalogError
from contracts.canonical import digest
from contracts.codes import valid
from policies.rulebook import rule

KINDS: Final = ("call", "batch", "file")
SUCCEEDED: Final = "succeeded"
OUTCOMES: Final = (SUCCEEDED, "refused", "failed")
# What a line is about; only `resource` and `time` must be mapped.
COLUMNS: Final = ("resource", "time", "consumer", "outcome", "kind", "bytes", "count", "job")
TIMES: Final = ("iso", "epoch_s", "epoch_ms")
_FORMATS: Final = ("csv", "jsonl")
# Letters of a word that is recognised inside another: `username`, but not `recipe` for `ip`.
_LONG: Final = 4
_KEYS: Final = frozenset(
    ("format", "encoding", "delimiter", "header", "columns", "time", "kind", "kinds", "outcomes", "resources",
     "consumers")
)  # fmt: skip


class UsageError(CatalogError):
    """A log that cannot be imported as asked."""


@dataclass(frozen=True, slots=True)
class LogMapping:
    """How a platform's log is read.

    Attributes:
        columns: what is read → name of the column; dots lead into a JSON object.
        format: ``csv`` or ``jsonl``.
        encoding, delimiter: of the file.
        header: names of the columns of a CSV file that does not name them.
        time: ``iso``, ``epoch_s``, ``epoch_ms`` or a ``strptime`` form; without an offset Asia/Shanghai.
        kind: of every line, where no column says it.
        kinds: word of the log → ``call``, ``batch`` or ``file``.
        outcomes: word of the log → ``succeeded``, ``refused`` or ``failed``; without any, HTTP status codes.
        resources: id in the log, ``*`` for any ending → name or code of an entry.
        consumers: id in the log → code of the organisation.
    """

    columns: Mapping[str, str]
    format: str = "csv"
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    header: tuple[str, ...] = ()
    time: str = "iso"
    kind: str = "call"
    kinds: Mapping[str, str] = field(default_factory=dict)
    outcomes: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, str] = field(default_factory=dict)
    consumers: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 of the mapping."""
        return digest({name: _plain(getattr(self, name)) for name in self.__slots__})


def read(path: Path, on: date) -> LogMapping:
    """The mapping in a YAML file.

    Args:
        path: of the file.
        on: day whose rule says which columns are personal.

    Raises:
        UsageError: it is malformed, or reads what it may not.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        document = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError):
        raise UsageError(f"{path}: no YAML — see docs/usage.md for its form") from None
    if not isinstance(document, dict):
        raise UsageError(f"{path}: no mapping — see docs/usage.md for its form")
    try:
        return from_document(document, on)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None


def from_document(document: Mapping[str, Any], on: date) -> LogMapping:
    """The mapping a document states.

    Raises:
        UsageError: it is malformed, or reads what it may not.
    """
    unknown = sorted(set(document) - _KEYS)
    if unknown:
        raise UsageError(f"{', '.join(map(str, unknown))}: no such key — known: {', '.join(sorted(_KEYS))}")
    columns = {str(k): str(v) for k, v in (document.get("columns") or {}).items()}
    _check_columns(columns, on)
    outcomes = {
        str(word): outcome
        for outcome, words in (document.get("outcomes") or {}).items()
        for word in (words if isinstance(words, Sequence) and not isinstance(words, str) else [words])
    }
    made = LogMapping(
        columns=columns,
        format=str(document.get("format", "csv")),
        encoding=str(document.get("encoding", "utf-8-sig")),
        delimiter=str(document.get("delimiter", ",")),
        header=tuple(map(str, document.get("header") or ())),
        time=str(document.get("time", "iso")),
        kind=str(document.get("kind", "call")),
        kinds=_words(document.get("kinds")),
        outcomes=outcomes,
        resources=_words(document.get("resources")),
        consumers=_words(document.get("consumers")),
    )
    _check_words(made)
    return made


def _check_columns(columns: Mapping[str, str], on: date) -> None:
    unknown = sorted(set(columns) - set(COLUMNS))
    if unknown:
        raise UsageError(f"columns: {', '.join(unknown)} is not read — known: {', '.join(COLUMNS)}")
    lacking = [name for name in ("resource", "time") if not columns.get(name)]
    if lacking:
        raise UsageError(f"columns: {' and '.join(lacking)} must be mapped")
    personal = frozenset(map(str, rule("usage", "personal_columns", on).value))
    for name, column in columns.items():
        if _is_personal(column, personal):
            raise UsageError(
                f"columns: {name} reads {column}, a column of persons or accounts — map one of the "
                "organisation, or leave it out"
            )


def _is_personal(column: str, words: frozenset[str]) -> bool:
    parts = [
        part for part in re.split(r"[\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column).lower()) if part
    ]
    runs = {"_".join(parts[i:j]) for i in range(len(parts)) for j in range(i + 1, len(parts) + 1)}
    long = tuple(word for word in words if word.isascii() and len(word) >= _LONG)
    return (
        not words.isdisjoint(runs)
        or any(part.startswith(long) or part.endswith(long) for part in parts)
        or any(word in column for word in words if not word.isascii())
    )


def _check_words(made: LogMapping) -> None:
    for what, value, allowed in (
        ("format", made.format, _FORMATS),
        ("kind", made.kind, KINDS),
        *(("kinds", value, KINDS) for value in made.kinds.values()),
        *(("outcomes", value, OUTCOMES) for value in made.outcomes.values()),
    ):
        if value not in allowed:
            raise UsageError(f"{what}: {value} is none of {', '.join(allowed)}")
    if made.format == "csv" and len(made.delimiter) != 1:
        raise UsageError("delimiter: one character")
    if made.time not in TIMES and "%" not in made.time:
        raise UsageError(f"time: one of {', '.join(TIMES)}, or a form such as '%Y/%m/%d %H:%M:%S'")
    for code in made.consumers.values():
        if not is_organisation(code):
            raise UsageError(
                "consumers: a consumer is an organisation's code (18 digits with its check digit)"
            )


def is_organisation(code: str) -> bool:
    """Whether a text is an organisation's code: a unified social credit code, which no person has."""
    return valid("uscc", code)


def _words(given: Any) -> dict[str, str]:
    return {str(k): str(v) for k, v in (given or {}).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value
