"""Sources that lie in the lake itself: submitted forms, registered records, published figures.

Decides nothing but where they are to be had: a build reads folders, so what stands on object storage is
brought into the folder of the lake first.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path

from catalog.home import Home
from catalog.lake import files_of
from contracts.model import Source

_PATTERN = frozenset("*?[")


def bring_sources(home: Home, sources: Iterable[Source], folder: Path) -> None:
    """Have the files of the lake that sources name where these are looked for.

    Args:
        home: the installation.
        sources: of a dataset.
        folder: what their paths are relative to.
    """
    for source in sources:
        if "://" not in source.path:
            below = _in_lake(home, Path(os.path.normpath(folder / source.path)))
            if below:
                files_of(home).bring(below)


def _in_lake(home: Home, path: Path) -> str:
    """The folder of the lake a path, or a pattern, is in; empty where it is none."""
    lake = Path(os.path.normpath(home.lake))
    if not path.is_relative_to(lake):
        return ""
    parts = path.relative_to(lake).parts[:-1]
    return "/".join(takewhile(lambda part: not _PATTERN & set(part), parts))
