"""Whatever is recorded in the evidence log is told to an auditor in words, whoever records it."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from space.console.language import Language
from space.console.pages.audit.events import ACTIONS, about_called, event_called

ROOT = Path(__file__).parents[2]
EVENT = re.compile(r'(?:event=|event = )"([a-z]+:[a-z_]+:[a-z_]+)"')
PROCEDURES = ROOT / "policies" / "rules" / "procedures"


def recorded() -> set[str]:
    """Events that are written into the log by their whole names."""
    rooms = ("catalog", "space", "pipelines")
    files = (path for room in rooms for path in (ROOT / room).rglob("*.py"))
    return {name for path in files for name in EVENT.findall(path.read_text(encoding="utf-8"))}


def steps() -> set[str]:
    """Steps of procedures: the last word of events that are put together."""
    found: set[str] = set()
    for path in PROCEDURES.glob("*.csv"):
        lines = (line for line in path.read_text(encoding="utf-8").splitlines() if line[:1] != "#")
        found |= {row["event"] for row in csv.DictReader(lines)}
    return found


def test_the_events_are_found_in_the_code() -> None:
    assert {"space:person:register", "catalog:organisation:add"} <= recorded()
    assert len(recorded()) > 100


@pytest.mark.parametrize("event", sorted(recorded()))
def test_an_event_is_told_without_its_code(event: str) -> None:
    assert not re.search("[A-Za-z_:]", event_called(event, Language.CHINESE))
    told = event_called(event, Language.ENGLISH)
    assert not re.search("[一-鿿_:]", told)
    assert told != event


def test_every_step_of_a_procedure_is_worded() -> None:
    assert sorted(steps() - set(ACTIONS)) == []


def test_what_an_event_is_about_is_told_by_name_and_else_by_its_kind() -> None:
    named = {"event": "space:grant:sign", "subject": "grt_1", "about": "民政局 · 低保"}
    assert about_called(named, Language.CHINESE) == "民政局 · 低保"
    assert about_called(named | {"about": ""}, Language.ENGLISH) == "grant"
