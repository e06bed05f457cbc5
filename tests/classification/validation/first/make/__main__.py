"""Write the first validation part anew: ``python -m tests.classification.validation.first.make``."""

from __future__ import annotations

from pathlib import Path

from tests.classification.making import write
from tests.classification.validation.first.make.sources import SOURCES

if __name__ == "__main__":
    folder = Path(__file__).resolve().parents[1]
    print(f"{write(folder, SOURCES)} columns in {len(SOURCES)} sources under {folder}")
