"""Text of a contract file as a YAML document that knows its lines.

Decides which files are not read at all (too large, of another encoding, not YAML, swelling) and what
each is called. What the document means is :mod:`contracts.odcs`'s.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from contracts.aliases import swells
from contracts.plain import is_list, kind_of, line_of
from contracts.problems import Log

# A contract of 2,000 fields has some 600 kB.
MOST_BYTES: Final = 8 * 2**20
_BEGIN: Final = "begin with apiVersion: v3.2.0; `ybz draft` writes a first one"


def text_of_file(path: Path, log: Log) -> str | None:
    """The text of a file, or None when a problem was noted instead."""
    try:
        if path.is_file() and (size := path.stat().st_size) > MOST_BYTES:
            what = f"is too large for a contract ({size // 2**20} MiB)"
            log.add(1, "", what, f"name a contract of at most {MOST_BYTES // 2**20} MiB")
            return None
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        log.add(0, "", "there is no such file", "check the path")
    except UnicodeDecodeError:
        log.add(1, "", "is not UTF-8 text", "save the file as UTF-8")
    except OSError as error:
        log.add(0, "", f"cannot be read: {error.strerror}", "check path and rights")
    return None


def document_of(text: str, log: Log) -> Mapping[str, Any] | None:
    """The mapping a text holds, or None when problems were noted instead."""
    document = _parsed(text, log)
    if log.problems:
        return None
    if document is None:
        log.add(1, "", "the file is empty", _BEGIN)
    elif not isinstance(document, Mapping):
        log.add(1, "", f"a mapping is expected, found {kind_of(document)}", _BEGIN)
    else:
        for line, path in _endless(document, ""):
            log.add(line, path, "is no finite number", "write digits, or put the word in quotes")
        return None if log.problems else document
    return None


def _parsed(text: str, log: Log) -> Any:
    try:
        if not swells(text):
            return YAML().load(text)
        log.add(1, "", "stands for too many values", "write out what its aliases repeat")
    except DuplicateKeyError as error:
        # The library's own words hold the values of both.
        key = (error.problem or "").partition('"')[2].partition('"')[0]
        log.add(_line_of(error), "", f"is not YAML: the key {key} is given twice", "keep one of the two")
    except MarkedYAMLError as error:
        what = f"is not YAML: {error.problem or 'syntax error'}"
        log.add(_line_of(error), "", what, "check indentation and quotes")
    except (YAMLError, ValueError, RecursionError):
        log.add(1, "", "is not YAML", "check special characters, dates and nesting")
    return None


def _line_of(error: MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    return int(mark.line) + 1 if mark is not None else 1


def _endless(value: Any, path: str) -> Iterator[tuple[int, str]]:
    """Line and path of numbers JSON has no word for: ``.inf`` and ``.nan``."""
    pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
    for key, inner in pairs:
        where = f"{path}[{key}]" if is_list(value) else f"{path}.{key}" if path else str(key)
        if isinstance(inner, float) and not math.isfinite(inner):
            yield line_of(value, key) or 1, where
        elif isinstance(inner, Mapping) or is_list(inner):
            yield from _endless(inner, where)
