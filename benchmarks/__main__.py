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
)
TABLE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
HEADING = """# Benchmarks

Each line is a ratio to a baseline measured in the same run; absolute figures are of the machine named.
Made by `make bench`.
"""


def main() -> None:
    """Run the rooms named on the command line, or all."""
    atexit.register(drop_binding_noise)
    figures: list[Figure] = []
    for room in sys.argv[1:] or ROOMS:
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
    _append(figures)


def _append(figures: list[Figure]) -> None:
    day = datetime.now(UTC).date().isoformat()
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    machine = f"{os.cpu_count()} cores, {system}"
    lines = [
        f"\n## {day}: {machine}\n",
        "| benchmark | ours | baseline | ratio | target | baseline is |",
        "|---|---|---|---|---|---|",
        *(
            f"| {f.bench} | {f.ours:,.1f} {f.unit} | {f.baseline:,.1f} {f.unit} | {f.ratio:.2f}× "
            f"| {f.target} | {f.against} |"
            for f in figures
        ),
    ]
    text = TABLE.read_text(encoding="utf-8") if TABLE.exists() else HEADING
    TABLE.write_text(text + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
