"""Write the validation sources anew: ``python -m tests.classification.validation.make``."""

from __future__ import annotations

from pathlib import Path

from tests.classification.making import write
from tests.classification.validation.make import offices, puzzles, services

if __name__ == "__main__":
    made = {**offices.SOURCES, **services.SOURCES, **puzzles.SOURCES}
    print(write(Path(__file__).resolve().parents[1], made), "columns of", len(made), "sources")
