"""A file that is handed in and cannot be kept leaves nothing of itself on the machine."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from catalog.home import Home
from catalog.lake.kept import KeptOnDisk
from catalog.lake.storage import StorageTrouble
from catalog.registration import files


def test_a_take_that_fails_leaves_no_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, paper = Home(tmp_path / "var"), tmp_path / "paper.pdf"
    home.create()
    paper.write_bytes(b"%PDF-1.7 an attachment")

    def silent(*_: object) -> None:
        raise StorageTrouble("no answer")

    with monkeypatch.context() as until:
        until.setattr(KeptOnDisk, "take", silent)
        with pytest.raises(StorageTrouble):
            files.keep(home, "proof", paper, date(2026, 9, 1))
    assert list((home.root / files.FOLDER).iterdir()) == []
    kept = files.keep(home, "proof", paper, date(2026, 9, 1))
    assert files.is_intact(home, kept.digest)
