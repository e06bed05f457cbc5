"""The first delivery of the city, written once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from examples.city.generate import generate
from examples.city.planted import Planted


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Planted]:
    """Folder and planted figures of the first delivery; tests must not write into it."""
    folder = tmp_path_factory.mktemp("city")
    return folder, generate(folder)
