"""Check the written set: form, grades, numbers of every class."""

import csv
from collections import Counter
from pathlib import Path

from .words import split

SENSITIVE = split(
    "medical religion criminal_record bank_card biometric military_id minor account coordinates"
)
DIRECT = set(
    split(
        "resident_id residence_permit foreign_resident_permit hk_macao_permit taiwan_permit passport "
        "social_security_number driver_file_number income"
    )
)
OTHERS = split(
    "uscc organisation_code business_licence mobile landline email plate vin imei "
    "person_name enterprise_name date_of_birth "
    "address housing_certificate division_code postcode ip_address mac_address "
    "ethnic_group sex marital_status "
    "political_status education free_text none"
)
CHALLENGES = {"", "lookalike", "heading", "dirty", "mixed", "masked", "small", "empty", "width"}
KINDS = {*SENSITIVE, *DIRECT, *OTHERS}


def main(out: Path) -> int:
    """Print the numbers; 1 when something is wrong."""
    wrong: list[str] = []
    kinds, hard, sensitive, sources = Counter(), Counter(), Counter(), 0
    for path in sorted(out.glob("*/labels.csv")):
        sources += 1
        with path.open(encoding="utf-8", newline="") as f:
            labels = list(csv.DictReader(f))
        for table in dict.fromkeys(r["table"] for r in labels):
            wrong += check(path.parent / f"{table}.csv", [r for r in labels if r["table"] == table])
        for r in labels:
            kinds[r["kind"]] += 1
            hard[r["challenge"] or "-"] += 1
            sensitive[r["kind"]] += r["sensitive"] == "yes"
    for k in sorted(KINDS):
        least = 12 if k in SENSITIVE else 6
        have = sensitive[k] if k in SENSITIVE else kinds[k]
        if have < least:
            wrong.append(f"{k}: {have} of {least}")
    print(f"{sources} sources, {kinds.total()} columns, {sensitive.total()} sensitive; {dict(hard)}")
    print("\n".join(f"{k} {n} ({sensitive[k]} sensitive)" for k, n in kinds.most_common()))
    print("\n".join(wrong) or "nothing wrong")
    return bool(wrong)


def check(path: Path, labels: list[dict[str, str]]) -> list[str]:
    """One table against its labels."""
    with path.open(encoding="utf-8", newline="") as f:
        head, *rows = csv.reader(f)
    where, wrong = f"{path.parent.name}/{path.stem}", []
    places = [str(i + 1) for i in range(len(head))]
    if [r["heading"] for r in labels] != head or [r["place"] for r in labels] != places:
        wrong.append(f"{where}: headings or places differ")
    if len(set(head)) < len(head) or not 30 <= len(rows) <= 80 or any(len(r) != len(head) for r in rows):
        wrong.append(f"{where}: doubled headings or number of rows")
    child = any(r["kind"] == "minor" for r in labels)
    for i, r in enumerate(labels):
        got = (r["personal"], r["sensitive"], r["grade"])
        if r["kind"] not in KINDS or r["challenge"] not in CHALLENGES:
            wrong.append(f"{where}.{r['heading']}: unknown kind or challenge")
        if "-".join(got) not in {"no-no-1", "yes-no-2", "yes-no-3", "yes-yes-4"}:
            wrong.append(f"{where}.{r['heading']}: grades {got}")
        if child and r["personal"] == "yes" and r["grade"] != "4":
            wrong.append(f"{where}.{r['heading']}: a child's, not 4")
        if r["kind"] in DIRECT and r["grade"] not in "34":
            wrong.append(f"{where}.{r['heading']}: direct identifier with grade {r['grade']}")
        if not any(row[i].strip() for row in rows) and (r["kind"] != "none" or r["challenge"] != "empty"):
            wrong.append(f"{where}.{r['heading']}: empty")
    return wrong
