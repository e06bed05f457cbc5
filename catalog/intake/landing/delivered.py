"""Files handed in for a dataset 交数: where they lie, and under which name its sources find them.

Decides that the files of a dataset lie in a folder of their own in the lake, so that one dataset's are never
another's; and that a file is taken only where a source would read it.
"""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Final

from catalog.home import Home
from catalog.lake import files_of
from contracts.model import Contract, Source, SourceFormat

_FOLDER: Final = "delivered"
# What is one file; a table of a lake is a folder, a database is nobody's to hand in.
_FILES: Final = (
    SourceFormat.CSV, SourceFormat.EXCEL, SourceFormat.JSON, SourceFormat.JSONL, SourceFormat.PARQUET,
)  # fmt: skip
_PATTERN: Final = frozenset("*?[")


def folder_of(home: Home, dataset: str, path: Path | None) -> Path:
    """What the source paths of a dataset are relative to.

    The folder of its contract file; without one, that of the files handed in for it, and before any was that
    of the installation's own contracts.

    Args:
        home: the installation.
        dataset: ``schema.table``.
        path: of its contract file; None where it was sent without one.
    """
    if path is not None:
        return path.parent
    below = below_of(dataset)
    files_of(home).bring(below)
    own = home.lake / below
    # A first file that was taken back leaves its folder behind.
    return own if own.is_dir() and any(own.iterdir()) else home.contracts


def below_of(dataset: str) -> str:
    """The place of a dataset's handed-in files in the lake."""
    return f"{_FOLDER}/{dataset}"


def takes_files(contract: Contract) -> bool:
    """Whether the rows of a dataset come from files that can be handed in, and from nothing else."""
    return bool(contract.sources) and all(_of_a_file(source) for source in contract.sources)


def name_for(contract: Contract, sent: str) -> str | None:
    """The name a file is kept under, where a source reads it; None where none does.

    The one file of a contract may be called anything with the same ending: it takes the place of the former.

    Args:
        contract: of the dataset; its sources are files.
        sent: name of the file.
    """
    name = PurePosixPath(sent).name
    if name.startswith("."):
        return None
    for source in contract.sources:
        if PurePosixPath(source.path).name == source.path and fnmatch(name, source.path):
            return name
        if fnmatch(sent, source.path):
            return sent
    if len(contract.sources) != 1 or _PATTERN & set(contract.sources[0].path):
        return None
    kept = contract.sources[0].path
    return kept if PurePosixPath(kept).suffix.lower() == PurePosixPath(name).suffix.lower() else None


def _of_a_file(source: Source) -> bool:
    path = PurePosixPath(source.path)
    leads_out = path.is_absolute() or ".." in path.parts or "://" in source.path or "\\" in source.path
    return source.format in _FILES and not leads_out
