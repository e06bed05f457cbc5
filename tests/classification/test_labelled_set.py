"""The labelled set is what its page says: large, split by source, adversarial, made by its programs."""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from catalog.classify.evaluation import evaluate
from catalog.classify.judging import judge
from catalog.classify.labelled import Label, tables
from catalog.classify.presumption import PRESUMED
from policies.grading import IN_FORCE
from policies.rulebook import rule
from tests.classification import digits
from tests.classification.development.shared import make as development
from tests.classification.held_out.make.__main__ import write_all as write_held_out
from tests.classification.making import write
from tests.classification.validation.fifth.make.__main__ import main as write_fifth
from tests.classification.validation.first.make.sources import SOURCES as FIRST
from tests.classification.validation.fourth.make.__main__ import main as write_fourth
from tests.classification.validation.second.make.sources import SOURCES as SECOND
from tests.classification.validation.seventh.make.__main__ import main as write_seventh
from tests.classification.validation.sixth.make import SOURCES as SIXTH
from tests.classification.validation.third.make.__main__ import SOURCES as THIRD
from tests.classification.validation.third.make.frame import write as write_third

ROOT = Path(__file__).parent
PARTS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
KINDS = {str(kind) for kind in rule("grading", "findings", IN_FORCE).value} - {"presumed"}


@cache
def labels(split: str) -> tuple[Label, ...]:
    """Labels of a split, or of one part of the validation."""
    root = ROOT / "validation" / split if split in PARTS else ROOT
    return tuple(label for _, labelled in tables(root, split) for label in labelled)


@pytest.mark.parametrize("part", PARTS)
def test_every_validation_part_has_at_least_450_columns_of_20_sources_and_every_kind(part: str) -> None:
    found = labels(part)

    assert len(found) >= 450
    assert len({label.source for label in found}) >= 20
    assert {label.kind for label in found} == KINDS


def test_every_kind_is_in_the_validation_part_and_no_other_word() -> None:
    assert {label.kind for label in labels("validation")} == KINDS
    assert {label.kind for label in labels("all")} <= KINDS


def test_at_least_90_validation_columns_are_adversarial_in_every_way() -> None:
    hard = Counter(label.challenge for label in labels("validation") if label.challenge)

    assert hard.total() >= 90
    assert set(hard) == {"lookalike", "heading", "dirty", "mixed", "masked", "small", "empty", "width"}
    assert hard["lookalike"] >= 60


def folded(heading: str) -> str:
    """A heading without its case and its width."""
    return unicodedata.normalize("NFKC", heading).casefold().strip()


def test_the_held_out_part_has_320_columns_of_20_sources_and_every_kind_twice() -> None:
    held_out = labels("held_out")
    kinds = Counter(label.kind for label in held_out)

    assert len(held_out) >= 320
    assert len({label.source for label in held_out}) >= 20
    assert set(kinds) == KINDS
    assert min(kinds.values()) >= 2


def test_at_least_90_held_out_columns_are_adversarial_in_every_way() -> None:
    hard = Counter(label.challenge for label in labels("held_out") if label.challenge)

    assert hard.total() >= 90
    assert set(hard) == {"lookalike", "heading", "dirty", "mixed", "masked", "small", "empty", "width"}
    assert all(count >= 5 for way, count in hard.items() if way != "empty")


def test_at_least_60_held_out_columns_are_of_sensitive_kinds() -> None:
    sensitive = Counter(label.kind for label in labels("held_out") if label.sensitive)
    grave = (
        "medical",
        "biometric",
        "religion",
        "criminal_record",
        "bank_card",
        "military_id",
        "coordinates",
        "minor",
    )

    assert all(sensitive[kind] >= 3 for kind in grave)
    assert sum(sensitive[kind] for kind in grave) >= 60


def test_no_source_of_the_held_out_part_is_in_another() -> None:
    seen = labels("validation") + labels("development")

    assert not {label.source for label in labels("held_out")} & {label.source for label in seen}


def test_columns_whose_heading_is_in_another_part_are_not_counted() -> None:
    seen = {folded(label.heading) for label in labels("validation") + labels("development")}
    unseen = [label for label in labels("held_out") if folded(label.heading) not in seen]

    made = evaluate(ROOT, "held_out", judge)

    assert made["columns"] == len(unseen) >= 500
    assert made["not_counted"] == len(labels("held_out")) - len(unseen) > 0
    assert made["sensitive_columns"] >= 130


def test_held_out_tables_are_small_and_their_headings_unlike() -> None:
    for path in (ROOT / "held_out").rglob("*.csv"):
        if path.name == "labels.csv":
            continue
        heading, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
        assert 3 <= len(rows) <= 80
        assert len(set(heading)) == len(heading)


CHECKED = {
    "resident_id": digits.resident,
    "residence_permit": digits.resident,
    "uscc": digits.credit,
    "business_licence": digits.licence,
    "imei": digits.luhn,
    "bank_card": digits.luhn,
}


@pytest.mark.parametrize("kind", CHECKED)
def test_unspoilt_numbers_of_the_second_part_carry_their_check_digit(kind: str) -> None:
    columns = [
        (label, values[label.heading])
        for values, labelled in tables(ROOT / "validation" / "second", "all")
        for label in labelled
        if label.kind == kind and label.challenge in ("", "small")
    ]

    assert columns
    for label, cells in columns:
        assert all(CHECKED[kind](cell[:-1]) == cell for cell in cells if cell), label


@pytest.mark.parametrize("part", ["first", "second"])
def test_no_source_of_the_first_parts_is_among_the_development_examples(part: str) -> None:
    assert not {label.source for label in labels(part)} & {label.source for label in labels("development")}


def test_most_headings_of_the_validation_part_are_its_own() -> None:
    seen = {label.heading for label in labels("development")}
    validation = {label.heading for label in labels("validation")}

    assert len(validation & seen) / len(validation) < 0.1


def test_sensitive_columns_have_grade_4_and_what_is_not_personal_is_not_sensitive() -> None:
    for label in labels("all"):
        assert 1 <= label.grade <= 4
        assert not label.sensitive or (label.personal and label.grade == 4)


WRITERS: dict[str, Callable[[Path], object]] = {
    "validation/first": lambda folder: write(folder, FIRST),
    "validation/second": lambda folder: write(folder, SECOND),
    "validation/third": lambda folder: write_third(THIRD, folder),
    "validation/fourth": write_fourth,
    "validation/fifth": write_fifth,
    "validation/sixth": lambda folder: write(folder, SIXTH),
    "validation/seventh": write_seventh,
    "held_out": write_held_out,
    "development/shared": lambda folder: write(folder, development.SOURCES),
}


# These two write more than the others together.
LARGE = ("validation/sixth", "validation/seventh")


@pytest.mark.parametrize(
    "folder", [pytest.param(each, marks=pytest.mark.full if each in LARGE else ()) for each in WRITERS]
)
def test_the_files_in_the_tree_are_what_the_programs_write(tmp_path: Path, folder: str) -> None:
    WRITERS[folder](tmp_path)

    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.csv")}
    kept = {path.relative_to(ROOT / folder): path.read_bytes() for path in (ROOT / folder).rglob("*.csv")}
    assert made == kept


def test_check_digits_are_those_of_the_standards_own_examples() -> None:
    assert digits.resident("11010519491231002") == "11010519491231002X"
    assert digits.credit("91350100M000100Y4") == "91350100M000100Y43"
    assert digits.organisation("M000100Y") == "M000100Y4"
    assert digits.luhn("622202020000000000") == "6222020200000000006"
    assert digits.vehicle("1M8GDM9A_KP042788".replace("_", "0")) == "1M8GDM9AXKP042788"


def test_some_look_alikes_pass_a_check_by_chance() -> None:
    shop = ROOT / "validation" / "first" / "number_lookalikes" / "orders.csv"
    rows = list(csv.DictReader(shop.read_text(encoding="utf-8").splitlines()))

    def passing(heading: str, check: object) -> int:
        values = [row[heading] for row in rows if row[heading]]
        return sum(check(value[:-1]) == value for value in values)  # type: ignore[operator]

    assert passing("支付单号", digits.resident) >= 5
    assert passing("积分卡序列", digits.luhn) >= 5


@pytest.mark.parametrize(
    ("path", "heading", "check", "least"),
    [
        ("ride_platform/ride_order.csv", "orderNo18", digits.resident, 30),
        ("invoice_robot/ap_invoice_line.csv", "po_ref18", digits.resident, 30),
        ("mobile_operator/cdr_sample.csv", "ICCID_20", digits.luhn, 30),
        ("parts_warehouse/stock_move.csv", "托盘码", digits.luhn, 15),
        ("parts_warehouse/stock_move.csv", "图号", digits.organisation, 30),
    ],
)
def test_look_alikes_of_the_second_part_pass_the_checks_of_what_they_are_not(
    path: str, heading: str, check: Callable[[str], str], least: int
) -> None:
    rows = list(
        csv.DictReader((ROOT / "validation" / "second" / path).read_text(encoding="utf-8").splitlines())
    )
    values = [row[heading] for row in rows if row[heading]]
    (label,) = (one for one in labels("second") if one.heading == heading)

    assert sum(check(value[:-1]) == value for value in values) >= least
    assert (label.kind, label.challenge) == ("none", "lookalike")


def real_tables(folder: Path) -> Iterator[dict[str, list[str | None]]]:
    """The first rows of real open-data tables, comma-separated and readable as UTF-8."""
    for path in sorted(folder.rglob("*.csv"))[:60]:
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = [row for _, row in zip(range(200), csv.reader(file), strict=False)]
        except (UnicodeDecodeError, csv.Error):
            continue
        heading = rows[0] if rows else []
        if len(heading) > 1 and len(set(heading)) == len(heading):
            body = [row for row in rows[1:] if len(row) == len(heading)]
            yield {name: [row[n] or None for row in body] for n, name in enumerate(heading)}


# What open data of an authority may hold of persons in a lawful way, as contacts and officers' names.
PUBLISHED = {"person_name", "mobile", "landline", "email", "address", "plate", "date_of_birth", "free_text"}


def test_real_open_data_is_not_taken_for_identity_numbers_cards_or_patients(real_data: Path) -> None:
    said = [one for table in real_tables(real_data) for one in judge(table).items()]
    asked = [heading for heading, one in said if any(each.detector == PRESUMED for each in one.evidence)]
    found = [(heading, one.kind) for heading, one in said if one.personal and one.kind not in PUBLISHED]
    found = [(heading, kind) for heading, kind in found if heading not in asked]

    assert said
    assert len(found) / len(said) <= 0.05, found
    assert len(asked) / len(said) <= 0.05, asked
