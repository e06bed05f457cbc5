"""Text of a contract file as a YAML document that knows its lines.

Decides which files are not read at all (too large, of another encoding, no mapping) and what each is
called. What is YAML is :mod:`contracts.yaml_document`'s, what the document means
:mod:`contracts.odcs.files`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from contracts.plain import kind_of
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
    # The reader of YAML costs more to import than most commands take.
    from contracts.yaml_document import NotYaml, load, lossy

    try:
        document = load(text)
    except NotYaml as error:
        log.add(error.line, "", error.what, error.remedy)
        return None
    if isinstance(document, Mapping):
        for line, path, what, remedy in lossy(document):
            log.add(line, path, what, remedy)
        return None if log.problems else document
    if document is None:
        log.add(1, "", "the file is empty", _BEGIN)
    else:
        log.add(1, "", f"a mapping is expected, found {kind_of(document)}", _BEGIN)
    return None
