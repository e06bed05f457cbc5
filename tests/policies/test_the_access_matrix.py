"""The access matrix: whole, by default closed, its administrators apart, as the documentation prints it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from policies import access_matrix
from policies.access import ADMINISTRATORS, Act, Relation, Role, ever, may
from policies.access_matrix import acts, lines, reach, roles, through
from policies.decision import Deny, Permit
from space.access.printed import BEGIN, END, page

ROOT = Path(__file__).resolve().parents[2]
# What none of the three administrators may do: ask for data, grant it, read it.
DATA = {
    Act.QUERY_ASK, Act.QUERY_EXPLAIN, Act.VERIFICATION_ASK, Act.WORKSPACE_KEEP, Act.STANDING_KEEP,
    Act.SUPPLY_TAKE, Act.SUPPLY_MAKE, Act.REQUEST_FILE, Act.REQUEST_DECIDE, Act.GRANT_SIGN, Act.CONTRACT_READ,
    Act.CONTRACT_NEGOTIATE, Act.RULE_SET, Act.AGREEMENT_NEGOTIATE, Act.INBOX_READ, Act.INBOX_UNMASK,
    Act.LEDGER_KEEP, Act.FORM_FILL, Act.CORRECTION_READ, Act.DETAIL_READ, Act.RECEIPT_READ, Act.DATASET_BUILD,
    Act.HOLDER_READ, Act.CATALOGUE_KEEP, Act.DELIVERY_MAKE, Act.ENTITLEMENT_KEEP,
}  # fmt: skip


def test_every_cell_is_one_line_and_most_are_closed() -> None:
    cells = list(lines())
    assert len(cells) == len(Role) * len(Act) * len(Relation)
    assert len({(each.role, each.relation, each.act) for each in cells}) == len(cells)
    assert sum(each.allowed for each in cells) < len(cells) / 4


def test_a_cell_is_open_exactly_where_a_line_of_the_file_opens_it() -> None:
    for each in lines():
        assert each.allowed is (through(each.role, each.act, each.relation) is not None), each


def test_every_role_and_every_act_is_said_in_both_languages() -> None:
    for one in (*roles().values(), *acts().values()):
        assert one.zh
        assert one.en
        assert any("\u4e00" <= letter <= "\u9fff" for letter in one.zh), one
        assert one.en.isascii(), one


def test_the_matrix_is_read_without_a_line_in_the_log() -> None:
    # In a process of its own: whoever loads it first is told of, and never again.
    program = (
        "import logging; logging.basicConfig(level=logging.INFO);"
        "from policies.access import Act, Role, ever; ever(Role.READER, Act.CATALOGUE_READ)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""


def test_no_act_is_open_to_nobody() -> None:
    assert [act for act in Act if not acts()[act].named] == []


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_no_administrator_asks_grants_or_reads_data(role: Role) -> None:
    assert [act for act in DATA if isinstance(ever(role, act), Permit)] == []


def test_the_administrators_share_nothing_but_what_everybody_may_and_who_is_who() -> None:
    shared = {Act.ORGANISATION_READ, Act.PERSON_READ}
    everybody = {act for act in Act if all(isinstance(ever(role, act), Permit) for role in Role)}
    mine = {role: {act for act in Act if reach(role, act)} - everybody - shared for role in ADMINISTRATORS}
    security, audit = mine[Role.SECURITY_ADMIN], mine[Role.AUDIT_ADMIN]
    assert not mine[Role.SYSTEM_ADMIN] & (security | audit)
    # What is watched is read by both, and acted on by one.
    assert security & audit == {Act.ALERT_READ, Act.INCIDENT_READ}


def test_the_audit_administrator_only_reads() -> None:
    assert {act.value.partition(":")[2] for act in Act if reach(Role.AUDIT_ADMIN, act)} - {"own", "open"} <= {
        "read",
        "verify",
    }


def test_who_signs_does_not_prepare_what_it_signs() -> None:
    assert isinstance(may(Role.DEPARTMENT_HEAD, Act.ENTRY_SIGN), Permit)
    assert isinstance(ever(Role.DEPARTMENT_HEAD, Act.CATALOGUE_KEEP), Deny)
    assert isinstance(ever(Role.STEWARD, Act.ENTRY_SIGN), Deny)
    assert isinstance(ever(Role.AUTHORITY, Act.ENTRY_SIGN), Deny)


def test_nothing_of_a_stranger_is_open_but_to_those_who_read_all() -> None:
    for each in lines():
        if each.allowed and each.relation is Relation.FOREIGN:
            verb = each.act.value.partition(":")[2]
            administrators = each.role in ADMINISTRATORS
            assert administrators or verb in ("read", "verify", "object", "preview", "open"), each


def test_a_refusal_says_whether_the_role_or_the_relation_is_in_the_way() -> None:
    never, not_here = may(Role.READER, Act.QUERY_ASK), may(Role.CLIENT, Act.QUERY_ASK, Relation.SIBLING)
    assert isinstance(never, Deny)
    assert never.reasons[0].code == "access.role"
    assert isinstance(not_here, Deny)
    assert not_here.reasons[0].code == "access.relation"


def test_a_file_that_leaves_an_act_out_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = dict(access_matrix._document())
    acts_less = {name: of for name, of in whole["acts"].items() if name != "query:ask"}
    monkeypatch.setattr(access_matrix, "_document", lambda: whole | {"acts": acts_less})
    acts.cache_clear()
    try:
        with pytest.raises(ValueError, match="leaves query:ask out"):
            acts()
    finally:
        acts.cache_clear()


def test_the_documentation_prints_the_matrix() -> None:
    text = (ROOT / "docs" / "access.md").read_text(encoding="utf-8")
    printed = text[text.index(BEGIN) : text.index(END) + len(END)] + "\n"
    assert printed == page(), "run `ybz access matrix --markdown` and put it into docs/access.md"
