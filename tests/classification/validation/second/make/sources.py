"""All sources of the second validation part."""

from __future__ import annotations

from typing import Final

from tests.classification.validation.second.make import health, offices, puzzles, registers, things

SOURCES: Final = {
    **health.SOURCES,
    **offices.SOURCES,
    **registers.SOURCES,
    **things.SOURCES,
    **puzzles.SOURCES,
}
