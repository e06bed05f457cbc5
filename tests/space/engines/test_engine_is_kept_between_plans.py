"""The databases of a worker are kept from one plan to the next; nothing of a plan is."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from space.engines.duckdb import connect
from space.engines.threshold import footers
from space.query.plan import Block

SETTINGS = ("TimeZone", "max_execution_time", "python_enable_replacements", "enable_external_access")


@pytest.fixture
def files(tmp_path: Path) -> dict[str, tuple[Path, ...]]:
    paths = (tmp_path / "a.parquet", tmp_path / "b.parquet")
    pq.write_table(pa.table({"_u": [1, 2], "pay": [5, 0], "late": [1, None]}), paths[0])
    pq.write_table(pa.table({"_u": [3, 4], "pay": [7, -1], "late": [1, 1]}), paths[1])
    return {"city.pay": paths}


def test_what_one_connection_makes_another_does_not_see(files: dict[str, tuple[Path, ...]]) -> None:
    base = connect(5, files)
    first, second = base.cursor(), base.cursor()
    first.execute("CREATE TEMP TABLE kept AS SELECT 1 AS one")
    first.execute("CREATE TEMP MACRO sum(x) AS list(x)")
    first.register("given", pa.table({"one": [1]}))
    for name in ("kept", "given"):
        with pytest.raises(duckdb.CatalogException):
            second.execute(f"SELECT * FROM {name}")
    assert second.execute('SELECT sum(pay) FROM "city.pay"').fetchone() == (11,)
    base.close()


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_connection_is_hardened_as_the_first(files: dict[str, tuple[Path, ...]], setting: str) -> None:
    base = connect(5, files)
    asked = f"SELECT current_setting('{setting}')"
    assert base.cursor().execute(asked).fetchone() == base.execute(asked).fetchone()
    with pytest.raises(duckdb.Error):
        base.cursor().execute(f"SET GLOBAL {setting} = 'x'")
    base.close()


def test_a_footer_tells_only_what_every_file_says(files: dict[str, tuple[Path, ...]]) -> None:
    block = Block("b0", "threshold", '"city.pay" AS "t0"', "", (), (), ())
    known = footers.known(block, files)
    assert known.never_null('"t0"."_u"')
    assert not known.never_null('"t0"."late"')
    assert known.never_negative('"t0"."_u"')
    assert not known.never_negative('"t0"."pay"')
    assert not known.never_null('"t1"."_u"')


def test_of_joined_or_filtered_tables_nothing_is_known(files: dict[str, tuple[Path, ...]]) -> None:
    for source in (
        '"city.pay" AS "t0" LEFT JOIN "city.pay" AS "t1" ON "t0"."_u" = "t1"."_u"',
        '(SELECT *, NULL AS "_u" FROM "city.pay") AS "t0"',
    ):
        known = footers.known(Block("b0", "threshold", source, "", (), (), ()), files)
        assert not known.never_null('"t0"."_u"')
