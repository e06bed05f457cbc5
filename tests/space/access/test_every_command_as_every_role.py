"""Every command, run as every role of an organisation in every relation, lets in whom the matrix lets in.

Whose thing a command is about is judged for all of them. That the loader asks before a command runs is tried
with the program itself and an option there is not: who may not run the command is refused,
who may is told of it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

import ybz
from catalog.store import reading, writing
from policies.access import Relation, Role, ever, may
from policies.access_matrix import acts
from policies.decision import Deny, Permit
from space.access import doors, enforcing, passing
from space.access.doors import Door
from space.identity import memberships, people
from space.identity.tokens import Caller, issue
from tests.space.access.doors_found import Command, commands
from tests.space.access.neighbours import NOW, OWN, STANDS, City, Neighbours

pytestmark = pytest.mark.embedded

# One of so many is run, and one of so many judged, in every build.
SAMPLED, JUDGED = 151, 41


@pytest.fixture(scope="module")
def known() -> list[Command]:
    """Every command of ``ybz``."""
    return commands()


@pytest.fixture
def judged(city: City, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    """The city, its commands judged by the matrix."""
    monkeypatch.setenv("YBZ_HOME", str(city.home.root))
    monkeypatch.delenv("YBZ_TOKEN", raising=False)
    with writing(city.around.engine) as connection:
        enforcing.enforce(connection, by="test", reason="people are entered", now=NOW)
    yield city
    with writing(city.around.engine) as connection:
        if enforcing.enforced(connection) is not None:
            enforcing.relax(connection, by="test", reason="over", now=NOW)


@pytest.mark.parametrize(
    "every", [pytest.param(JUDGED, id="a fixed part"), pytest.param(1, id="all", marks=pytest.mark.full)]
)
def test_every_role_passes_every_command_towards_whom_the_matrix_says(
    city: City, known: list[Command], every: int
) -> None:
    wrong = []
    with reading(city.around.engine) as connection:
        for command, office, role, stands in _runs(known)[::every]:
            given = {"office": office, "party": office}
            door = doors.command(command.words, given)
            assert door is not None, command.words
            if door.public:
                continue
            caller, named = Caller(STANDS[stands], role), _thing(door, city.around)
            denied = passing._judged(connection, caller, door, given | {door.where: named}, NOW)
            if (denied is None) is not _allowed(door, office, role, stands):
                wrong.append((command.words, office, role.value, stands.value, denied))
    assert wrong == []


@pytest.mark.parametrize(
    "every", [pytest.param(SAMPLED, id="a fixed part"), pytest.param(1, id="all", marks=pytest.mark.full)]
)
def test_the_program_lets_in_whom_the_matrix_lets_in_and_nobody_else(
    judged: City, known: list[Command], monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    wrong = []
    for command, role in [(command, role) for command in known for role in Role][::every]:
        door = doors.command(command.words, {})
        assert door is not None, command.words
        monkeypatch.setenv("YBZ_TOKEN", judged.around.tokens[role, Relation.OWN])
        done = _run([*command.words.split(), "--no-such-option"])
        named = door.named or door.concerns == doors.EVERYTHING
        decision = ever(role, door.act) if named else may(role, door.act)
        permitted = door.public or isinstance(decision, Permit)
        alone = permitted and doors.takes_two(door)  # these tokens are of no person
        expected = 1 if alone or not permitted else 2
        code = "access.no_person" if alone else "access.role"
        if done.exit_code != expected or (expected == 1) is not (code in done.stderr):
            wrong.append((command.words, role.value, done.exit_code, done.stderr[:80]))
    assert wrong == []


def test_nobody_runs_a_command_without_a_token(judged: City) -> None:
    done = _run(["grant", "list"])
    assert done.exit_code == 1
    assert "access.nobody" in done.stderr


def test_a_command_for_everybody_needs_no_token(judged: City) -> None:
    assert _run(["access", "show", "steward"]).exit_code == 0


def test_help_is_for_everybody(judged: City) -> None:
    assert _run(["grant", "new", "--help"]).exit_code == 0
    assert _run(["--help"]).exit_code == 0


def test_a_word_that_reads_like_a_call_for_help_opens_nothing(
    judged: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YBZ_TOKEN", judged.around.tokens[Role.READER, Relation.OWN])
    assert "access.role" in _run(["revoke", "grant_1", "--reason", "--help"]).stderr
    assert "access.role" in _run(["revoke", "--", "--help"]).stderr


def test_a_list_of_everybodys_things_is_not_for_who_reaches_its_own(
    judged: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YBZ_TOKEN", judged.around.tokens[Role.CLIENT, Relation.OWN])
    assert "access.relation" in _run(["grant", "list"]).stderr
    monkeypatch.setenv("YBZ_TOKEN", judged.around.tokens[Role.AUDITOR, Relation.FOREIGN])
    assert "access." not in _run(["grant", "list", "--to", OWN]).stderr


# Kinds of things that are of a grant, and lists that hold those of several.
_OF_GRANTS = {"grant", "held", "supply", "receipt", "standing", "contract", "organisation"}


def test_a_token_of_one_grant_runs_no_command_on_another(city: City, known: list[Command]) -> None:
    found = [(one.words, doors.command(one.words, {})) for one in known]
    narrow = [
        (words, door)
        for words, door in found
        if door is not None and acts()[door.act].one_grant and door.concerns in _OF_GRANTS
    ]
    assert {"supply show", "supply list", "grant list", "grant show", "contract list", "receipt"} <= {
        words for words, _ in narrow
    }
    things = city.around.things | {"organisation": OWN}
    role = Role.CLIENT
    with reading(city.around.engine) as connection:
        for words, door in narrow:
            if isinstance(ever(role, door.act), Deny):
                continue
            for named in ({door.where: things[door.concerns]}, {door.where: None}):
                caller = Caller(OWN, role, grant_id="grt_another")
                assert passing._judged(connection, caller, door, named, NOW) is not None, words
            if door.concerns in ("grant", "held"):
                caller = Caller(OWN, role, grant_id=things[door.concerns])
                given = {door.where: things[door.concerns]}
                assert passing._judged(connection, caller, door, given, NOW) is None, words


def test_nobody_takes_an_office_by_another_word(judged: City, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = judged.around.things["dataset"]
    monkeypatch.setenv("YBZ_TOKEN", judged.around.tokens[Role.STEWARD, Relation.OWN])
    done = _run(["entry", "trigger", entry, "--as", "authority", "--kind", "law", "--what", "new law"])
    assert "access.office" in done.stderr or done.exit_code == 2
    assert "access.role" in _run(["entry", "withdraw", entry, "--as", "authority", "--reason", "x"]).stderr


def test_a_person_acts_under_the_own_name_only(judged: City, monkeypatch: pytest.MonkeyPatch) -> None:
    with writing(judged.around.engine) as connection:
        person = people.register(connection, "周敏", None, by="test", now=NOW)
        held = memberships.enter(connection, person.id, OWN, Role.SECURITY_ADMIN, by="test", now=NOW)
        token = issue(
            connection, OWN, role=Role.SECURITY_ADMIN, by="test", days=20_000, now=NOW, membership=held.id
        )
    monkeypatch.setenv("YBZ_TOKEN", token.secret)
    other = _run(["access", "relax", "--reason", "over", "--by", "王敏"])
    assert other.exit_code == 1
    assert "access.another_name" in other.stderr
    assert _run(["access", "relax", "--reason", "over"]).exit_code == 0
    with reading(judged.around.engine) as connection:
        assert enforcing.enforced(connection) is None
        ended = connection.exec_driver_sql(
            "SELECT ended_by FROM access_enforcements ORDER BY ended_at DESC"
        ).scalars()
        assert "周敏" in set(ended)


def test_before_it_begins_the_shell_may_do_everything(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YBZ_HOME", str(city.home.root))
    monkeypatch.delenv("YBZ_TOKEN", raising=False)
    assert "access." not in _run(["grant", "show", "no-such-grant"]).stderr


def _runs(known: list[Command]) -> list[tuple[Command, str | None, Role, Relation]]:
    """Every command in every office, as every role of an organisation in every relation."""
    return [
        (command, office, role, stands)
        for command in known
        for office in sorted(command.offices) or [None]
        for role in Role
        for stands in Relation
    ]


def _run(arguments: list[str]) -> Result:
    return CliRunner().invoke(ybz.ybz, arguments)


def _thing(door: Door, around: Neighbours) -> str | None:
    return around.things[door.concerns] if door.named else None


def _allowed(door: Door, office: str | None, role: Role, stands: Relation) -> bool:
    """What the matrix says of a command, run in an office."""
    seats = doors.office_roles(office) if office else ()
    if seats and role not in seats:
        return False
    if door.concerns == doors.EVERYTHING:
        stands = Relation.FOREIGN  # nobody here is the installation's data authority
    elif not door.named:
        stands = Relation.OWN
    return isinstance(may(role, door.act, stands), Permit)
