"""The orchestrator's own revisions are read from its files once a process, not at every build.

Decides nothing about our store, whose revisions tests write: only the folders of Dagster's package count.
An instance that lives as long as a build has a store of its own in memory, whose number is looked up in
some fifty files.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def revisions_once() -> Iterator[None]:
    """Within the block, a folder of Dagster's revisions is read once."""
    alembic: Any = sys.modules.get("alembic.script.base")
    dagster = sys.modules.get("dagster")
    if alembic is None or dagster is None or dagster.__file__ is None:
        yield
        return
    kind, theirs = alembic.ScriptDirectory, Path(dagster.__file__).parent
    read, known = kind.from_config, {}

    def once(config: Any) -> Any:
        place = config.get_alembic_option("script_location")
        if place is None or not Path(place).is_relative_to(theirs):
            return read(config)
        if place not in known:
            known[place] = read(config)
        return known[place]

    kind.from_config = staticmethod(once)
    try:
        yield
    finally:
        kind.from_config = read
