"""``make bench``: run every benchmark, print JSON lines, write the table into docs/benchmarks.md."""

from __future__ import annotations

import atexit
import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from benchmarks.measure import Figure
from ybz import drop_binding_noise

ROOMS = (
    "evidence",
    "metering",
    "policy",
    "queries",
    "quality",
    "release",
    "landing",
    "build",
    "definitions",
    "classification",
    "search",
    "lineage",
    "bulk",
    "backflow",
    "forms",
    "load",
    "console",
)
TABLE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
HEADING = """# Benchmarks

Each line is a ratio to a baseline measured in the same run; absolute figures are of the machine named.
`make bench` replaces the table of every room it runs, `python -m benchmarks ROOM…` of those named; what is
said below a table is written by hand.
"""


def main() -> None:
    """Run the rooms named on the command line, or all; each table is written when its room is done."""
    rooms = sys.argv[1:] or ROOMS
    if unknown := [room for room in rooms if room not in ROOMS]:
        sys.exit(f"no room called {unknown[0]}; there are: {', '.join(ROOMS)}")
    atexit.register(drop_binding_noise)
    for room in rooms:
        figures: list[Figure] = []
        for figure in import_module(f"benchmarks.{room}").run():
            figures.append(figure)
            line = {
                "bench": figure.bench,
                "ours": round(figure.ours, 3),
                "baseline": round(figure.baseline, 3),
                "ratio": round(figure.ratio, 3),
                "target": figure.target,
            }
            print(json.dumps(line, ensure_ascii=False), flush=True)
        text = TABLE.read_text(encoding="utf-8") if TABLE.exists() else HEADING
        TABLE.write_text(with_table(text, room, _table(figures)), encoding="utf-8")


def with_table(text: str, room: str, table: str) -> str:
    """The page with the table of one room put in place of its former one; what is said below it stays."""
    heading = f"## {room.capitalize()}\n"
    before, found, after = text.partition(heading)
    if not found:
        return f"{text.rstrip()}\n\n{heading}\n{table}\n"
    body, mark, others = after.partition("\n## ")
    said = [line for line in body.splitlines() if not line.startswith(("|", "Measured on "))]
    below = "\n".join(said).strip()
    return f"{before}{heading}\n{table}\n" + (f"\n{below}\n" if below else "") + mark + others


def _table(figures: list[Figure]) -> str:
    day = datetime.now(UTC).date().isoformat()
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    lines = [
        f"Measured on {day}: {os.cpu_count()} cores, {system}.",
        "",
        "| benchmark | ours | baseline | ratio | target | baseline is |",
        "|---|---|---|---|---|---|",
        *(
            f"| {f.bench} | {_said(f.ours)} {f.unit} | {_said(f.baseline)} {f.unit} | {f.ratio:.2f}× "
            f"| {f.target} | {f.against} |"
            for f in figures
        ),
    ]
    return "\n".join(lines)


def _said(number: float) -> str:
    return f"{number:,.1f}" if number >= 10 else f"{number:.3g}"


if __name__ == "__main__":
    main()
