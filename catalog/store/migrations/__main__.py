"""Drafts the next revision: ``python -m catalog.store.migrations "what changes"``.

Compares the tables of this version with a store that all revisions made, and writes what differs as
operations of Alembic. Whoever drafts reads it before it is committed: a renamed column looks like one that
went and one that came, and what rows need nobody but you knows. What is long is written as several revisions.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

# Lines of one revision, at most: a module reads in one sitting.
_MOST: Final = 180
_HEADING: Final = '''"""{title}"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
{instant}
revision = "{revision}"
down_revision = "{down}"


def upgrade() -> None:
    """{title}"""
{body}
'''


def draft(title: str) -> tuple[Path, ...]:
    """Write the revisions that bring a store from the newest revision to the tables of this version.

    Args:
        title: what changes, a few words.

    Returns:
        The files; none where nothing differs.
    """
    from catalog.home import Home
    from catalog.store.engine import engine_of
    from catalog.store.migrating import migrate

    with TemporaryDirectory() as folder:
        home = Home(Path(folder) / "var")
        home.create()
        engine = engine_of(home)
        migrate(engine)
        with engine.connect() as connection, connection.begin():
            bodies = list(_bodies(connection))
        engine.dispose()
    return tuple(_write(title, number, len(bodies), body) for number, body in enumerate(bodies, start=1))


def _bodies(connection: Any) -> Iterator[str]:
    from alembic.autogenerate import produce_migrations, render_python_code
    from alembic.migration import MigrationContext
    from alembic.operations.ops import ModifyTableOps, UpgradeOps

    from catalog.store.schema import metadata

    opts = {"compare_type": True, "render_as_batch": True, "user_module_prefix": None, "include_name": _ours}
    found = produce_migrations(MigrationContext.configure(connection, opts=opts), metadata).upgrade_ops
    page: list[Any] = []
    lines = 0
    for each in () if found is None else found.ops:
        text = render_python_code(UpgradeOps([each]), render_as_batch=True)
        # What belongs to a table stays with it.
        if lines + text.count("\n") > _MOST and not isinstance(each, ModifyTableOps):
            yield _rendered(page)
            page, lines = [], 0
        page.append(each)
        lines += text.count("\n")
    if page:
        yield _rendered(page)


def _ours(name: str | None, kind: str, _parents: Any) -> bool:
    """The word index is the search room's own."""
    return kind != "table" or not str(name).startswith("entry_words")


def _rendered(page: Sequence[Any]) -> str:
    from alembic.autogenerate import render_python_code
    from alembic.operations.ops import UpgradeOps

    text = render_python_code(UpgradeOps(list(page)), render_as_batch=True)
    text = re.sub(r"catalog\.store\.schema\.Instant\([^)]*\)", "Instant()", text)
    return "\n".join(line.rstrip() for line in text.splitlines() if "### " not in line)


def _write(title: str, number: int, of: int, body: str) -> Path:
    from catalog.store.revision import VERSIONS, head

    head.cache_clear()
    down = head()
    revision = f"{int(down) + 1:04d}"
    slug = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")
    told = title if of == 1 else f"{title}, {number} of {of}"
    instant = "\nfrom catalog.store.schema import Instant\n" if "Instant()" in body else ""
    path = VERSIONS / f"r{revision}_{slug}{'' if of == 1 else f'_{number}'}.py"
    text = _HEADING.format(
        title=f"{told[:1].upper()}{told[1:]}.", revision=revision, down=down, body=body, instant=instant
    )
    path.write_text(text, encoding="utf-8")
    return path


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit('say what changes: python -m catalog.store.migrations "what changes"')
    written = draft(sys.argv[1])
    print("\n".join(map(str, written)) or "nothing differs: no revision is needed")  # noqa: T201
