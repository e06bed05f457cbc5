"""How a source is told, judged by the rules of the set and written."""

import csv
import random
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from .people import Row

SENSITIVE = {
    "medical", "biometric", "religion", "criminal_record", "bank_card", "account", "military_id", "minor",
}  # fmt: skip
DIRECT = {
    "resident_id", "residence_permit", "foreign_resident_permit",
    "hk_macao_permit", "taiwan_permit", "passport",
    "social_security_number", "driver_file_number", "income", "housing_certificate",
}  # fmt: skip
PLAIN = {
    "mobile", "landline", "email", "plate", "vin",
    "imei", "person_name", "date_of_birth", "address", "ip_address",
    "mac_address", "ethnic_group", "sex", "marital_status", "political_status", "education", "free_text",
}  # fmt: skip
OF_THINGS = {
    "uscc", "organisation_code", "business_licence", "enterprise_name", "division_code", "postcode",
}  # fmt: skip
SEATS = {
    "mobile", "landline", "email", "plate", "vin", "imei", "address", "ip_address", "mac_address", "account",
    "bank_card", "housing_certificate",
}  # fmt: skip
KINDS = SENSITIVE | DIRECT | PLAIN | OF_THINGS | {"coordinates", "none"}
CHALLENGES = {"", "lookalike", "heading", "dirty", "mixed", "masked", "small", "empty", "width"}
LABELS = ("table", "place", "heading", "kind", "personal", "sensitive", "grade", "challenge")


@dataclass(frozen=True)
class Column:
    """A column: its heading, what it holds, who makes a cell and what makes it hard."""

    heading: str
    kind: str
    make: Callable[[Row], str]
    challenge: str = ""
    flag: str = ""


@dataclass(frozen=True)
class Table:
    """A table about persons, children or things."""

    name: str
    about: str
    rows: int
    columns: list[Column]
    ages: tuple[int, int] = (18, 84)


@dataclass(frozen=True)
class Source:
    """An imagined system."""

    name: str
    tables: list[Table]


def judge(column: Column, about: str) -> tuple[str, str, int]:
    """Whether a column is personal and sensitive, and its grade; a flag says what the kind does not."""
    kind, flag = column.kind, column.flag
    if flag == "n":
        return "no", "no", 1
    if flag in ("p2", "p3", "p4"):
        grade = 4 if about == "child" else int(flag[1])
        return "yes", "yes" if grade == 4 else "no", grade
    if kind == "none" or kind in OF_THINGS or (about == "thing" and kind in SEATS | {"coordinates"}):
        return "no", "no", 1
    if about == "child" or kind in SENSITIVE or kind == "coordinates":
        return "yes", "yes", 4
    return "yes", "no", 3 if kind in DIRECT else 2


def write(sources: Iterable[Source], home: Path) -> None:
    """Write every source below home; each table has a seed of its own."""
    for source in sources:
        folder = home / source.name
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        labels = [LABELS]
        for table in source.tables:
            g = random.Random(f"city systems {source.name} {table.name}")
            rows = [Row(g, i, table.ages) for i in range(table.rows)]
            gaps = [_gap(g) for _ in table.columns]
            cells = [
                [gap(g, column.make(row)) for column, gap in zip(table.columns, gaps, strict=True)]
                for row in rows
            ]
            _save(folder / f"{table.name}.csv", [[column.heading for column in table.columns], *cells])
            for place, column in enumerate(table.columns, 1):
                personal, sensitive, grade = judge(column, table.about)
                about = (personal, sensitive, grade, column.challenge)
                labels.append((table.name, place, column.heading, column.kind, *about))
        _save(folder / "labels.csv", labels)


def _gap(g: random.Random) -> Callable[[random.Random, str], str]:
    """What a column writes where nobody filled it in: nothing for most, sometimes a word of the database."""
    share = g.choice((0, 0, 0, 0.02, 0.05, 0.12))
    word = g.choice(("", "", "", "", "", "", "NULL", "-", "\\N"))
    return lambda chance, cell: word if cell and share and chance.random() < share else cell


def _save(path: Path, rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
