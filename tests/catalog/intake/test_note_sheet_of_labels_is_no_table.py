"""A sheet of remarks is named as a note, also where its lines are short."""

from __future__ import annotations

from catalog.intake.tables.table_region import find

REMARKS = [["本表由各乡镇填报，"], ["请于每月5日前报送民政局"], ["联系人：某某"]]
VILLAGES = [["村名"], ["东村"], ["西村"], ["南村"]]
TIMES = [["发车时间"], ["06:00"], ["06:30"], ["07:00"]]


def test_short_remarks_and_labels_are_a_note() -> None:
    assert find(REMARKS) == ()


def test_a_list_of_names_or_times_is_still_a_table() -> None:
    assert len(find(VILLAGES)) == len(find(TIMES)) == 1
