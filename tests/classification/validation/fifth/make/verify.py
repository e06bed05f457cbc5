"""Checks the form of the folders and their grades, and counts the columns by kind."""

import csv
from collections import Counter

from .base import CHALLENGES, KINDS, NEVER, SENSITIVE

HEADS = ["table", "place", "heading", "kind", "personal", "sensitive", "grade", "challenge"]


def verify(root):
    """Stop at the first fault; otherwise print what the set holds."""
    kinds, grades, challenges, sensitive, tables = Counter(), Counter(), Counter(), Counter(), 0
    headings = Counter()
    for labels in sorted(root.glob("*/labels.csv")):
        rows = list(csv.reader(labels.open(encoding="utf-8", newline="")))
        assert rows[0] == HEADS, labels
        named = {row[0] for row in rows[1:]}
        assert named == {f.stem for f in labels.parent.glob("*.csv")} - {"labels"}, labels
        for table in sorted(named):
            tables += 1
            check_table(labels.parent / f"{table}.csv", [row for row in rows[1:] if row[0] == table])
        for row in rows[1:]:
            kinds[row[3]] += 1
            sensitive[row[3]] += row[5] == "yes"
            grades[row[6]] += 1
            challenges[row[7]] += 1
            headings[row[2]] += 1
    print(f"{tables} tables, {sum(kinds.values())} columns, {len(headings)} headings", end=", ")
    print(f"{sum(sensitive.values())} sensitive")
    print("grades", dict(sorted(grades.items())), "challenges", dict(challenges))
    for kind in sorted(KINDS):
        print(f"{kind:26} {kinds[kind]:4} sensitive {sensitive[kind]:4}")


def check_table(path, labels):
    rows = list(csv.reader(path.open(encoding="utf-8", newline="")))
    assert [label[2] for label in labels] == rows[0], path
    assert [int(label[1]) for label in labels] == list(range(1, len(rows[0]) + 1)), path
    assert len(set(rows[0])) == len(rows[0]), path
    assert 30 <= len(rows) - 1 <= 60 or any(label[7] == "small" for label in labels), path
    assert all(len(row) == len(rows[0]) for row in rows), path
    for _, place, heading, kind, personal, sensitive, grade, challenge in labels:
        where = (path, heading)
        assert kind in KINDS, where
        assert challenge in CHALLENGES, where
        assert grade in {"1", "2", "3", "4"}, where
        assert (personal == "yes") == (grade != "1"), where
        assert (sensitive == "yes") == (grade == "4"), where
        assert grade == "1" or kind not in NEVER, where
        assert grade == "4" or kind not in SENSITIVE or kind == "bank_card", where
        filled = any(row[int(place) - 1] for row in rows[1:])
        assert filled == (challenge != "empty"), where
