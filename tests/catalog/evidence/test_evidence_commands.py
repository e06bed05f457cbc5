from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner
from sqlalchemy import Engine, update

from catalog.evidence.cli import evidence
from catalog.store import writing
from catalog.store.tables.evidence import evidence_entries

Write = Callable[[int], list[str]]


def test_verify_integrates_what_waits_and_prints_one_object(engine: Engine, write: Write) -> None:
    write(3)

    result = CliRunner().invoke(evidence, ["verify", "--json"])

    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert list(found) == ["ok", "size", "root", "first_bad"]
    assert (found["ok"], found["size"], found["first_bad"]) == (True, 3, None)


def test_verify_fails_on_a_changed_log_and_names_the_entry(engine: Engine, write: Write) -> None:
    ids = write(3)
    CliRunner().invoke(evidence, ["root"])
    with writing(engine) as connection:
        change = update(evidence_entries).where(evidence_entries.c.id == ids[1])
        connection.execute(change.values(subject="other"))

    plain = CliRunner().invoke(evidence, ["verify"])
    machine = CliRunner().invoke(evidence, ["verify", "--json"])

    assert (plain.exit_code, machine.exit_code) == (1, 1)
    assert ids[1] in plain.stderr
    assert ids[1] in json.loads(machine.stdout)["first_bad"]


def test_an_export_is_verified_by_command_with_key_and_kept_checkpoint(
    engine: Engine, write: Write, tmp_path: Path
) -> None:
    write(4)
    folder = tmp_path / "copy"

    exported = CliRunner().invoke(evidence, ["export", str(folder)])
    checked = CliRunner().invoke(
        evidence,
        [
            "verify",
            str(folder),
            "--key",
            str(folder / "public_key.pem"),
            "--kept",
            str(folder / "checkpoint.txt"),
        ],
    )

    assert (exported.exit_code, checked.exit_code) == (0, 0)
    assert "sound: 4 entries" in checked.stdout


def test_show_prints_the_entry_with_its_proof(engine: Engine, write: Write) -> None:
    ids = write(5)

    result = CliRunner().invoke(evidence, ["show", ids[4], "--json"])

    found = json.loads(result.stdout)
    assert found["subject"] == "civil.table_4"
    assert found["proof"]["position"] == 4
    assert f"position 4 of 5, {len(found['proof']['path'])} steps" in (
        CliRunner().invoke(evidence, ["show", ids[4]]).stdout
    )


def test_root_prints_the_signed_note(engine: Engine, write: Write) -> None:
    write(2)

    note = CliRunner().invoke(evidence, ["root"]).stdout
    found = json.loads(CliRunner().invoke(evidence, ["root", "--json"]).stdout)

    assert note.splitlines()[1] == "2"
    assert found["checkpoint"] == note


def test_root_of_an_empty_log_is_an_error(engine: Engine) -> None:
    result = CliRunner().invoke(evidence, ["root"])

    assert result.exit_code == 1
    assert "empty" in result.stderr
