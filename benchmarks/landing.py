"""Landing: a large delimited file in little memory, and a small one in little time.

Each measurement runs in a process of its own. Memory is reported as the kernel counts it: the highest
anonymous memory (what the process needs) apart from pages of mapped files (which the kernel takes back
whenever it likes). The large file is landed again under a limit on data segments it could not exceed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Figure

# Size of the large file, bytes; smaller for a quick look.
SIZE_BYTES = int(os.environ.get("YBZ_BENCH_LANDING_BYTES", 2 * 1000**3))
# What landing and typing it may take of memory, bytes.
LIMIT_BYTES = 1024**3
_LINES = 200_000
_MIB = 1024**2


def run() -> Iterator[Figure]:
    """Figures of the landing of one file, the baseline being Arrow reading the same file as text."""
    with tempfile.TemporaryDirectory(prefix="ybz-landing-", dir=os.environ.get("YBZ_BENCH_DIR")) as made:
        folder = Path(made)
        size = _write(folder / "large.csv", SIZE_BYTES)
        ours = _child("ours", folder / "large.csv", limit=LIMIT_BYTES)
        base = _child("arrow", folder / "large.csv")
        name = f"{size / 1000**3:.1f} GB of delimited text"
        yield Figure(
            f"{name}: landed and typed, highest anonymous memory, under a hard limit of 1 GiB",
            ours["anonymous"] / _MIB,
            base["anonymous"] / _MIB,
            "MiB",
            "ours below 1,024 MiB",
            "pyarrow.csv.read_csv of the same file as text",
        )
        yield Figure(
            f"{name}: landed and typed, highest resident memory, mapped files included",
            ours["resident"] / _MIB,
            base["resident"] / _MIB,
            "MiB",
            "reported",
            "pyarrow.csv.read_csv of the same file as text",
        )
        yield Figure(
            f"{name}: landed, line by line accounted for",
            ours["land_ms"],
            base["land_ms"],
            "ms",
            "reported",
            "pyarrow.csv.read_csv of the same file as text, 2 threads",
        )
        _write(folder / "small.csv", 0)
        small, plain = _child("ours", folder / "small.csv"), _child("arrow", folder / "small.csv")
        yield Figure(
            "1,000 rows of delimited text: landed",
            small["land_ms"],
            plain["land_ms"],
            "ms",
            "ours below 10 ms",
            "pyarrow.csv.read_csv of the same file as text",
        )


def _write(path: Path, size: int) -> int:
    """A file of at least so many bytes; of 1,000 rows where 0."""
    heading = "编号,姓名,证件号码,住址,登记日期,金额,状态,备注\n"
    lines = [
        f"{i},张某{i % 997},53010219{60 + i % 40}0{1 + i % 9}1{i % 10}{i % 10000:04d},"
        f'"城东街道第{i % 300}社区,{i % 90}号",'
        f"20{10 + i % 15}-0{1 + i % 9}-1{i % 10},{i % 9000}.{i % 100:02d},在册,无\n"
        for i in range(_LINES if size else 1000)
    ]
    block = "".join(lines).encode()
    with path.open("wb") as file:
        file.write(heading.encode())
        written = file.write(block)
        while written < size:
            written += file.write(block)
    return path.stat().st_size


def _child(who: str, path: Path, limit: int = 0) -> dict[str, float]:
    """What a process of its own reports."""
    command = [sys.executable, "-m", "benchmarks.landing", who, str(path), str(limit)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _measured(who: str, path: Path, limit: int) -> dict[str, float]:
    import resource
    import threading
    import time

    watch = _Watch()
    threading.Thread(target=watch.look, daemon=True).start()
    if limit:
        # Counts private writable memory, mapped files left out: exactly what must stay small.
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    land_ms, typed_ms = (_ours if who == "ours" else _arrow)(path)
    watch.ended = True
    time.sleep(0.05)
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"anonymous": watch.highest, "resident": resident, "land_ms": land_ms, "typed_ms": typed_ms}


class _Watch:
    """Looks at the anonymous memory of this process again and again."""

    def __init__(self) -> None:
        self.highest = 0
        self.ended = False

    def look(self) -> None:
        import time

        while not self.ended:
            status = Path("/proc/self/status").read_text()
            line = next(x for x in status.splitlines() if x.startswith("RssAnon"))
            self.highest = max(self.highest, int(line.split()[1]) * 1024)
            time.sleep(0.01)


def _ours(path: Path) -> tuple[float, float]:
    import time

    from catalog.intake.landing.landing import land
    from catalog.intake.landing.typing import typed_rows
    from contracts.model import Contract, Field, FieldType, Party, Source, SourceFormat

    kinds = {"编号": FieldType.INTEGER, "登记日期": FieldType.DATE, "金额": FieldType.NUMBER}
    headings = ["编号", "姓名", "证件号码", "住址", "登记日期", "金额", "状态", "备注"]
    contract = Contract(
        id="bench",
        title="登记",
        schema="bench",
        table="landing",
        department=Party("某局"),
        fields=tuple(
            Field(name=f"f{i}", business_name=h, type=kinds.get(h, FieldType.STRING), scale=2)
            for i, h in enumerate(headings)
        ),
        sources=(Source("one", SourceFormat.CSV, path.name),),
    )
    spill = path.parent / "spill"
    if path.stat().st_size < _MIB:
        land(contract, path.parent)
    began = time.perf_counter()
    landed = land(contract, path.parent, spill=spill)
    between = time.perf_counter()
    rows = typed_rows(contract, landed, spill=spill)
    ended = time.perf_counter()
    if rows.typed.num_rows + rows.rejected.num_rows != landed.counts.landed:
        raise SystemExit("rows were lost")
    return (between - began) * 1000, (ended - between) * 1000


def _arrow(path: Path) -> tuple[float, float]:
    import time

    import pyarrow as pa
    from pyarrow import csv

    names = path.open(encoding="utf-8").readline().strip().split(",")
    options = csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
    if path.stat().st_size < _MIB:
        csv.read_csv(path, convert_options=options)
    began = time.perf_counter()
    csv.read_csv(path, convert_options=options)
    return (time.perf_counter() - began) * 1000, 0.0


if __name__ == "__main__":
    print(json.dumps(_measured(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
