"""The one story, from the first file to the last proof, on the demonstration city.

One run of ``ybz demo --json`` in a process of its own; each test looks at one part of what it printed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from examples.city.places import STREET, VILLAGE
from examples.city.planted import Planted
from ybz import ybz as commands

KEYS = {
    "ok",
    "seconds",
    "datasets",
    "released",
    "stopped",
    "lines_read",
    "landed",
    "typed",
    "quarantined",
    "answers",
    "refused",
    "receipts_verified",
    "evidence",
    "attribution",
    "deliveries",
    "corrections_answered",
}
PROGRAM = (sys.executable, "-c", "from ybz import main; main()")

# The whole demonstration runs for it; its parts are tested by themselves.
pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """What the demonstration printed, and its folder."""
    folder = tmp_path_factory.mktemp("story") / "demo"
    done = subprocess.run(
        [*PROGRAM, "demo", "--json", "--folder", str(folder)], capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr[-4_000:]
    return json.loads(done.stdout), folder


def ybz(folder: Path, *words: str) -> Any:
    """What a command prints as JSON in the installation the story left."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YBZ_HOME", str(folder))
        done = CliRunner().invoke(commands, [*words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_01_story_prints_exactly_its_stable_form(story: tuple[dict[str, Any], Path]) -> None:
    told, _ = story
    assert set(told) == KEYS
    assert told["ok"] is True
    assert set(told["evidence"]) == {"size", "root", "ok"}
    assert all(set(s) == {"name", "reason"} for s in told["stopped"])


def test_02_every_dataset_is_catalogued_and_all_but_one_released(story: tuple[dict[str, Any], Path]) -> None:
    told, _ = story
    assert told["datasets"] == 17
    assert told["released"] == 16
    assert [one["name"] for one in told["stopped"]] == ["edu.schools"]
    assert "note" in told["stopped"][0]["reason"]


def test_03_rows_add_up_to_what_the_generator_planted(story: tuple[dict[str, Any], Path]) -> None:
    told, _ = story
    assert told["landed"] == told["typed"] + told["quarantined"]
    assert told["landed"] > 450_000
    assert told["lines_read"] > told["landed"]
    assert told["quarantined"] > 500


def test_04_three_questions_are_answered_with_receipts_and_one_attack_is_refused(
    story: tuple[dict[str, Any], Path],
) -> None:
    told, _ = story
    assert (told["answers"], told["refused"], told["receipts_verified"]) == (3, 1, 3)


def test_05_a_street_and_a_village_receive_rows_whose_counts_add_up(
    story: tuple[dict[str, Any], Path],
) -> None:
    told, _ = story
    assert [one["area"] for one in told["deliveries"]] == [STREET, VILLAGE]
    for one in told["deliveries"]:
        assert one["changed"] == one["delivered"] + one["unattributed"] + one["other_areas"]
        assert all(one[figure] > 0 for figure in ("delivered", "unattributed", "other_areas"))


def test_06_deliveries_are_what_the_second_delivery_planted(story: tuple[dict[str, Any], Path]) -> None:
    told, folder = story
    planted = Planted.read(folder / "city" / "planted.json")
    names = {STREET: "civil_affairs.old_age_allowance", VILLAGE: "civil.population"}
    for one in told["deliveries"]:
        flow = planted.dataset(names[one["area"]]).flow(one["area"])
        assert one["delivered"] == flow.delivered
        assert one["changed"] == flow.changed


def test_06_addresses_find_their_street_and_what_waits_is_claimed(
    story: tuple[dict[str, Any], Path],
) -> None:
    told, folder = story
    found = told["attribution"]
    assert found["share_right"] >= 0.98
    assert found["share"] >= 0.85
    assert found["rows"] > found["attributed"] > 0
    assert found["waiting"] > found["claimed"] == 1
    again = ybz(folder, "backflow", "attribution", "housing.properties", "--meaning", "registration")
    assert [rule["by"] for rule in again["rules"]] == ["1:address"]
    assert sum(rows for _, rows in again["why"]) == again["rows"] - again["attributed"]


def test_07_the_correction_is_answered_and_carried_by_the_next_release(
    story: tuple[dict[str, Any], Path],
) -> None:
    told, folder = story
    assert told["corrections_answered"] == 1
    assert [one["state"] for one in ybz(folder, "correct", "list")] == ["carried", "open"]


def test_08_the_evidence_log_can_be_derived_again(story: tuple[dict[str, Any], Path]) -> None:
    told, folder = story
    verdict = ybz(folder, "evidence", "verify")
    assert verdict["ok"]
    assert verdict["size"] >= told["evidence"]["size"] > 50
    assert told["evidence"]["ok"]


def test_09_the_ledger_shows_the_second_build(story: tuple[dict[str, Any], Path]) -> None:
    _, folder = story
    planted = Planted.read(folder / "city" / "planted.json")
    rows = {row["name"]: row for row in ybz(folder, "show")}
    assert rows["edu.schools"]["release"] is None
    for one in planted.datasets:
        if one.state != "stopped":
            assert rows[one.name]["rows"] == one.rows, one.name


def test_10_the_late_dataset_is_released_with_its_reason_visible(story: tuple[dict[str, Any], Path]) -> None:
    _, folder = story
    entry = ybz(folder, "show", "water.reservoir_levels")
    failed = [rule for rule in entry["rules"] if not rule["passed"]]
    assert [rule["dimension"] for rule in failed] == ["timeliness"]
    assert entry["release"] is not None


def test_11_two_spellings_of_one_identity_number_meet_in_the_theme_database(
    story: tuple[dict[str, Any], Path],
) -> None:
    _, folder = story
    from catalog.home import Home
    from catalog.releases import published as releases
    from catalog.store import open_store, reading

    home = Home(folder)
    engine = open_store(home)
    with reading(engine) as connection:
        release = releases.latest(connection, "theme.elderly_services")
    engine.dispose()
    assert release is not None
    rows = releases.read_vault(home, release, ["district", "old_age_allowance"]).to_pylist()
    planted = Planted.read(folder / "city" / "planted.json").truth["elderly_with_old_age_allowance"]
    for district, count in planted.items():
        found = sum(r["district"] == district and r["old_age_allowance"] == "是" for r in rows)
        assert found == count


def test_12_a_second_demonstration_starts_afresh_only_where_the_first_one_was(
    story: tuple[dict[str, Any], Path], tmp_path: Path
) -> None:
    (tmp_path / "precious.txt").write_text("mine", encoding="utf-8")
    done = CliRunner().invoke(commands, ["demo", "--folder", str(tmp_path)])
    assert done.exit_code == 1
    assert "no demonstration" in done.stderr
    assert (tmp_path / "precious.txt").exists()
