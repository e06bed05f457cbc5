"""Stores of every earlier shape come to this one, on both databases: whole or not at all, with their rows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from catalog.errors import StoreOutdated
from catalog.home import Home
from catalog.store import create_store, open_store, reading, writing
from catalog.store import revision as revisions
from catalog.store.additions import Held, held, lacking
from catalog.store.engine import engine_of
from catalog.store.frozen import SHAPES as SHAPES_KEPT
from catalog.store.migrating import MigrationFailed, bring_up, migrate
from catalog.store.schema import metadata
from tests.servers import PostgreSQL
from tests.stores import each_store

OLD = Path(__file__).with_name("stores_of_old")
# Shapes stores had before their revisions were numbered: an early one, one half way, and that of 0.1.0.
SHAPES = ("first", pytest.param("middle", marks=pytest.mark.full), "0001")


@pytest.fixture(params=each_store(pytest.mark.full))
def empty(request: pytest.FixtureRequest, home: Home) -> Iterator[Home]:
    """An installation whose database is there and holds nothing."""
    if request.param == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgres")
        home.keep_database_url(server.new_database())
    yield home
    engine_of(home).dispose()


def changed(home: Home, *statements: str) -> Engine:
    engine = engine_of(home)
    with writing(engine) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    return engine


def statements(shape: str, engine: Engine) -> list[str]:
    folder = SHAPES_KEPT if shape == "0001" else OLD
    made = (folder / f"{shape}.{engine.dialect.name}.sql").read_text(encoding="utf-8")
    return [each for each in made.split(";\n") if each.strip()]


def shape_of(engine: Engine) -> Held:
    with reading(engine) as connection:
        return held(connection)


def difference(engine: Engine) -> list[Any]:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, metadata)
    return [each for each in found if "entry_words" not in str(each)]


def test_all_revisions_from_nothing_give_the_tables_of_this_version(empty: Home) -> None:
    engine = engine_of(empty)
    migrate(engine)
    assert difference(engine) == [], (
        "a table, column or index has no migration: run `python -m catalog.store.migrations 'what changes'`"
    )
    with reading(engine) as connection:
        assert lacking(connection) == ()
        assert revisions.numbered(connection) == revisions.head()
    if engine.dialect.name == "sqlite":
        at_once = create_store(Home(empty.root / "at-once"))
        assert shape_of(engine) == shape_of(at_once)
        at_once.dispose()


@pytest.mark.parametrize("shape", SHAPES)
def test_a_store_of_an_earlier_shape_comes_here_and_keeps_its_rows(empty: Home, shape: str) -> None:
    engine = engine_of(empty)
    row = (
        "INSERT INTO organisations (code, name, kind, registered_at) VALUES ('c', '局', 'department', '2026')"
    )
    changed(empty, *statements(shape, engine), row)
    with pytest.raises(StoreOutdated, match="run `ybz init`"):
        revisions.require_current(engine)

    bring_up(engine)

    revisions.require_current(engine)
    with reading(engine) as connection:
        assert lacking(connection) == ()
        assert connection.execute(text("SELECT name FROM organisations")).scalar_one() == "局"
    again = shape_of(engine)
    bring_up(engine)
    assert shape_of(engine) == again


def test_revisions_are_a_line_numbered_in_their_order() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from catalog.store.migrating import FOLDER

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    walked = list(ScriptDirectory.from_config(config).walk_revisions())
    numbers = [each.revision for each in reversed(walked)]
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]
    assert revisions.head() == numbers[-1]


# A revision after the newest, that changes rows and tables and then stops.
STOPS = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9001", {head!r}


def upgrade():
    op.create_table("half_made", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("DELETE FROM organisations")
    with op.batch_alter_table("organisations") as batch:
        batch.drop_column("kind")
    raise RuntimeError("张三 110101199003074477")
"""


@pytest.fixture
def stopping(tmp_path: Path) -> Path:
    """A folder with a revision that fails at its end."""
    folder = tmp_path / "later"
    folder.mkdir()
    (folder / "r9001_stops.py").write_text(STOPS.format(head=revisions.head()), encoding="utf-8")
    return folder


def test_a_migration_that_fails_leaves_the_store_as_it_was(empty: Home, stopping: Path) -> None:
    engine = create_store(empty)
    changed(
        empty, "INSERT INTO organisations (code, name, kind, registered_at) VALUES ('c', 'n', 'k', '2026')"
    )
    before = shape_of(engine)

    with pytest.raises(MigrationFailed, match="nothing was changed") as told:
        migrate(engine, "9001", (revisions.VERSIONS, stopping))

    assert "张三" not in str(told.value)
    assert "\n" not in str(told.value)
    assert shape_of(engine) == before
    with reading(engine) as connection:
        assert connection.execute(text("SELECT kind FROM organisations")).scalar_one() == "k"
        assert revisions.numbered(connection) == revisions.head()


def test_a_table_is_made_anew_with_its_rows_and_the_references_to_it(empty: Home, tmp_path: Path) -> None:
    engine = create_store(empty)
    changed(
        empty,
        "INSERT INTO organisations (code, name, kind, registered_at) VALUES ('c', 'n', 'k', '2026')",
    )
    folder = tmp_path / "later"
    folder.mkdir()
    anew = STOPS.split("    op.create_table")[0] + (
        '    with op.batch_alter_table("organisations") as batch:\n'
        '        batch.alter_column("name", type_=sa.String(999))\n'
    )
    (folder / "r9001_anew.py").write_text(anew.format(head=revisions.head()), encoding="utf-8")

    migrate(engine, "9001", (revisions.VERSIONS, folder))

    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM organisations")).scalar_one() >= 1
        if engine.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_a_store_of_a_later_version_is_not_touched(empty: Home) -> None:
    engine = create_store(empty)
    changed(empty, "UPDATE alembic_version SET version_num = '9999'")
    for act in (lambda: create_store(empty), lambda: revisions.require_current(engine)):
        with pytest.raises(StoreOutdated, match="of a later version"):
            act()
    assert open_store(empty) is engine


BRING_UP = """
import sys
from pathlib import Path
from catalog.home import Home
from catalog.store.engine import engine_of
from catalog.store.frozen import SHAPES as SHAPES_KEPT
from catalog.store.migrating import bring_up
sys.stdin.readline()
bring_up(engine_of(Home(Path(sys.argv[1]))))
"""


@pytest.mark.full
def test_two_processes_that_migrate_at_once_do_it_once(empty: Home) -> None:
    engine = engine_of(empty)
    changed(empty, *statements("0001", engine), "DROP TABLE receipts")
    engine.dispose()
    both = [
        subprocess.Popen(
            [sys.executable, "-c", BRING_UP, str(empty.root)],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for each in both:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()
    told = [each.communicate(timeout=120)[1] for each in both]
    assert [each.returncode for each in both] == [0, 0], told
    with reading(engine) as connection:
        assert lacking(connection) == ()
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1
