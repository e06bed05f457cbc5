"""All sources of the first validation part."""

from __future__ import annotations

from typing import Final

from tests.classification.validation.first.make import offices, puzzles, services

SOURCES: Final = {**offices.SOURCES, **services.SOURCES, **puzzles.SOURCES}
