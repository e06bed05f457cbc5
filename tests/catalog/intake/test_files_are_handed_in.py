"""Files handed in for a dataset 交数: under which name its sources find them, and where they lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.home import Home
from catalog.intake.landing.delivered import below_of, folder_of, name_for, takes_files
from contracts.model import Contract, Field, Party, Source, SourceFormat


def contract(*paths: str, format_: SourceFormat = SourceFormat.CSV) -> Contract:
    sources = tuple(Source(name=f"s{n}", path=path, format=format_) for n, path in enumerate(paths))
    return Contract("r", "名册", "civil", "roll", Party("民政局", ""), (Field("no"),), sources=sources)


@pytest.mark.parametrize(
    ("paths", "sent", "kept"),
    [
        (("名册.csv",), "名册.csv", "名册.csv"),
        (("名册.csv",), "名册新.csv", "名册.csv"),  # the one file takes the place of the former
        (("名册.csv",), "名册.xlsx", None),
        (("*名册.csv",), "2026年第四季度名册.csv", "2026年第四季度名册.csv"),
        (("*名册.csv",), "别的.csv", None),
        (("一.csv", "二.csv"), "二.csv", "二.csv"),
        (("一.csv", "二.csv"), "三.csv", None),
        (("*.csv",), ".hidden.csv", None),
    ],
)
def test_a_file_is_kept_under_the_name_a_source_reads(
    paths: tuple[str, ...], sent: str, kept: str | None
) -> None:
    assert name_for(contract(*paths), sent) == kept


@pytest.mark.parametrize("path", ["/etc/passwd", "../keys/key.csv", "postgresql://host/db", "a\\b.csv"])
def test_what_leads_out_of_its_folder_is_nothing_to_hand_in(path: str) -> None:
    assert not takes_files(contract("good.csv", path))
    assert takes_files(contract("good.csv"))
    assert not takes_files(contract("table", format_=SourceFormat.DELTA))
    assert not takes_files(contract())


def test_each_dataset_has_a_folder_of_its_own_once_a_file_was_handed_in(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert folder_of(home, "civil.roll", tmp_path / "x" / "roll.yaml") == tmp_path / "x"
    assert folder_of(home, "civil.roll", None) == home.contracts
    (home.lake / below_of("civil.roll")).mkdir(parents=True)
    assert folder_of(home, "civil.roll", None) == home.contracts  # a file lay there, and was taken back
    (home.lake / below_of("civil.roll") / "roll.csv").write_bytes(b"id\n")
    assert folder_of(home, "civil.roll", None) == home.lake / "delivered" / "civil.roll"
    assert folder_of(home, "civil.other", None) == home.contracts
