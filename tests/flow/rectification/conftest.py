"""The bureau with its register catalogued and built."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from catalog.home import Home
from tests.flow.rectification.bureau import PEOPLE, Bureau


@pytest.fixture
def bureau(home: Home, engine: Engine, tmp_path: Path) -> Bureau:
    folder = tmp_path / "town"
    folder.mkdir()
    made = Bureau(home, engine, folder)
    made.catalogue(PEOPLE)
    return made
