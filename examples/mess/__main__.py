"""``python -m examples.mess FOLDER``: write the messy folder and print the truth about it."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from examples.mess.generate import SEED, generate
from examples.mess.tables import TABLES


def main() -> None:
    """Write the folder; the truth goes to standard output as JSON."""
    parser = argparse.ArgumentParser(prog="python -m examples.mess", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=400)
    parser.add_argument("--tables", type=int, default=len(TABLES))
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    truth = generate(asked.folder, files=asked.files, tables=asked.tables, seed=asked.seed)
    print(json.dumps(asdict(truth), ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
