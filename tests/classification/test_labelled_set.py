"""The labelled set is what its page says: large, split by source, adversarial, made by its programs."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.classify.evaluation import Label, tables
from catalog.classify.judging import judge
from policies.grading import IN_FORCE
from policies.rulebook import rule
from tests.classification import digits
from tests.classification.development.shared import make as development
from tests.classification.making import write
from tests.classification.validation.make import offices, puzzles, services

ROOT = Path(__file__).parent
HELD_OUT = {**offices.SOURCES, **services.SOURCES, **puzzles.SOURCES}
KINDS = {str(kind) for kind in rule("grading", "findings", IN_FORCE).value} | {"none"}


def labels(split: str) -> list[Label]:
    return [label for _, labelled in tables(ROOT, split) for label in labelled]


def test_it_has_at_least_400_columns_300_of_them_validation() -> None:
    assert len(labels("all")) >= 400
    assert len(labels("validation")) >= 300


def test_every_kind_is_in_the_validation_part_and_no_other_word() -> None:
    assert {label.kind for label in labels("validation")} == KINDS
    assert {label.kind for label in labels("all")} <= KINDS


def test_at_least_90_validation_columns_are_adversarial_in_every_way() -> None:
    hard = Counter(label.challenge for label in labels("validation") if label.challenge)

    assert hard.total() >= 90
    assert set(hard) == {"lookalike", "heading", "dirty", "mixed", "masked", "small", "empty", "width"}
    assert hard["lookalike"] >= 60


def test_no_source_and_no_shared_sourceful_table_is_in_both_parts() -> None:
    validation = {label.source for label in labels("validation")}
    seen = {label.source for label in labels("development")}

    assert not validation & seen


def test_most_headings_of_the_validation_part_are_its_own() -> None:
    seen = {label.heading for label in labels("development")}
    validation = {label.heading for label in labels("validation")}

    assert len(validation & seen) / len(validation) < 0.1


def test_sensitive_columns_have_grade_4_and_what_is_not_personal_is_not_sensitive() -> None:
    for label in labels("all"):
        assert 1 <= label.grade <= 4
        assert not label.sensitive or (label.personal and label.grade == 4)


@pytest.mark.parametrize(
    ("folder", "sources"),
    [("validation", HELD_OUT), ("development/shared", development.SOURCES)],
    ids=["validation", "development"],
)
def test_the_files_in_the_tree_are_what_the_programs_write(
    tmp_path: Path, folder: str, sources: dict[str, tuple[object, ...]]
) -> None:
    write(tmp_path, sources)  # type: ignore[arg-type]

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
    shop = ROOT / "validation" / "number_lookalikes" / "orders.csv"
    rows = list(csv.DictReader(shop.read_text(encoding="utf-8").splitlines()))

    def passing(heading: str, check: object) -> int:
        values = [row[heading] for row in rows if row[heading]]
        return sum(check(value[:-1]) == value for value in values)  # type: ignore[operator]

    assert passing("支付单号", digits.resident) >= 5
    assert passing("积分卡序列", digits.luhn) >= 5


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
    judged = [
        (heading, said.kind)
        for table in real_tables(real_data)
        for heading, said in judge(table).items()
        if said.personal and said.kind not in PUBLISHED
    ]
    columns = sum(len(table) for table in real_tables(real_data))

    assert columns > 0
    assert len(judged) / columns <= 0.05, judged
