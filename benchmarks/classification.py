"""Classification: how right it is on labelled columns, beside Presidio, and what it costs beside writing.

Presidio is installed into an environment of its own with its recognisers of patterns, which need no
model; it judges values one by one, so a column is what the greater part of its values is. Its pattern of
cards ends at 17 digits, where domestic cards have 19. Where it cannot be installed, that is said and
nothing is compared. ``YBZ_BENCH_PRESIDIO`` may name an interpreter that has ``presidio-analyzer``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

import pyarrow as pa

from benchmarks.measure import Figure
from catalog.classify.evaluation import by_class, evaluate, weighted_f1
from catalog.classify.judging import judge
from catalog.classify.labelled import tables
from catalog.classify.run import classify
from contracts.model import Contract, Field, FieldType, Party

SET: Final = Path(__file__).resolve().parents[1] / "tests" / "classification"
PRESIDIO: Final = "presidio-analyzer==2.2.366"
ROWS: Final = 1_000_000
COLUMNS: Final = 20
# Its entity → our class; the classes both know and it finds without a model.
BOTH: Final = {
    "EMAIL_ADDRESS": "email",
    "CREDIT_CARD": "bank_card",
    "IP_ADDRESS": "ip_address",
    "PHONE_NUMBER": "phone",
    "MAC_ADDRESS": "mac_address",
}
_PHONES: Final = ("mobile", "landline")
_PROGRAM: Final = """
import collections, json, sys
from presidio_analyzer import RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpArtifacts
from presidio_analyzer import predefined_recognizers as known
makes = {"EmailRecognizer": {}, "CreditCardRecognizer": {}, "IpRecognizer": {}, "MacAddressRecognizer": {},
         "PhoneRecognizer": {"supported_regions": ("CN",)}}
tools = [getattr(known, name)(**words) for name, words in makes.items() if hasattr(known, name)]
said = []
for values in json.load(sys.stdin):
    votes = collections.Counter()
    for value in values:
        best = None
        for tool in tools:
            for hit in tool.analyze(text=value, entities=tool.supported_entities, nlp_artifacts=None) or ():
                if best is None or hit.score > best.score:
                    best = hit
        if best is not None and best.score >= 0.4:
            votes[best.entity_type] += 1
    entity, count = votes.most_common(1)[0] if votes else ("", 0)
    said.append(entity if values and count * 2 > len(values) else "")
print(json.dumps(said))
"""


def run() -> Iterator[Figure]:
    """The table of classes, the comparison, and the cost."""
    yield from _table()
    yield from _beside_presidio()
    yield _cost()


def _table() -> Iterator[Figure]:
    split = "held_out" if (SET / "held_out").is_dir() else "validation"
    found = evaluate(SET, split, judge)
    for kind, c in found["by_class"].items():
        figures = " ".join(f"{part} {c[part]:.3f}" for part in ("precision", "recall", "f1"))
        print(f"  {kind:24} {figures} columns {c['support']}")
    name = f"classification of {found['columns']} {split.replace('_', '-')} columns"
    by = "every column right"
    yield Figure(f"{name}: weighted F1", found["weighted_f1"], 1.0, "F1", "≥ 0.95", by)
    yield Figure(f"{name}: macro F1", found["macro_f1"], 1.0, "F1", "reported", by)
    low, of = found["under_classified"] * 100, f"of {found['sensitive_columns']} sensitive columns"
    yield Figure(f"{name}: judged too low, {of}", low, 100.0, "%", "≤ 1 %", "all of them too low")
    alone = found["under_classified_by_rules_alone"] * 100
    yield Figure(f"{name}: judged too low, nothing presumed", alone, 100.0, "%", "reported", "all of them")
    right = found["sensitive_precision"] * 100
    yield Figure(f"{name}: called sensitive rightly", right, 100.0, "%", "reported", "all called so rightly")


def _beside_presidio() -> Iterator[Figure]:
    classes = sorted(set(BOTH.values()))
    true, ours, values = [], [], []
    for columns, labels in tables(SET, "all"):
        said = judge(columns)
        for label in labels:
            true.append(_shared(label.kind))
            ours.append(_shared(said[label.heading].kind))
            values.append([v for v in columns[label.heading] if v is not None])
    theirs = _presidio(values)
    if theirs is None:
        return
    for who, said_of in (("ours", ours), ("presidio", theirs)):
        for kind, c in by_class(list(zip(true, said_of, strict=True))).items():
            if kind in classes:
                figures = f"precision {c.precision:.3f} recall {c.recall:.3f} columns {c.support}"
                print(f"  {who:9} {kind:12} {figures}")
    yield Figure(
        f"classification: weighted F1 over {', '.join(classes)}, all {len(true)} columns judged",
        weighted_f1(_known(true, ours, classes)),
        weighted_f1(_known(true, theirs, classes)),
        "F1",
        "above 1×",
        f"{PRESIDIO}, pattern recognisers, majority of values",
    )


def _known(true: Sequence[str], said: Sequence[str], classes: Sequence[str]) -> Mapping[str, Any]:
    made = by_class(list(zip(true, said, strict=True)))
    return {kind: c for kind, c in made.items() if kind in classes}


def _shared(kind: str) -> str:
    """Our class as both know it; ``none`` where only we do."""
    kind = "phone" if kind in _PHONES else kind
    return kind if kind in BOTH.values() else "none"


def _presidio(values: Sequence[Sequence[str]]) -> list[str] | None:
    """What Presidio says of each column, in the classes both know; None where it is not to be had."""
    with tempfile.TemporaryDirectory(prefix="ybz-presidio-") as folder:
        python = os.environ.get("YBZ_BENCH_PRESIDIO") or _installed(Path(folder))
        if python is None:
            return None
        done = subprocess.run(
            [python, "-I", "-c", _PROGRAM],
            input=json.dumps(values),
            capture_output=True,
            text=True,
            cwd=folder,
        )
    if done.returncode:
        print(
            f"  PRESIDIO DOES NOT RUN, nothing is compared: {done.stderr.splitlines()[-1]}", file=sys.stderr
        )
        return None
    return [BOTH.get(entity, "none") for entity in json.loads(done.stdout.splitlines()[-1])]


def _installed(folder: Path) -> str | None:
    venv.create(folder / "venv", with_pip=True)
    python = str(folder / "venv" / "bin" / "python")
    command = [python, "-m", "pip", "install", "--quiet", PRESIDIO]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        why = done.stderr.strip().splitlines()[-1:]
        print(f"  PRESIDIO CANNOT BE INSTALLED, nothing is compared: {' '.join(why)}", file=sys.stderr)
        return None
    return python


def _cost() -> Figure:
    from deltalake import write_deltalake

    table, contract = _register()
    with tempfile.TemporaryDirectory(prefix="ybz-classify-") as folder:
        start = time.perf_counter()
        write_deltalake(str(Path(folder) / "register"), table)
        writing = (time.perf_counter() - start) * 1000
    classify(contract, table.slice(0, 1000))  # dictionaries are read once a process
    start = time.perf_counter()
    classify(contract, table)
    judging = (time.perf_counter() - start) * 1000
    name = f"classify {ROWS:,} rows × {COLUMNS} columns"
    return Figure(name, judging, writing, "ms", "reported", "writing the same rows to Delta")


def _register() -> tuple[pa.Table, Contract]:
    """Columns of every sort, their values repeated to a million rows."""
    dice = Random(7)
    made: dict[str, pa.Array] = {}
    for columns, labels in tables(SET, "development"):
        for label in labels:
            values = columns[label.heading]
            if len(made) < COLUMNS:
                made[f"c{len(made)}"] = pa.array(dice.choices(values, k=ROWS), pa.string())
    fields = tuple(Field(name, type=FieldType.STRING) for name in made)
    return pa.table(made), Contract("bench", "bench", "bench", "classified", Party("bench"), fields)
