"""Writes the sources of this part anew."""

from __future__ import annotations

from pathlib import Path

from tests.classification.making import write
from tests.classification.validation.sixth.make import SOURCES

if __name__ == "__main__":
    print(write(Path(__file__).parents[1], SOURCES), "columns")
