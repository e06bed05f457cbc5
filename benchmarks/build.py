"""A nightly build: many datasets from registration to release in one run, and the look at them after.

The baseline of a build is what a script without a ledger would do: read each file, write a Delta table.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from benchmarks.measure import Figure
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.home import Home
from catalog.store import create_store, reading
from catalog.store.tables.releases import builds
from contracts.model import (
    Contract,
    Field,
    FieldType,
    Party,
    ShareType,
    Sharing,
    Source,
    SourceFormat,
    UpdateCycle,
    Use,
)
from contracts.odcs.files import dumps
from pipelines.building.plan import changed

DATASETS = int(os.environ.get("YBZ_BENCH_DATASETS", "1000"))
ROWS = 1_000
WARDS = ("东城", "西城", "南城", "北城")
# Which part of the system a stage of a build belongs to; what is in none is the run itself.
SHARES = {
    "great expectations": ("open_checks", "check"),
    "delta and release": ("protect", "facts", "hash", "publish", "quarantine", "publish_vault"),
    "landing": ("land", "cast", "clean", "keep", "keep_raw"),
    "classification": ("classify",),
}


def run() -> Iterator[Figure]:
    """Each part in a process of its own, as an operator runs it; the parts share one installation."""
    with tempfile.TemporaryDirectory(prefix="ybz_bench_") as place:
        root = Path(place)
        _deliver(root / "in")
        registered = _register(root)
        first = _built(root, "released")
        again = _built(root, "unchanged")
        found = _found(root)
        plain = _plain(root)
        shares = _shares(root)
    each = (registered + first) / DATASETS
    yield Figure(
        f"build: {DATASETS:,} datasets of {ROWS:,} rows, registration to release, a dataset",
        each,
        plain / DATASETS,
        "ms",
        "≤ 250 ms",
        "read_csv and write_deltalake of the same files",
    )
    spent = sum(shares.values())
    shares["registration"] = registered
    shares["Dagster, store, start and lineage"] = first - spent
    for part, ms in sorted(shares.items(), key=lambda item: -item[1]):
        yield Figure(f"build: share of {part}, a dataset", ms / DATASETS, each, "ms", "shown", "the whole")
    yield Figure(
        f"build: {DATASETS:,} unchanged datasets found before a run opens, a dataset",
        found / DATASETS,
        each,
        "ms",
        "≤ 2 ms",
        "building it",
    )
    yield Figure(
        f"build: {DATASETS:,} unchanged datasets, the whole command with its start, a dataset",
        again / DATASETS,
        each,
        "ms",
        "shown",
        "building it",
    )


def _deliver(folder: Path) -> None:
    folder.mkdir()
    for number in range(DATASETS):
        rows = (
            f"{number:05d}{row:05d},{WARDS[row % 4]},{row % 997},2026-0{row % 9 + 1}-{row % 28 + 1:02d}"
            for row in range(ROWS)
        )
        (folder / f"t{number}.csv").write_text(
            "code,ward,amount,seen\n" + "\n".join(rows) + "\n", encoding="utf-8"
        )
    old = time.time() - 3_600  # delivered an hour ago
    for file in folder.iterdir():
        os.utime(file, (old, old))


def contract_of(number: int) -> Contract:
    """The contract of the dataset of a number."""
    return Contract(
        id=f"bench-{number}",
        title=f"基准 {number}",
        schema=f"bench_{number % 20}",
        table=f"t{number}",
        department=Party("城市数据局", "11990100MB1234567X"),
        classification="主题/公共服务",
        sharing=Sharing(ShareType.CONDITIONAL, "用于履行法定职责", "政务数据共享条例"),
        update_cycle=UpdateCycle.DAILY,
        period_field="seen",
        unit_free=True,
        sources=(Source("files", SourceFormat.CSV, f"t{number}.csv", encoding="utf-8"),),
        fields=(
            Field("code", key_position=1, use=Use.PLAIN, pattern="^[0-9]{10}$"),
            Field("ward", required=True, allowed=WARDS, use=Use.DIMENSION),
            Field("amount", type=FieldType.INTEGER, minimum=0, maximum=1_000, use=Use.MEASURE),
            Field("seen", type=FieldType.DATE, use=Use.TIME, grain="day"),
        ),
    )


def _register(root: Path) -> float:
    home = Home(root / "var")
    engine = create_store(home)
    contracts = []
    for number in range(DATASETS):
        path = root / "in" / f"t{number}.yaml"
        contract = contract_of(number)
        path.write_text(dumps(contract), encoding="utf-8")
        contracts.append((contract, path))
    acts = Acts(by="张三", reason="bench", now=datetime.now(UTC))
    began = time.perf_counter()
    catalogue_all(engine, contracts, acts)
    spent = (time.perf_counter() - began) * 1_000
    engine.dispose()
    return spent


def _built(root: Path, state: str) -> float:
    """Milliseconds of ``ybz build``, start of the process and imports included."""
    program = [sys.executable, "-m", "ybz", "--home", str(root / "var"), "build", "--as-of", "2026-09-30"]
    began = time.perf_counter()
    ran = subprocess.run([*program, "--json"], check=True, capture_output=True, text=True)
    spent = (time.perf_counter() - began) * 1_000
    states = Counter(outcome["state"] for outcome in json.loads(ran.stdout))
    if states != {state: DATASETS}:
        raise RuntimeError(f"expected {DATASETS} × {state}, found {dict(states)}")
    return spent


def _found(root: Path) -> float:
    """Milliseconds of the look at every file and contract, in a process that has loaded its libraries."""
    home = Home(root / "var")
    engine = create_store(home)
    began = time.perf_counter()
    due = changed(home, engine)
    spent = (time.perf_counter() - began) * 1_000
    engine.dispose()
    if due:
        raise RuntimeError(f"expected nothing to build, found {len(due)} datasets")
    return spent


def _plain(root: Path) -> float:
    program = (
        "import sys, pathlib, deltalake, pyarrow.csv as csv\n"
        "for file in sorted(pathlib.Path(sys.argv[1]).glob('*.csv')):\n"
        "    deltalake.write_deltalake(str(pathlib.Path(sys.argv[2]) / file.stem), csv.read_csv(file))\n"
    )
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", program, str(root / "in"), str(root / "plain")], check=True)
    return (time.perf_counter() - began) * 1_000


def _shares(root: Path) -> dict[str, float]:
    """Milliseconds of each part over the whole first build, from the timings the store keeps."""
    engine = create_store(Home(root / "var"))
    with reading(engine) as connection:
        kept = connection.execute(select(builds.c.timings).where(builds.c.state == "released")).scalars()
        stages: Counter[str] = Counter()
        for timings in kept:
            stages.update(timings)
    engine.dispose()
    shares = {part: sum(stages.pop(name, 0.0) for name in names) for part, names in SHARES.items()}
    shares["other stages"] = sum(stages.values())
    return shares


if __name__ == "__main__":
    for figure in run():
        print(f"{figure.bench}: {figure.ours:.2f} {figure.unit} (baseline {figure.baseline:.2f})")
