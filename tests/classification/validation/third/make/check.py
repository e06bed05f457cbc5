"""Whether what was written has the form and the consistency the README asks for."""

import csv
from collections import Counter
from pathlib import Path

from .frame import CHALLENGES, DIRECT, KINDS, LABELS, OF_THINGS, SENSITIVE

LEAST, LEAST_SENSITIVE = 6, 12


def faults(home: Path, names: list[str]) -> list[str]:
    """What is wrong, one line each."""
    wrong: list[str] = []
    kinds: Counter[str] = Counter()
    for name in names:
        with (home / name / "labels.csv").open(encoding="utf-8", newline="") as file:
            labels = list(csv.DictReader(file))
        if tuple(labels[0]) != LABELS:
            wrong.append(f"{name}: the labels have other headings")
        tables = {path.stem: _read(path) for path in (home / name).glob("*.csv") if path.stem != "labels"}
        told = {(label["table"], int(label["place"])) for label in labels}
        held = {(table, place + 1) for table, rows in tables.items() for place in range(len(rows[0]))}
        if told != held or len(labels) != len(held):
            wrong.append(f"{name}: columns and labels differ: {sorted(told ^ held)}")
        for table, rows in tables.items():
            if not 30 <= len(rows) - 1 <= 80 or len(set(rows[0])) != len(rows[0]):
                wrong.append(f"{name}.{table}: rows or headings")
            if any(len(row) != len(rows[0]) for row in rows):
                wrong.append(f"{name}.{table}: rows of several lengths")
        children = {label["table"] for label in labels if label["kind"] == "minor"}
        for label in labels:
            kinds[label["kind"]] += 1
            rows = tables[label["table"]]
            cells = [row[int(label["place"]) - 1] for row in rows[1:]]
            where = f"{name}.{label['table']}.{label['heading']}"
            if rows[0][int(label["place"]) - 1] != label["heading"]:
                wrong.append(f"{where}: another heading")
            wrong += [f"{where}: {fault}" for fault in _label(label, cells, label["table"] in children)]
    for kind in KINDS:
        if kinds[kind] < (LEAST_SENSITIVE if kind in SENSITIVE else LEAST):
            wrong.append(f"{kind}: only {kinds[kind]}")
    return wrong


def _label(label: dict[str, str], cells: list[str], children: bool) -> list[str]:
    kind, grade = label["kind"], label["grade"]
    personal, sensitive = label["personal"] == "yes", label["sensitive"] == "yes"
    wrong = []
    if kind not in KINDS or label["challenge"] not in CHALLENGES:
        wrong.append("no such kind or challenge")
    if sensitive != (grade == "4") or personal != (grade != "1"):
        wrong.append("grade and judgement differ")
    if sensitive and not personal:
        wrong.append("sensitive but not personal")
    if kind in OF_THINGS and personal:
        wrong.append("a code of an enterprise or office that is personal")
    if personal and kind in SENSITIVE and not sensitive:
        wrong.append("a sensitive kind that is not")
    if personal and kind in DIRECT and grade not in "34":
        wrong.append("a direct identifier below 3")
    if children and personal and not sensitive:
        wrong.append("a personal column of children that is not sensitive")
    empty = not any(cell.strip() for cell in cells)
    if empty != (label["challenge"] == "empty") or (empty and kind != "none"):
        wrong.append("an empty column told as another, or the other way about")
    return wrong


def _read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))
