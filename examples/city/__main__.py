"""``python -m examples.city FOLDER``: write the demonstration city into a folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from examples.city.generate import generate
from examples.city.nights import deliver


def main() -> None:
    """Read the command line and write the city."""
    parser = argparse.ArgumentParser(prog="python -m examples.city", description=__doc__)
    parser.add_argument("folder", type=Path, help="gets data/, contracts/ and planted.json")
    parser.add_argument("--stage", type=int, choices=(1, 2), default=1, help="first or second delivery")
    parser.add_argument("--night", type=int, help="what arrives in the n-th night after the first delivery")
    options = parser.parse_args()
    if options.night is not None:
        arrived = deliver(options.folder, options.night)
        print(f"{sum(one.landed for one in arrived.values()):,} rows for {', '.join(arrived)}")
        return
    planted = generate(options.folder, stage=options.stage)
    print(f"{len(planted.datasets)} datasets, {planted.total('landed'):,} rows in {options.folder}")


if __name__ == "__main__":
    main()
