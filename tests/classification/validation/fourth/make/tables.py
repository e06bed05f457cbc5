"""Tables, columns, the rule that labels them, and their writing."""

import csv
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .people import Row

Maker = Callable[[Row], object]

# Kinds whose values are of a person wherever they stand.
IDENTITY = frozenset(
    [
        "resident_id",
        "residence_permit",
        "foreign_resident_permit",
        "hk_macao_permit",
        "taiwan_permit",
        "passport",
        "social_security_number",
        "driver_file_number",
        "income",
        "housing_certificate",
    ]
)
GRAVE = frozenset(["military_id", "medical", "religion", "criminal_record", "biometric", "minor"])
PLAIN = frozenset(
    [
        "person_name",
        "date_of_birth",
        "sex",
        "marital_status",
        "ethnic_group",
        "political_status",
        "education",
        "free_text",
    ]
)
# Kinds that are a person's only where the rows are about persons.
BY_TABLE = frozenset(
    [
        "mobile",
        "landline",
        "email",
        "account",
        "bank_card",
        "plate",
        "vin",
        "imei",
        "address",
        "coordinates",
        "ip_address",
        "mac_address",
    ]
)
# Kinds that are never a person's.
PUBLIC = frozenset(
    ["uscc", "organisation_code", "business_licence", "enterprise_name", "division_code", "postcode"]
)
KINDS = IDENTITY | GRAVE | PLAIN | BY_TABLE | PUBLIC | {"none"}
CHALLENGES = frozenset(["", "lookalike", "heading", "dirty", "mixed", "masked", "small", "empty", "width"])


@dataclass
class Col:
    """A column: heading, kind, maker of values; `of` says whose it is where the table does not."""

    heading: str
    kind: str
    make: Maker
    challenge: str = ""
    blank: float = 0.0
    of: str = ""
    grade: int = 0


@dataclass
class Table:
    """A table; `about` is person, child (under 14) or thing."""

    name: str
    about: str
    rows: int
    cols: list[Col]
    ages: tuple[int, int] = (19, 80)


def judge(table: Table, col: Col) -> tuple[bool, bool, int]:
    """Whether a column is personal, whether sensitive, and its grade."""
    of = col.of or ("thing" if table.about == "thing" else "person")
    kind = col.kind
    if kind in PUBLIC or (kind in BY_TABLE and of == "thing") or (kind == "none" and col.of != "person"):
        return False, False, 1
    grade = 2
    if kind in IDENTITY:
        grade = 3
    if kind in GRAVE or kind in {"bank_card", "coordinates"}:
        grade = 4
    grade = max(grade, col.grade, 4 if table.about == "child" else 1)
    return True, grade == 4, grade


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def write(source: str, tables: list[Table], root: Path, seed: int) -> None:
    """Write one source."""
    folder = root / source
    folder.mkdir(exist_ok=True)
    labels = []
    for table in tables:
        rng = random.Random(f"{seed}/{source}/{table.name}")
        rows = [Row(rng, number, table.ages) for number in range(1, table.rows + 1)]
        lines = []
        for row in rows:
            cells = [_cell(col.make(row)) for col in table.cols]
            lines.append(
                [
                    "" if col.blank and rng.random() < col.blank else cell
                    for col, cell in zip(table.cols, cells, strict=True)
                ]
            )
        with (folder / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow([col.heading for col in table.cols])
            writer.writerows(lines)
        for place, col in enumerate(table.cols, 1):
            personal, sensitive, grade = judge(table, col)
            yes = {True: "yes", False: "no"}
            labels.append(
                [
                    table.name,
                    place,
                    col.heading,
                    col.kind,
                    yes[personal],
                    yes[sensitive],
                    grade,
                    col.challenge,
                ]
            )
    with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["table", "place", "heading", "kind", "personal", "sensitive", "grade", "challenge"])
        writer.writerows(labels)
