"""A table's description, the persons of its rows, and the writing of folders."""

import csv
import datetime as dt
import random
import re
from dataclasses import dataclass, field
from pathlib import Path

from . import numbers
from .words import COMPOUND, DISTRICTS, ESTATES, ETHNIC, GIVEN_F, GIVEN_M, MINORITY_NAMES, ROADS, SURNAMES

SEED = "fifth-20251121"
NEVER = {"uscc", "organisation_code", "business_licence", "enterprise_name", "division_code", "postcode"}
SENSITIVE = {"medical", "biometric", "religion", "criminal_record", "bank_card", "military_id", "minor"}
DIRECT = {
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
}
THINGS = {
    "none",
    "address",
    "landline",
    "email",
    "coordinates",
    "ip_address",
    "mac_address",
    "plate",
    "vin",
    "imei",
}
PLAIN = {
    "account",
    "mobile",
    "person_name",
    "date_of_birth",
    "ethnic_group",
    "sex",
    "marital_status",
    "political_status",
    "education",
    "free_text",
}
KINDS = NEVER | SENSITIVE | DIRECT | THINGS | PLAIN
CHALLENGES = {"", "lookalike", "heading", "dirty", "mixed", "masked", "small", "empty", "width"}


def grade_of(kind, about):
    """The grade the rules of the README give a kind in a table about persons, children or things."""
    if kind in NEVER or (about == "thing" and kind in THINGS):
        return 1
    if about == "child" or kind in SENSITIVE or kind == "coordinates":
        return 4
    return 3 if kind in DIRECT else 2


def hidden(cells):
    """The grade text has by the numbers it hides in a fifth of its cells or more."""
    fifth = len(cells) / 5
    if sum(bool(re.search(r"62\d{14}", cell)) for cell in cells) >= fifth:
        return 4
    return 3 if sum(bool(re.search(r"\d{17}[\dX]", cell)) for cell in cells) >= fifth else 2


def a_date(r, first, last):
    start = dt.date(first, 1, 1)
    return start + dt.timedelta(days=r.randrange((dt.date(last, 12, 31) - start).days))


def a_name(r, male):
    if r.random() < 0.03:
        return r.choice(MINORITY_NAMES)
    family = r.choice(COMPOUND) if r.random() < 0.02 else r.choice(SURNAMES)
    given = GIVEN_M if male else GIVEN_F
    return family + "".join(r.choice(given) for _ in range(1 if r.random() < 0.25 else 2))


class Person:
    """Who a row is about; the row's values agree with each other."""

    def __init__(self, r, i, years, women=False):
        self.r, self.i = r, i
        self.male = not women and r.random() < 0.52
        self.name = a_name(r, self.male)
        self.birth = a_date(r, *years)
        self.region, self.place = r.choice(DISTRICTS)
        self.id = numbers.resident(r, self.birth, self.male, self.region)
        self.tel = numbers.mobile(r)
        self.ethnic = r.choice(ETHNIC)

    @property
    def address(self):
        r = self.r
        where = r.choice(ROADS) + f"{r.randrange(1, 400)}号"
        if r.random() < 0.6:
            where += r.choice(ESTATES) + f"{r.randrange(1, 30)}幢{r.randrange(1, 4)}单元"
            where += f"{r.randrange(1, 25)}0{r.randrange(1, 5)}室"
        return self.place + where


@dataclass
class Table:
    name: str
    about: str  # person, child or thing
    rows: int
    columns: list  # (heading, kind, maker, [grade], [challenge])
    years: tuple = (1948, 2004)
    women: bool = False
    labels: list = field(default_factory=list)

    def made(self, source):
        r = random.Random(f"{SEED}/{source}/{self.name}")
        years = (2012, 2023) if self.about == "child" else self.years
        people = [Person(r, i, years, self.women) for i in range(self.rows)]
        columns = [[str(c[2](p)) for p in people] for c in self.columns]
        self.labels = []
        for place, (heading, kind, _, *rest) in enumerate(self.columns, 1):
            usual = grade_of(kind, self.about)
            if kind == "free_text":
                usual = max(usual, hidden(columns[place - 1]))
            grade = next((x for x in rest if isinstance(x, int)), usual)
            challenge = next((x for x in rest if isinstance(x, str)), "")
            yes = ["yes" if grade > 1 else "no", "yes" if grade == 4 else "no"]
            self.labels.append([self.name, place, heading, kind, *yes, grade, challenge])
        return [list(row) for row in zip(*columns, strict=True)]


def write(root: Path, source: str, tables):
    """Write one source's folder: its tables and their labels."""
    folder = root / source
    folder.mkdir(parents=True, exist_ok=True)
    labels = []
    for table in tables:
        rows = table.made(source)
        save(folder / f"{table.name}.csv", [c[0] for c in table.columns], rows)
        labels += table.labels
    heads = ["table", "place", "heading", "kind", "personal", "sensitive", "grade", "challenge"]
    save(folder / "labels.csv", heads, labels)


def save(path, heads, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(heads)
        out.writerows(rows)
