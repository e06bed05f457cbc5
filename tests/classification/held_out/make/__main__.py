"""Write the held-out sources anew: ``python -m tests.classification.held_out.make``."""

from __future__ import annotations

from pathlib import Path

from tests.classification.held_out.make import offices, puzzles, services
from tests.classification.making import write

if __name__ == "__main__":
    made = {**offices.SOURCES, **services.SOURCES, **puzzles.SOURCES}
    print(write(Path(__file__).resolve().parents[1], made), "columns of", len(made), "sources")
