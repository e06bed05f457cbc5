"""Whoever starts the service on a busy machine is told so, or refused, before anything large is loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from sqlalchemy import Engine, update

from catalog.home import Home
from catalog.store import writing
from catalog.store.revision import version_table

# The server itself cannot be loaded here: what is said was said before.
_WITHOUT = "import sys; sys.modules['space.api.server'] = None; from ybz import main; main()"


def said(home: Home) -> list[str]:
    """The lines of a start that fails."""
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT, "serve", "--port", "0"],
        env={**os.environ, "YBZ_HOME": str(home.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    return done.stderr.splitlines()


def test_serve_says_that_it_starts_before_the_server_is_loaded(home: Home, engine: Engine) -> None:
    assert json.loads(said(home)[0])["event"].startswith("Starting on 127.0.0.1:0.")


def test_serve_refuses_a_store_of_an_earlier_version_before_it_says_so(home: Home, engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(update(version_table).values(version_num="0001"))
    (line,) = said(home)
    assert line.startswith("ybz: the store is of an earlier version (revision 0001;")
