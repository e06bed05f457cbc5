"""The region tree on a day: what lies in what, and what became of a division that ended."""

from __future__ import annotations

from datetime import date

from catalog.places.divisions import Division, Divisions, Succession

SPLIT = "2026-10-01"
ALL = (
    Division("990101", "云湖区"),
    Division("990101001", "清波街道", "990101", valid_to=SPLIT),
    Division("990101007", "清东街道", "990101", valid_from=SPLIT),
    Division("990101008", "清西街道", "990101", valid_from=SPLIT),
    Division("990101001001", "东升社区", "990101001", valid_to=SPLIT),
    Division("990101001001", "东升社区", "990101007", valid_from=SPLIT),
    Division("990101001002", "西苑社区", "990101001", valid_to=SPLIT),
    Division("990101008001", "西苑社区", "990101008", valid_from=SPLIT),
)
AFTER = (
    Succession("990101001", "990101007", SPLIT),
    Succession("990101001", "990101008", SPLIT),
    Succession("990101001002", "990101008001", SPLIT),
)


def on(day: str) -> Divisions:
    return Divisions(ALL, AFTER, date.fromisoformat(day))


def test_before_the_split_the_villages_lie_in_the_old_street() -> None:
    tree = on("2026-09-30")

    assert tree.inside("990101001001", "990101001")
    assert tree.current("990101001002") == ("990101001002",)
    assert not tree.inside("990101001001", "990101007")


def test_after_the_split_a_village_that_kept_its_code_lies_in_its_new_street_only() -> None:
    tree = on(SPLIT)

    assert tree.chain("990101001001")[:3] == ("990101001001", "990101007", "990101")
    assert not tree.inside("990101001001", "990101001")


def test_a_village_with_a_new_code_is_found_by_its_old_one() -> None:
    assert on(SPLIT).current("990101001002") == ("990101008001",)


def test_a_street_that_was_split_stands_for_all_its_parts() -> None:
    assert set(on(SPLIT).current("990101001")) == {"990101007", "990101008"}
    assert set(on(SPLIT).current("990101001009")) == {"990101007", "990101008"}  # a village nobody listed


def test_a_code_nobody_listed_is_read_by_its_digits() -> None:
    tree = on(SPLIT)

    assert tree.current("110101001001") == ("110101001001",)
    assert tree.chain("110101001001") == ("110101001001", "110101001", "110101", "1101", "11")


def test_the_common_area_of_two_villages_is_the_smallest_that_holds_both() -> None:
    tree = on("2026-09-30")

    assert tree.common(["990101001001", "990101001002"]) == "990101001"
    assert tree.common(["990101001001", "990102001001"]) == "9901"
    assert tree.common([]) == ""


def test_successors_that_name_each_other_end_the_search() -> None:
    tree = Divisions((), (Succession("990101", "990102"), Succession("990102", "990101")), date(2026, 1, 1))

    assert len(tree.current("990101")) == 1
