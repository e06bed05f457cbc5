"""The log of a Delta table, file by file: which versions there are, and what was said at their commit.

Decides nothing: it tells what the log holds, on disk or on object storage.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from catalog.releases.remote import Remote

# Where a table is: a folder, or a place on object storage.
Place = Path | Remote

_COMMIT: Final = re.compile(r"^(\d{20})\.json$")
_OF_LOG: Final = re.compile(r"^(\d{20})\.(json|checkpoint\.parquet)$")


def head(path: Place) -> int | None:
    """Newest version of the table, or None where there is no table."""
    found = [int(match[1]) for name in _names(path) if (match := _COMMIT.match(name))]
    return max(found, default=None)


def tables(path: Place) -> tuple[str, ...]:
    """Names of the tables right below a place."""
    if isinstance(path, Remote):
        return path.storage.names(path.inside)
    return tuple(sorted(each.name for each in path.iterdir())) if path.is_dir() else ()


def log_of(path: Place, upto: int) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the log's files that the versions up to one need."""
    for name in _names(path):
        match = _OF_LOG.match(name)
        if match and int(match[1]) <= upto:
            content = log_file(path, name)
            if content is not None:
                yield name, content


def committed(path: Place, version: int) -> Mapping[str, Any] | None:
    """Commit information of one version, our metadata included; None where it does not exist."""
    # A table opened at a version gives the newest commit's information, so the log itself is read.
    entry = log_file(path, f"{version:020d}.json")
    if entry is None:
        return None
    for line in entry.decode().splitlines():
        action = json.loads(line)
        if "commitInfo" in action:
            found: dict[str, Any] = action["commitInfo"]
            return found
    return {}


def _names(path: Place) -> Sequence[str]:
    if isinstance(path, Remote):
        return path.storage.names(f"{path.inside}/_delta_log")
    log = path / "_delta_log"
    return sorted(entry.name for entry in log.iterdir()) if log.is_dir() else ()


def log_file(path: Place, name: str) -> bytes | None:
    """A file of the log; None where it is not there."""
    if isinstance(path, Remote):
        return path.storage.read(f"{path.inside}/_delta_log/{name}")
    entry = path / "_delta_log" / name
    return entry.read_bytes() if entry.is_file() else None
