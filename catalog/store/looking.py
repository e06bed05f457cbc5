"""A store whose disk is full, read as it lies: for whoever only looks.

Decides that looking needs no room. SQLite makes two small files beside a store before it reads it; where they
cannot be made, the file alone is read. It is whole as long as nothing waits in its log of changes, and nobody
else writes to it meanwhile: whoever did would have made those files.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, create_engine, event

from catalog.errors import StoreFull
from catalog.store import trouble
from catalog.store.engine import reading

_LIES: Final = "ybz_as_it_lies"


def as_it_lies(engine: Engine) -> Engine:
    """An engine to look with: the store's own, or one over its file alone where the disk is full.

    Where the file alone would not tell everything, it is the store's own, and each look says what is wrong.
    """
    try:
        with reading(engine):
            return engine
    except StoreFull:
        path = Path(engine.url.database or "")
        waiting = path.with_name(f"{path.name}-wal")
        if engine.dialect.name != "sqlite" or (waiting.exists() and waiting.stat().st_size):
            return engine
        return _over_the_file(engine, path)


def only_lies(engine: Engine) -> bool:
    """Whether an engine reads the file alone, since nothing can be made beside it."""
    return bool(engine.get_execution_options().get(_LIES, False))


def _over_the_file(engine: Engine, path: Path) -> Engine:
    def connect() -> Any:
        # Nothing is locked, looked for or made beside the file.
        return sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True, check_same_thread=False)

    made = create_engine(engine.url, creator=connect, hide_parameters=True)
    event.listen(made, "handle_error", trouble.say_in_one_line)
    made.update_execution_options(**engine.get_execution_options(), **{_LIES: True})
    return made
