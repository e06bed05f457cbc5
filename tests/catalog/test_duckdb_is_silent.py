"""Nothing of DuckDB's own is drawn on a command's output, however long a statement takes."""

from __future__ import annotations

from catalog.duck import connect
from pipelines.expectations.staging import Staging

DRAWN = "SELECT current_setting('enable_progress_bar')"


def test_a_connection_draws_no_progress_bar() -> None:
    with connect() as connection:
        assert connection.execute(DRAWN).fetchall() == [(False,)]


def test_the_connection_great_expectations_asks_draws_none_either() -> None:
    with Staging() as staging, staging._engine.engine.connect() as connection:
        assert connection.exec_driver_sql(DRAWN).fetchall() == [(False,)]
