"""The connector lists tables, columns, comments and counts of a database, and reads none of its values."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, create_engine, event, select, text
from sqlalchemy.exc import OperationalError

from catalog.inventory.cli import inventory
from catalog.inventory.connector import Limited, scan
from catalog.inventory.errors import ScanFailed
from catalog.inventory.listing import RowsHow
from catalog.store import reading
from catalog.store.tables.evidence import evidence_entries
from tests.servers import PostgreSQL

SECRET = "320102198001010011"


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Every statement any connection of this process sends to a database."""
    sent: list[str] = []

    def keep(_c: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(" ".join(statement.split()))

    event.listen(Engine, "before_cursor_execute", keep)
    yield sent
    event.remove(Engine, "before_cursor_execute", keep)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "civil.db"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE resident (id TEXT, name TEXT)")
        made.execute("INSERT INTO resident VALUES (?, ?)", (SECRET, "张三"))
        made.execute("CREATE TABLE empty_one (a INTEGER)")
        made.execute("CREATE VIEW resident_view AS SELECT id FROM resident")
    made.close()
    return path


@pytest.fixture
def server(postgres: PostgreSQL) -> str:
    """A database whose reader may count residents, and fails when it reads one value of them."""
    url = postgres.new_database()
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    role = f"reader_{url.rpartition('_')[2]}"
    with engine.connect() as c:
        for line in (
            "CREATE SCHEMA civil",
            "CREATE TABLE civil.resident (seq int, id text, name text)",
            "COMMENT ON TABLE civil.resident IS '常住人口'",
            f"COMMENT ON COLUMN civil.resident.name IS '姓名，例 {SECRET}'",
            # What a definition says of values: defaults, labels, conditions of checks.
            f"CREATE TYPE civil.who AS ENUM ('赵六{SECRET}', '其他')",
            f"CREATE DOMAIN civil.number AS text DEFAULT '钱七{SECRET}' CHECK (VALUE <> '孙八{SECRET}')",
            f"CREATE TABLE civil.defined (w civil.who, n civil.number, t text DEFAULT '周九{SECRET}', "
            f"CHECK (t <> '吴十{SECRET}'))",
            f"INSERT INTO civil.resident VALUES (1, '{SECRET}', '张三'), (2, '{SECRET}', '李四')",
            "CREATE TABLE civil.counted (a int)",
            "INSERT INTO civil.counted SELECT generate_series(1, 5000)",
            "ANALYZE civil.counted",
            "CREATE TABLE civil.forbidden (a int)",
            "CREATE TABLE civil.parted (a int) PARTITION BY LIST (a)",
            "CREATE TABLE civil.parted_1 PARTITION OF civil.parted FOR VALUES IN (1)",
            "CREATE FUNCTION civil.told(v text) RETURNS text LANGUAGE plpgsql VOLATILE AS "
            "$$ BEGIN RAISE EXCEPTION 'a value was read'; END $$",
            "CREATE VIEW civil.alarmed AS SELECT civil.told(id) AS id FROM civil.resident",
            f"CREATE ROLE {role} LOGIN PASSWORD 'wachtwoord'",
            f"GRANT USAGE ON SCHEMA civil TO {role}",
            # The values' columns are closed to it: only a statement that reads none of them succeeds.
            f"GRANT SELECT (seq) ON civil.resident TO {role}",
            f"GRANT SELECT ON civil.counted, civil.parted, civil.alarmed TO {role}",
        ):
            c.execute(text(line))
    engine.dispose()
    return url.replace("://ybz@", f"://{role}:wachtwoord@")


def test_a_sqlite_file_is_listed_and_no_column_of_it_is_named(file: Path, statements: list[str]) -> None:
    found = scan(str(file), count_timeout_s=5)
    assert [(t.name, t.rows, t.rows_how) for t in found.tables] == [
        ("empty_one", 0, RowsHow.COUNTED),
        ("resident", 1, RowsHow.COUNTED),
    ]
    assert [c.name for c in found.tables[1].columns] == ["id", "name"]
    assert found.address == f"sqlite:{file.resolve()}"
    for statement in statements:
        reads_tables = "resident" in statement and "sqlite_master" not in statement
        assert not reads_tables or statement.startswith(
            ("PRAGMA", "SELECT count(*) AS count_1 FROM resident")
        ), statement


def test_views_are_listed_on_request(file: Path) -> None:
    kinds = {t.name: t.kind for t in scan(str(file), count_timeout_s=5, views=True).tables}
    assert kinds == {"empty_one": "table", "resident": "table", "resident_view": "view"}


def test_a_sqlite_file_is_opened_read_only(file: Path) -> None:
    before = file.read_bytes()
    file.chmod(0o444)
    scan(str(file), count_timeout_s=5)
    scan(f"sqlite:///{file}", count_timeout_s=5)
    assert file.read_bytes() == before
    assert sorted(p.name for p in file.parent.glob("civil.db*")) == ["civil.db"]


def test_postgresql_tells_names_comments_and_counts_but_no_value(server: str, statements: list[str]) -> None:
    found = {t.name: t for t in scan(server, count_timeout_s=5, views=True).tables}
    # The reader may not read the columns; a part of a table is no table of its own; what a view computes
    # is not run, not even to count it.
    assert sorted(found) == [
        "civil.alarmed", "civil.counted", "civil.defined", "civil.forbidden", "civil.parted",
        "civil.resident",
    ]  # fmt: skip
    resident = found["civil.resident"]
    assert (resident.comment, resident.rows, resident.rows_how) == ("常住人口", 2, RowsHow.COUNTED)
    assert {c.name: c.comment for c in resident.columns}["name"] == "姓名，例 …"
    assert SECRET not in str(found)
    assert not any(name in str(found) for name in ("赵六", "钱七", "孙八", "周九", "吴十"))
    assert (found["civil.counted"].rows, found["civil.counted"].rows_how) == (5000, RowsHow.ESTIMATED)
    assert (found["civil.forbidden"].rows, found["civil.forbidden"].rows_how) == (None, RowsHow.UNKNOWN)
    assert (found["civil.alarmed"].kind, found["civil.alarmed"].rows) == ("view", None)
    own = [s for s in statements if "civil." in s and "pg_catalog" not in s and not s.startswith("SAVEPOINT")]
    assert own
    assert all(s.startswith("SELECT count(*) AS count_1 FROM civil.") for s in own), own


def test_reading_a_value_as_that_reader_would_fail(server: str) -> None:
    engine = create_engine(server)
    for query in ("SELECT name FROM civil.resident", "SELECT id FROM civil.alarmed"):
        with engine.connect() as c, pytest.raises(Exception, match=r"denied|a value was read"):
            c.execute(text(query)).all()
    engine.dispose()


def test_a_session_on_postgresql_cannot_write(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(
        "catalog.inventory.connector._rows",
        lambda connection, *_: (
            asked.append(connection.exec_driver_sql("SHOW transaction_read_only").scalar()) or 0,
            RowsHow.UNKNOWN,
        ),
    )
    scan(f"{server}?options=-c%20default_transaction_read_only%3Doff", count_timeout_s=5)
    assert set(asked) == {"on"}


@pytest.mark.parametrize("on", ["sqlite", "postgresql"])
def test_a_count_that_takes_too_long_is_ended(on: str, file: Path, server: str) -> None:
    endless = text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000)"
        " SELECT count(*) FROM n"
    )
    engine = create_engine(f"sqlite:///{file}" if on == "sqlite" else server)
    with engine.connect() as c:
        with pytest.raises(OperationalError), c.begin_nested(), Limited(c, 0.2):
            c.execute(endless)
        # The connection goes on, without a limit.
        assert c.execute(text("SELECT 1")).scalar() == 1
    engine.dispose()


def test_a_failed_scan_tells_neither_user_nor_password(server: str) -> None:
    wrong = server.replace("wachtwoord", "niet-dit").replace("/ybz_", "/no_such_")
    with pytest.raises(ScanFailed) as failed:
        scan(wrong, count_timeout_s=5)
    assert "niet-dit" not in str(failed.value)
    assert "reader_" not in str(failed.value)
    with pytest.raises(ScanFailed, match="cannot be understood"):
        scan("niet-dit://a:b@[", count_timeout_s=5)
    with pytest.raises(ScanFailed, match="no read-only session is known for mysql"):
        scan("mysql://reader:niet-dit@host/db", count_timeout_s=5)


def test_the_password_of_a_scan_is_not_in_the_evidence(
    server: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIVIL_URL", server)
    monkeypatch.setenv("CIVIL_PASSWORD", "wachtwoord")
    part = server.replace(":wachtwoord@", ":${CIVIL_PASSWORD}@")
    for url in ("${CIVIL_URL}", part):
        done = CliRunner().invoke(
            inventory, ["scan", url, "--system", "人口系统", "--department", "公安局", "--json"]
        )
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout)["tables"] == 5
    with reading(engine) as connection:
        bodies = connection.execute(select(evidence_entries.c.body)).scalars().all()
    assert any("postgresql://127.0.0.1" in body for body in bodies)
    assert not any("wachtwoord" in body or SECRET in body or "reader_" in body for body in bodies)
