"""What the catalogue keeps of datasets is given out only while all it was made of is as it was."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import date

import pytest

from catalog.errors import UnknownDataset
from catalog.store import reading
from policies import rulebook
from space.preview import views
from tests.space.bureau import Bureau
from tests.space.bureau_contracts import AIR, FIGURES, POPULATION

pytestmark = pytest.mark.embedded
DAY = date(2026, 9, 24)
NAME = POPULATION.name


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    views._kept.clear()
    yield
    views._kept.clear()


def _shown(bureau: Bureau, name: str = NAME, day: date = DAY) -> views.Shown:
    with reading(bureau.engine) as connection:
        return views.shown(connection, name, day)


def _elsewhere(bureau: Bureau, statement: str, *values: object) -> None:
    """Change the store on a connection of its own, as another process does."""
    other = sqlite3.connect(bureau.home.root / "ybz.db")
    with other:
        assert other.execute(statement, values).rowcount > 0
    other.close()


def test_what_is_kept_is_what_would_be_made_anew(bureau: Bureau) -> None:
    first, again = _shown(bureau), _shown(bureau)
    assert again is first
    views._kept.clear()
    assert _shown(bureau) == first


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE releases SET row_count = row_count * 10 WHERE dataset = ?",
        "UPDATE releases SET grade = 4 WHERE dataset = ?",
        "UPDATE releases SET id = 'rel_other' WHERE dataset = ?",
        "UPDATE releases SET published_at = '2026-01-05T04:00:00.000000Z' WHERE dataset = ?",
        "UPDATE entries SET code = 'another/1' WHERE name = ?",
        "UPDATE revisions SET contract = replace(contract, '常住人口', '户籍人口')"
        " WHERE entry_id = (SELECT id FROM entries WHERE name = ?)",
    ],
)
def test_a_change_by_another_process_shows_at_the_next_call(bureau: Bureau, change: str) -> None:
    before = _shown(bureau)
    _elsewhere(bureau, change, NAME)
    after = _shown(bureau)
    views._kept.clear()
    assert after == _shown(bureau)
    assert after.whole != before.whole


def test_what_is_published_no_more_is_unknown_at_the_next_call(bureau: Bureau) -> None:
    _shown(bureau)
    _elsewhere(bureau, "UPDATE entries SET state = 'withdrawn' WHERE name = ?", NAME)
    with pytest.raises(UnknownDataset):
        _shown(bureau)


def test_a_composed_dataset_follows_what_it_is_composed_of(bureau: Bureau) -> None:
    assert json.loads(_shown(bureau, FIGURES.name).hit)["unit_kinds"] == []
    bureau.recatalogue_air_with_a_person()
    assert json.loads(_shown(bureau, FIGURES.name).hit)["unit_kinds"] == ["person"]


def test_another_rule_shows_at_the_next_call(bureau: Bureau) -> None:
    assert json.loads(_shown(bureau).hit)["rows"] is not None
    row = "{name: k, value: 1000000, source: test, valid_from: 2026-01-01, confidence: test}"
    bureau.home.rules.mkdir(exist_ok=True)
    (bureau.home.rules / "disclosure.yaml").write_text(f"rules:\n  - {row}\n", encoding="utf-8")
    former = rulebook._Overlay.folder
    rulebook.lay_over(bureau.home.rules)
    try:
        assert json.loads(_shown(bureau).hit)["rows"] is None
    finally:
        rulebook.lay_over(former)


def test_it_rests_on_no_rule_file_but_those_it_watches(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()
    edition = rulebook.edition

    def noted(file: str) -> tuple[tuple[str, int, int], ...]:
        asked.add(file)
        return edition(file)

    monkeypatch.setattr(rulebook, "edition", noted)
    for name in (NAME, AIR.name):
        _shown(bureau, name)
    assert asked <= set(views.RULES)
    assert asked
