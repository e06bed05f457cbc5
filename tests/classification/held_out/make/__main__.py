"""Write every source's folder into the parent folder."""

import csv
import sys
from itertools import groupby
from pathlib import Path

from . import verify
from .tables import TABLES

HEAD = ["table", "place", "heading", "kind", "personal", "sensitive", "grade", "challenge"]
OUT = Path(__file__).resolve().parent.parent


def write(path: Path, lines: list[list[str]]) -> None:
    """One CSV file."""
    with path.open("w", encoding="utf-8", newline="") as f:
        csv.writer(f, lineterminator="\n").writerows(lines)


def write_all(out: Path) -> None:
    """Every source's folder."""
    for source, group in groupby(TABLES, key=lambda t: t.source):
        folder = out / source
        folder.mkdir(exist_ok=True)
        labels = [HEAD]
        for table in group:
            write(folder / f"{table.name}.csv", [[c.heading for c in table.columns], *table.lines()])
            for place, c in enumerate(table.columns, 1):
                labels.append([table.name, str(place), c.heading, c.kind, *c.judgement, c.challenge])
        write(folder / "labels.csv", labels)


if __name__ == "__main__":
    write_all(OUT)
    sys.exit(verify.main(OUT))
