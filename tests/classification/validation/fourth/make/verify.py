"""Read the written set and check its form against the README, apart from the program that labels."""

import csv
import re
from collections import Counter
from pathlib import Path

KINDS = frozenset(
    [
        "resident_id",
        "residence_permit",
        "foreign_resident_permit",
        "hk_macao_permit",
        "taiwan_permit",
        "passport",
        "military_id",
        "social_security_number",
        "driver_file_number",
        "uscc",
        "organisation_code",
        "business_licence",
        "mobile",
        "landline",
        "email",
        "account",
        "bank_card",
        "plate",
        "vin",
        "imei",
        "person_name",
        "enterprise_name",
        "date_of_birth",
        "minor",
        "address",
        "housing_certificate",
        "division_code",
        "postcode",
        "coordinates",
        "ip_address",
        "mac_address",
        "medical",
        "religion",
        "ethnic_group",
        "sex",
        "marital_status",
        "biometric",
        "income",
        "criminal_record",
        "political_status",
        "education",
        "free_text",
        "none",
    ]
)
ALWAYS_4 = frozenset(["medical", "biometric", "religion", "criminal_record", "military_id", "minor"])
THREE = frozenset(
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
NEVER = frozenset(
    ["uscc", "organisation_code", "business_licence", "enterprise_name", "division_code", "postcode"]
)
CHALLENGES = frozenset(["", "lookalike", "heading", "dirty", "mixed", "masked", "small", "empty", "width"])
AT_LEAST = dict.fromkeys((*ALWAYS_4, "bank_card", "account", "coordinates"), 12)


def _read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def _expected(kind: str, personal: str, grade: int, child: bool) -> str:
    """What is wrong with a label, or nothing."""
    if kind in NEVER and (personal, grade) != ("no", 1):
        return "a public kind is personal"
    if kind in ALWAYS_4 and grade != 4:
        return "a grave kind is not of grade 4"
    if kind in THREE and (personal != "yes" or grade != (4 if child else 3)):
        return "an identifier is not of grade 3 (4 for children)"
    if kind in {"bank_card", "coordinates"} and (personal, grade) not in {("yes", 4), ("no", 1)}:
        return "a card or place is neither a person's nor a thing's"
    if personal == "yes" and child and grade != 4:
        return "a child's column is not sensitive"
    if personal == "no" and grade != 1:
        return "not personal and not of grade 1"
    if kind == "none" and personal == "yes" and grade != (4 if child else 2):
        return "a number of a person is not of grade 2"
    return ""


def _text(cells: list[str], grade: int, child: bool) -> str:
    """Whether the grade of a text is that of what a fifth of its cells hide."""
    filled = [cell for cell in cells if cell.strip()]
    cards = sum(bool(re.search(r"(?<!\d)62\d{14,17}(?!\d)", cell)) for cell in filled) / len(filled)
    numbers = sum(bool(re.search(r"(?<!\d)\d{17}[\dX](?!\d)", cell)) for cell in filled) / len(filled)
    right = 4 if child or cards >= 0.2 else 3 if numbers >= 0.2 else 2
    return "" if grade == right else f"a text of grade {right}"


def problems(root: Path) -> list[str]:
    """Everything that is not as the README says."""
    found: list[str] = []
    kinds: Counter[str] = Counter()
    for path in sorted(root.glob("*/labels.csv")):
        head, *labels = _read(path)
        if head != ["table", "place", "heading", "kind", "personal", "sensitive", "grade", "challenge"]:
            found.append(f"{path}: headings")
        named = {label[0] for label in labels}
        files = {file.stem for file in path.parent.glob("*.csv")} - {"labels"}
        if named != files:
            found.append(f"{path}: tables {named ^ files}")
        for table in sorted(named & files):
            headings, *rows = _read(path.parent / f"{table}.csv")
            mine = [label for label in labels if label[0] == table]
            child = any(label[3] == "minor" for label in mine)
            if [(label[1], label[2]) for label in mine] != [
                (str(at), text) for at, text in enumerate(headings, 1)
            ]:
                found.append(f"{path.parent.name}/{table}: places or headings")
            if not 30 <= len(rows) <= 80 or any(len(row) != len(headings) for row in rows):
                found.append(f"{path.parent.name}/{table}: rows")
            if len(set(headings)) != len(headings):
                found.append(f"{path.parent.name}/{table}: heading twice")
            for _, place, heading, kind, personal, sensitive, grade, challenge in mine:
                kinds[kind] += 1
                wrong = _expected(kind, personal, int(grade), child)
                if (
                    kind not in KINDS
                    or challenge not in CHALLENGES
                    or not {personal, sensitive} <= {"yes", "no"}
                ):
                    wrong = "a word that is not one of the README's"
                if (sensitive == "yes") != (grade == "4"):
                    wrong = "sensitive and grade disagree"
                empty = not any(row[int(place) - 1].strip() for row in rows)
                if empty != (challenge == "empty") or (empty and kind != "none"):
                    wrong = "emptiness and label disagree"
                if kind == "free_text" and not wrong:
                    wrong = _text([row[int(place) - 1] for row in rows], int(grade), child)
                if wrong:
                    found.append(f"{path.parent.name}/{table}.{heading}: {wrong}")
    found += [f"{kind}: only {kinds[kind]}" for kind in sorted(KINDS) if kinds[kind] < AT_LEAST.get(kind, 6)]
    return found


def tally(root: Path) -> tuple[Counter[str], Counter[str], Counter[str], Counter[str]]:
    """How many columns by kind, how many of them sensitive, by grade, by challenge."""
    lines = [line for path in sorted(root.glob("*/labels.csv")) for line in _read(path)[1:]]
    return (
        Counter(line[3] for line in lines),
        Counter(line[3] for line in lines if line[5] == "yes"),
        Counter(line[6] for line in lines),
        Counter(line[7] for line in lines),
    )


def main() -> None:
    """Print the tally and what is wrong."""
    root = Path(__file__).resolve().parent.parent
    kinds, sensitive, grades, challenges = tally(root)
    for kind, count in sorted(kinds.items()):
        print(f"{kind:26}{count:5}{sensitive[kind]:5}")
    print(
        sum(kinds.values()), "columns,", sum(sensitive.values()), "sensitive;", dict(grades), dict(challenges)
    )
    print("\n".join(problems(root)) or "no problems")


if __name__ == "__main__":
    main()
