"""All sources of the blind part."""

from __future__ import annotations

from typing import Final

from tests.classification.held_out.make import health, offices, puzzles, registers, things

SOURCES: Final = {
    **health.SOURCES,
    **offices.SOURCES,
    **registers.SOURCES,
    **things.SOURCES,
    **puzzles.SOURCES,
}
