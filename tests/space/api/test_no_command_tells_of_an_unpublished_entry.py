"""What a command lists or shows is cut as the doors of the interface cut it, once commands are judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import select

import ybz
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.organisations import (
    organisation_events,
    organisation_handovers,
    organisation_spans,
    organisation_units,
)
from contracts.odcs.files import dumps
from policies.access import Role
from space.access import doors, enforcing
from space.identity.tokens import issue
from tests.space.access.doors_found import commands
from tests.space.api.conftest import AUTHORITY, Door
from tests.space.api.further_lists import Rows
from tests.space.api.test_what_is_not_published_is_told_to_nobody import HIDDEN, OTHERS, ledger
from tests.space.bureau_contracts import ECO, MARKET

__all__ = ["ledger"]

# What a command may be given where it takes a name: of an entry, of an element, of a library, of a unit.
GIVEN: Final = (HIDDEN.name, "sex", "firms", MARKET.code)
# What is everybody's to read, of the installation or of what is listed.
READ: Final = ("installation", "listed")


@pytest.fixture
def judged(ledger: Door, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Mapping[tuple[Role, str], str]:
    """Commands are judged; a token of every reader. A unit of the tree has taken the entry over."""
    b, readers = ledger.bureau, {(role, ECO.code) for role in OTHERS} | {(Role.STEWARD, MARKET.code)}
    with writing(b.engine) as connection:
        rows = Rows(connection, b.clock(), _evidence(ledger))
        rows.put(organisation_units, code=MARKET.code, kind="department")
        rows.put(organisation_spans, code=MARKET.code)
        rows.put(organisation_events, id="evt", kind="merge")
        rows.put(
            organisation_handovers, event_id="evt", dataset=HIDDEN.name, from_code="x", to_code=MARKET.code
        )
        for reader in ((Role.SECURITY_ADMIN, AUTHORITY), (Role.AUDITOR, AUTHORITY)):
            readers.add(reader)
        tokens = {
            (role, code): issue(connection, code, role=role, by="x", days=20_000, now=b.clock()).secret
            for role, code in sorted(readers)
        }
        enforcing.enforce(connection, by="x", reason="people are entered", now=b.clock())
    monkeypatch.setenv("YBZ_HOME", str(b.home.root))
    monkeypatch.chdir(tmp_path)  # a name may be where a command writes to
    return tokens


def _evidence(door: Door) -> str:
    with reading(door.bureau.engine) as connection:
        return str(connection.execute(select(evidence_entries.c.id)).scalars().first())


def read_commands() -> Iterator[tuple[list[str], click.Command]]:
    """Every command that reads what is everybody's and takes no file."""
    for one in commands():
        door = doors.command(one.words, {})
        if door is None or door.concerns not in READ or not door.act.value.endswith(":read"):
            continue
        found: click.Command = ybz.ybz
        for word in one.words.split():
            assert isinstance(found, click.Group)
            member = found.get_command(click.Context(found), word)
            assert member is not None
            found = member
        if not any(isinstance(each.type, click.Path) and each.required for each in found.params):
            yield one.words.split(), found


def runs() -> Iterator[list[str]]:
    """Each of them as it may be typed: with every name, and so that all it tells is printed."""
    for words, command in read_commands():
        names = [each for each in command.params if isinstance(each, click.Argument)]
        whole = ["--json"] if any("--json" in each.opts for each in command.params) else []
        for given in GIVEN if names else ("",):
            yield [*words, *([given] if given else []), *whole]


@pytest.mark.full
def test_no_command_names_an_unpublished_entry_to_who_does_not_see_it(
    judged: Mapping[tuple[Role, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = []
    for role in (Role.READER, Role.STEWARD):
        monkeypatch.setenv("YBZ_TOKEN", judged[role, ECO.code])
        for typed in runs():
            told = _run(typed)
            hidden = (HIDDEN.title, "内部标记", *((HIDDEN.name,) if HIDDEN.name not in typed else ()))
            if any(word in told for word in hidden):
                wrong.append(f"{role.value}: {' '.join(typed)}")
    assert not wrong, "\n".join(wrong)


LISTS: Final = (
    ["authority", "list"],
    ["authority", "show", "sex"],
    ["authority", "permits"],
    ["library", "show", "firms"],
    ["organisation", "entries"],
)


def test_who_sees_an_entry_is_told_of_it_at_a_shell_and_nobody_else(
    judged: Mapping[tuple[Role, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = {}
    for role, code in ((Role.STEWARD, MARKET.code), (Role.AUDITOR, AUTHORITY), (Role.STEWARD, ECO.code)):
        monkeypatch.setenv("YBZ_TOKEN", judged[role, code])
        for typed in LISTS:
            seen[code, " ".join(typed)] = HIDDEN.name in _run(typed)
    assert seen == {
        (code, " ".join(typed)): code != ECO.code
        for code in (MARKET.code, AUTHORITY, ECO.code)
        for typed in LISTS
    }


def test_whoever_may_not_list_everybodys_is_told_how_its_own_is_named(
    judged: Mapping[tuple[Role, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YBZ_TOKEN", judged[Role.STEWARD, MARKET.code])
    assert "allowed: name one of your own: `ybz show NAME`\n" in _run(["show"])
    assert "allowed: name one of your own: `ybz grant list --to CODE`\n" in _run(["grant", "list"])
    assert "refused" not in _run(["show", HIDDEN.name])


def test_a_catalogue_that_waits_for_a_head_names_the_signature_as_what_is_next(
    judged: Mapping[tuple[Role, str], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "hidden.odcs.yaml"
    file.write_text(dumps(HIDDEN), encoding="utf-8")
    monkeypatch.setenv("YBZ_TOKEN", judged[Role.STEWARD, MARKET.code])
    told = _run(["catalog", str(file), "--pia", "PIA-2026-2"])
    assert f"next: the head of the department, `ybz entry sign {HIDDEN.name} --revision 1`\n" in told
    assert "ybz build" not in told


def _run(typed: list[str]) -> str:
    done = CliRunner().invoke(ybz.ybz, typed)
    return f"{done.stdout}{done.stderr}{done.exception or ''}"
