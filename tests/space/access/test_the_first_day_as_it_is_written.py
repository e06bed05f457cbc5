"""The first day, given as its page has it: nobody is shut out, and who is named may do what it says."""

from __future__ import annotations

import json
import re
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, select, update

import ybz
from catalog.home import Home
from catalog.store import open_store, reading, writing
from catalog.store.revision import version_table
from catalog.store.tables.evidence import evidence_entries
from policies.access import Act, OrganisationKind, Role, ever
from policies.clocks import local_date
from policies.decision import Deny, Permit
from space.access import doors, enforcing
from space.access.enforcing import enforced, stranded
from space.access.passing import Passed, passage
from space.identity import memberships, people
from space.identity.organisations import Organisation, register
from space.identity.second_person import who_else
from space.identity.tokens import issue
from space.observing.acting import tokens_go_on
from space.observing.finding import Case

ROOT = Path(__file__).resolve().parents[3]
MARK = "<!-- executed by tests/space/access/test_the_first_day_as_it_is_written.py -->"
BUREAU, CIVIL = "11350100M000100026", "11350100M000100039"

pytestmark = pytest.mark.embedded


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """An installation that knows nobody."""
    monkeypatch.setenv("YBZ_HOME", str(tmp_path / "var"))
    monkeypatch.delenv("YBZ_TOKEN", raising=False)
    assert run("init").exit_code == 0
    return Home(tmp_path / "var")


def run(*words: str) -> Result:
    return CliRunner().invoke(ybz.ybz, list(words))


def told(*words: str) -> Any:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout.splitlines()[0])


def block(number: int) -> list[list[str]]:
    """The words of each command of a block of the page."""
    after = (ROOT / "docs" / "first-day.md").read_text(encoding="utf-8").split(MARK)[number]
    found = re.search(r"```console\n(.*?)```", after, re.DOTALL)
    assert found is not None
    return [shlex.split(line[2:], comments=True)[1:] for line in found[1].splitlines() if line[0] == "$"]


def first_day(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Both blocks of the page, one command after the other; memberships and the token by what they are."""
    known: dict[str, str] = {}
    for words in block(1):
        given = [known["security_admin"] if word == "MEMBERSHIP" else word for word in words]
        made = told(*given)
        if words[:2] == ["account", "first"]:
            known[words[words.index("--role") + 1]] = made["membership"]
        known |= {"TOKEN": made["token"]} if "token" in made else {}
    monkeypatch.setenv("YBZ_TOKEN", known["TOKEN"])
    for words in block(2)[1:]:
        told(*[known["system_admin"] if word == "MEMBERSHIP" else word for word in words])
    return known


def test_a_store_of_an_earlier_shape_is_brought_up_without_a_token_it_could_not_read(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_day(monkeypatch)
    monkeypatch.delenv("YBZ_TOKEN")
    now, other = datetime.now(UTC), {"database": "postgresql+psycopg://elsewhere/ledger"}
    assert isinstance(passage(home, "init", {"database": None}, now), Deny)
    with writing(open_store(home)) as connection:
        connection.execute(update(version_table).values(version_num="0001"))
    assert passage(home, "init", {"database": None}, now) == Passed()
    assert isinstance(passage(home, "init", other, now), Deny)
    assert isinstance(passage(home, "build", {}, now), Deny)


def test_the_first_day_shuts_nobody_out(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    known = first_day(monkeypatch)
    assert told("access", "status")["enforced"] is True
    assert told("person", "token", known["audit_admin"])["token"].startswith("ybz_")
    monkeypatch.delenv("YBZ_TOKEN")
    assert "access.nobody" in run("person", "token", known["audit_admin"]).stderr
    assert "access.nobody" in run("access", "relax", "--reason", "x").stderr
    assert run("doctor", "settings").exit_code == 0, "the service asks it before it starts"


def test_a_command_there_is_not_is_told_so_where_commands_are_judged(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_day(monkeypatch)
    monkeypatch.delenv("YBZ_TOKEN")
    assert "No such command 'add'" in run("inventory", "add", "--help").stderr
    assert "No such command 'ad'" in run("grant", "ad").stderr
    assert "Commands:" in run("inventory").output
    assert "access.nobody" in run("grant", "token").stderr, "how a command is written is told who may run it"


def test_commands_are_not_judged_before_somebody_holds_the_key(home: Home) -> None:
    for words in block(1)[:-2]:
        told(*words)
    refused = run("access", "enforce", "--reason", "people are entered")
    assert refused.exit_code == 1
    assert "access.no_token_left" in refused.stderr
    named = re.search(r"ybz (person token mem_\w+)", refused.stderr)
    assert named is not None, refused.stderr
    told(*named[1].split())
    assert run("access", "enforce", "--reason", "people are entered").exit_code == 0


def test_where_the_last_key_has_lapsed_the_shell_ends_it_and_the_evidence_says_so(
    home: Home,
) -> None:
    engine, then = open_store(home), datetime.now(UTC) - timedelta(days=40)
    with writing(engine) as connection:
        issue(connection, _registered(connection, then), role=Role.SECURITY_ADMIN, by="x", days=30, now=then)
        enforcing.enforce(connection, by="x", reason="people are entered", now=then)
        assert not stranded(connection, then + timedelta(days=20))
    near = tokens_go_on(Case(home, engine, then + timedelta(days=20)))
    assert (near.level, "security_admin" in near.found) == ("weak", True)
    assert tokens_go_on(Case(home, engine, then + timedelta(days=10))).level == "ok"
    assert tokens_go_on(Case(home, engine, datetime.now(UTC))).level == "lack"

    assert "ybz access relax" in run("grant", "list").stderr
    assert run("access", "relax", "--reason", "nobody holds a token").exit_code == 0
    with reading(engine) as connection:
        assert enforced(connection) is None
        e = evidence_entries.c
        (body,) = connection.execute(select(e.body).where(e.event == "space:access:relax")).scalars()
    assert "nobody left" in str(body)


def test_a_folder_of_contracts_is_judged_by_the_department_of_each_file(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first_day(monkeypatch)
    steward = told("grant", "token", CIVIL, "--role", "steward")["token"]
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "站点.csv").write_text(
        "站点编号,站点名称\n" + "".join(f"S{n:03d},第{n}站\n" for n in range(40))
    )
    monkeypatch.setenv("YBZ_TOKEN", steward)
    contracts = tmp_path / "contracts"
    drafted = ("draft", str(folder), "--share", "unconditional", "--out", str(contracts))
    assert run(*drafted, "--department", "云州市民政局").exit_code == 0
    assert any(CIVIL in file.read_text() for file in contracts.iterdir()), "the tree knows the code"
    (line,) = told("submit", str(contracts))
    assert (line["state"], line["problem"]) == ("checked", "")
    (line,) = told("catalog", str(contracts))
    assert line["state"] == "checked", "who may not publish leaves it to those who may"

    (other,) = contracts.glob("*.yaml")
    text = other.read_text()
    (contracts / "b.yaml").write_text(text.replace(CIVIL, BUREAU).replace(line["name"], "another.table"))
    for command in ("submit", "catalog"):
        assert "access.relation" in run(command, str(contracts)).stderr, command


def test_who_lifts_a_stop_is_named_and_where_nobody_can_what_is_lacking(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_day(monkeypatch)
    stop = told("stop", "all", "--reason", "泄露")["id"]
    alone = run("stop", "lift", stop, "--reason", "已查清")
    assert "ybz person enter PERSON CODE security" in alone.output

    security = _second_officer(home)
    again = told("stop", "list")[0]
    assert (again["state"], security) == ("waits", "周宁")
    with reading(open_store(home)) as connection:
        on = local_date(datetime.now(UTC))
        assert who_else(connection, Act.SPACE_STOP, by="钱军", on=on) == ("周宁",)
        assert who_else(connection, Act.SPACE_STOP, by="周宁", on=on) == ("钱军",)


def test_the_table_of_who_acts_says_what_the_matrix_says() -> None:
    page = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    after = page.split("### Who acts")[1].split("### ")[0].split("\n## ")[0]
    rows = [line.split("|")[1:3] for line in after.splitlines() if line.startswith("| `ybz")]
    assert len(rows) > 10
    for commands, roles in rows:
        named = {Role(word) for word in re.findall(r"`(\w+)`", roles) if word in tuple(Role)}
        assert named, roles
        for words in re.findall(r"`ybz ([^`]+)`", commands):
            door = doors.command(words, {})
            assert door is not None, words
            may = {role for role in Role if isinstance(ever(role, door.act), Permit)}
            assert named <= may, (words, named - may)


def test_any_token_that_ends_soon_is_named_until_a_later_one_of_its_holder_is_there(home: Home) -> None:
    engine, now = open_store(home), datetime.now(UTC)
    case = Case(home, engine, now)
    with writing(engine) as connection:
        code = _registered(connection, now)
        issue(connection, code, role=Role.SECURITY_ADMIN, by="x", days=90, now=now)
        issue(connection, code, role=Role.READER, by="x", days=5, now=now)
    soon = f"of 2 holders the last token of 1 ends: reader ({code}) on {local_date(now + timedelta(days=5))}"
    assert (tokens_go_on(case).found, tokens_go_on(case).level) == (soon, "weak")
    with writing(engine) as connection:
        enforcing.enforce(connection, by="x", reason="people are entered", now=now)
    assert (tokens_go_on(case).found, tokens_go_on(case).level) == (soon, "weak")
    with writing(engine) as connection:
        issue(connection, code, role=Role.READER, by="x", days=30, now=now)
    assert (tokens_go_on(case).level, "2 holders" in tokens_go_on(case).found) == ("ok", True)


def _registered(connection: Connection, now: datetime) -> str:
    register(connection, Organisation(BUREAU, "云州市数据局", OrganisationKind.AUTHORITY), now)
    return BUREAU


def _second_officer(home: Home) -> str:
    now = datetime.now(UTC)
    with writing(open_store(home)) as connection:
        person = people.register(connection, "周宁", None, by="x", now=now)
        memberships.enter(connection, person.id, BUREAU, Role.SECURITY, by="x", now=now)
    return person.name
