"""What readers see of releases: each its own version, changes net per key, tables we cannot read refused."""

from __future__ import annotations

import ast
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import Engine

from catalog.home import Home
from catalog.releases import delta
from catalog.releases.delta import UnsupportedTable
from catalog.releases.publication import (
    recover,
)
from catalog.releases.published import (
    NoKey,
    UnknownRelease,
    by_id,
    changes,
    previous,
    read_ledger_table,
    read_quarantine,
    read_vault,
    write_ledger_table,
    write_quarantine,
)
from catalog.store import reading
from tests.catalog.releasing import LATER, NAME, die_after, release, table


def test_an_older_release_still_reads_its_own_version(home: Home, engine: Engine) -> None:
    first = release(home, engine, table(a=1))
    second = release(home, engine, table(b=2))

    assert read_vault(home, first)["id"].to_pylist() == ["a"]
    assert read_vault(home, second, ["id", "_line"]).to_pydict() == {"id": ["b"], "_line": [0]}
    with reading(engine) as connection:
        assert previous(connection, second) == first
        assert previous(connection, first) is None
        with pytest.raises(UnknownRelease):
            by_id(connection, "rel_none")


def test_changes_are_net_per_key_between_published_versions(home: Home, engine: Engine) -> None:
    first = release(home, engine, table(a=1, b=2, c=3))
    die_after(2, home, engine, table(z=9))  # never published: no change ever shows it
    recover(home, engine, LATER)
    second = release(home, engine, table(d=4, c=3, b=20), LATER)

    found = changes(home, first, second, ("id",))

    assert found.added.to_pylist() == [{"id": "d", "n": 4}]
    assert found.changed_before.to_pylist() == [{"id": "b", "n": 2}]
    assert found.changed_after.to_pylist() == [{"id": "b", "n": 20}]
    assert found.removed.to_pylist() == [{"id": "a", "n": 1}]


def test_changes_of_a_first_release_and_of_an_emptied_one(home: Home, engine: Engine) -> None:
    first = release(home, engine, table(b=2, a=1))
    empty = release(home, engine, table(a=1).slice(0, 0))

    assert changes(home, None, first, ("id",)).added["id"].to_pylist() == ["a", "b"]
    assert changes(home, first, empty, ("id",)).removed["id"].to_pylist() == ["a", "b"]
    assert changes(home, empty, first, ("id",)).added.num_rows == 2
    with pytest.raises(NoKey, match=NAME):
        changes(home, first, empty, ())


def test_a_column_the_older_release_did_not_have_counts_as_missing_there(home: Home, engine: Engine) -> None:
    first = release(home, engine, table(a=1, b=2))
    wider = table(a=1, b=2).append_column("x", pa.array([None, "new"]))
    second = release(home, engine, wider)

    found = changes(home, first, second, ("id",))

    assert found.changed_before.to_pylist() == [{"id": "b", "n": 2, "x": None}]
    assert found.changed_after.to_pylist() == [{"id": "b", "n": 2, "x": "new"}]


def test_a_table_with_deletion_vectors_is_refused_not_misread(tmp_path: Path) -> None:
    from deltalake import write_deltalake

    folder = tmp_path / "t"
    write_deltalake(str(folder), table(a=1), configuration={"delta.enableDeletionVectors": "true"})

    with pytest.raises(UnsupportedTable, match="deletion vectors"):
        delta.files(folder, 0)


def test_files_are_found_under_a_folder_with_a_chinese_name_and_a_blank(tmp_path: Path) -> None:
    folder = tmp_path / "一本 账" / "人口"
    delta.commit(folder, table(a=1), at=0, metadata={})

    assert [path.exists() for path in delta.files(folder, 0)] == [True]
    assert delta.read(folder, 0, ["n"]).to_pydict() == {"n": [1]}


def test_the_quarantine_and_the_ledger_keep_their_versions(home: Home) -> None:
    held = pa.table({"_file": ["f"], "_line": [3], "field": ["id"], "reason": ["q_id_required"]})

    assert [write_quarantine(home, NAME, held, 1), write_quarantine(home, NAME, held.slice(0, 0), 2)] == [
        0,
        1,
    ]
    assert read_quarantine(home, NAME, 0).equals(held)
    assert read_quarantine(home, NAME, 1).num_rows == 0
    assert write_ledger_table(home, "datasets", table(a=1)) == 0
    assert write_ledger_table(home, "datasets", table(b=2)) == 1
    assert read_ledger_table(home, "datasets", 0)["id"].to_pylist() == ["a"]


def test_one_module_alone_opens_our_delta_tables() -> None:
    root = Path(__file__).resolve().parents[2]
    openers = set()
    for package in ("contracts", "policies", "catalog", "space", "pipelines"):
        for path in (root / package).rglob("*.py"):
            source = path.read_text(encoding="utf-8")
            if "deltalake" not in source:
                continue  # what does not name it imports it nowhere
            for node in ast.walk(ast.parse(source)):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                if any(name.split(".")[0] == "deltalake" for name in names):
                    openers.add(path.relative_to(root).as_posix())
    # The second one lists and fetches files of object storage; the third reads tables delivered to us.
    rooms = {"catalog/releases/delta.py", "catalog/lake/storage.py", "catalog/intake/reading/delta_folder.py"}
    assert openers <= rooms
