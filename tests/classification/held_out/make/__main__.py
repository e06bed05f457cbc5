"""Write the blind part of the labelled set anew: ``python -m tests.classification.held_out.make``."""

from __future__ import annotations

from pathlib import Path

from tests.classification.held_out.make.sources import SOURCES
from tests.classification.making import write

if __name__ == "__main__":
    folder = Path(__file__).parents[1]
    print(f"{write(folder, SOURCES)} columns in {len(SOURCES)} sources under {folder}")
