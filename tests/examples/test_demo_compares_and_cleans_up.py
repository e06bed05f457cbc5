"""The demonstration fails where a figure differs, and removes nothing but its own folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

from examples.city.planted import Flow, PlantedDataset
from examples.demo.commands import CommandFailed, Commands
from examples.demo.folder import MARK, fresh
from examples.demo.report import Report, compare_build, compare_flow, compare_groups

PLANTED = PlantedDataset(
    name="a.b", state="released", lines_read=12, preamble=1, header=1, landed=10, typed=9, quarantined=1
)
OUTCOME: dict[str, Any] = {
    "name": "a.b",
    "state": "released",
    "lines_read": 12,
    "landed": 10,
    "typed": 9,
    "quarantined": 1,
    "reason": "",
}


def test_build_that_is_as_planted_leaves_no_difference() -> None:
    report = Report()
    compare_build(report, [OUTCOME], [PLANTED])
    assert report.differences == []
    assert report.document()["ok"]


@pytest.mark.parametrize("figure", ["state", "lines_read", "landed", "typed", "quarantined"])
def test_every_figure_of_a_build_is_compared(figure: str) -> None:
    report = Report()
    compare_build(report, [OUTCOME | {figure: 7}], [PLANTED])
    assert len(report.differences) == 1
    assert figure in report.differences[0]
    assert not report.document()["ok"]


def test_dataset_that_was_not_built_is_a_difference() -> None:
    report = Report()
    compare_build(report, [], [PLANTED])
    assert "datasets built" in report.differences[0]


def test_stop_for_another_reason_is_a_difference() -> None:
    report = Report()
    stopped = PlantedDataset("a.b", "stopped", 1, 0, 1, 0, 0, 0, reason="note")
    row = {"name": "a.b", "state": "stopped", "lines_read": 1, "landed": 0, "typed": 0, "quarantined": 0}
    compare_build(report, [{**row, "reason": "quarantine limit"}], [stopped])
    assert len(report.differences) == 1


def test_delivery_whose_numbers_do_not_add_up_is_a_difference() -> None:
    report = Report()
    counts = {"changed": 10, "delivered": 4, "unattributed": 1, "other_areas": 4}
    compare_flow(report, counts, Flow(10, 4, 1, 4), "flow")
    assert "changed = delivered" in report.differences[0]


def test_cell_outside_its_uncertainty_or_missing_is_a_difference() -> None:
    report = Report()
    compare_groups(
        report, "persons", {"a": 100.0, "b": 203.0}, {"a": 100.0, "b": 200.0, "c": 50.0}, within=2.5
    )
    assert len(report.differences) == 2


def test_fresh_folder_replaces_a_former_demonstration(tmp_path: Path) -> None:
    folder = fresh(tmp_path / "demo", keep=False)
    (folder / "old.txt").write_text("former", encoding="utf-8")
    again = fresh(tmp_path / "demo", keep=False)
    assert [path.name for path in again.iterdir()] == [MARK]


def test_fresh_folder_moves_a_former_demonstration_aside_when_asked(tmp_path: Path) -> None:
    (fresh(tmp_path / "demo", keep=False) / "old.txt").write_text("former", encoding="utf-8")
    fresh(tmp_path / "demo", keep=True)
    assert (tmp_path / "demo-1" / "old.txt").read_text(encoding="utf-8") == "former"


def test_folder_no_demonstration_made_is_never_removed(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "ybz.db").write_text("precious", encoding="utf-8")
    with pytest.raises(click.ClickException, match="no demonstration"):
        fresh(tmp_path / "var", keep=False)
    assert (tmp_path / "var" / "ybz.db").read_text(encoding="utf-8") == "precious"


def test_command_that_fails_is_named_as_a_person_would_type_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YBZ_HOME", str(tmp_path / "nowhere"))
    with pytest.raises(CommandFailed, match=r"`ybz show 'a b'` failed: no installation"):
        Commands().run("show", "a b")


def test_command_prints_what_the_program_prints() -> None:
    assert "ybz" in Commands().run("--version").out
