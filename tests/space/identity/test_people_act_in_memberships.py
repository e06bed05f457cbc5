"""People, whom they act for and how long; no two of the three administrators are one person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from catalog.store import reading, writing
from policies.access import ADMINISTRATORS, OrganisationKind, Role
from policies.clocks import local_date
from space.errors import Refused, Unknown
from space.identity import leaving, memberships, participants, people
from tests.space.identity.conftest import NOON, USCC, Bureau

TODAY = local_date(NOON)


def refused(code: str) -> pytest.RaisesContext[Refused]:
    return pytest.raises(Refused, match=f"^{code}: ")


def test_evidence_names_people_by_their_id_alone(bureau: Bureau) -> None:
    person = bureau.person("王小芳", Role.STEWARD)
    with writing(bureau.engine) as connection:
        people.correct(connection, person, None, "wang@example.cn", by="per_x", now=NOON)
        leaving.leave(connection, person, by="per_x", now=NOON)
    bodies = [
        body
        for event in ("person:register", "person:correct", "membership:enter", "membership:end", "person:end")
        for body in bureau.evidence(f"space:{event}")
    ]
    assert len(bodies) == 5
    assert not any(word in str(bodies) for word in ("王小芳", "wang@example.cn"))


@pytest.mark.parametrize("text", ["", "长" * 101])
def test_a_person_has_a_name(bureau: Bureau, text: str) -> None:
    with writing(bureau.engine) as connection, refused("identity.person"):
        people.register(connection, text, None, by="x", now=NOON)


def test_one_human_has_one_entry(bureau: Bureau) -> None:
    mail = "wang.fang@example.org"
    with writing(bureau.engine) as connection:
        made = people.register(connection, "王芳", mail, by="x", now=NOON)
        namesake = people.register(connection, "王芳", "ml.wang@example.org", by="x", now=NOON)
        people.register(connection, "李强", mail, by="x", now=NOON)  # of one office
    with writing(bureau.engine) as connection:
        for again in (
            lambda: people.register(connection, "王　芳", mail.upper(), by="x", now=NOON),
            lambda: people.correct(connection, namesake.id, None, mail, by="x", now=NOON),
        ):
            with pytest.raises(Refused, match=r"identity\.person_known"):
                again()
        assert people.correct(connection, made.id, "王芳", mail, by="x", now=NOON).contact == mail
        leaving.leave(connection, made.id, by="x", now=NOON)
        assert people.correct(connection, namesake.id, None, mail, by="x", now=NOON).contact == mail


def test_the_number_of_an_identity_card_is_kept_of_nobody(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection, refused("identity.person_number"):
        people.register(connection, "王芳", "11010119900101004X", by="x", now=NOON)


def test_a_membership_holds_from_its_first_day_to_its_last(bureau: Bureau) -> None:
    person = bureau.person("王芳", Role.STEWARD)
    with writing(bureau.engine) as connection:
        made = memberships.enter(
            connection, person, "dept-b", Role.STEWARD, by="x", now=NOON,
            first_day=TODAY + timedelta(days=2), last_day=TODAY + timedelta(days=4),
        )  # fmt: skip
    with reading(bureau.engine) as connection:
        held = [
            made.id
            in {one.id for one in memberships.of_person(connection, person, TODAY + timedelta(days=n))}
            for n in range(1, 6)
        ]
    assert held == [False, True, True, True, False]


def test_a_membership_does_not_begin_before_it_is_entered(bureau: Bureau) -> None:
    person = bureau.person("王芳", Role.STEWARD)
    yesterday = TODAY - timedelta(days=1)
    with writing(bureau.engine) as connection:
        for first, last in ((yesterday, None), (TODAY, yesterday)):
            with refused("identity.membership_days"):
                memberships.enter(
                    connection,
                    person,
                    "dept-b",
                    Role.STEWARD,
                    by="x",
                    now=NOON,
                    first_day=first,
                    last_day=last,
                )


def test_one_role_in_one_office_is_held_once(bureau: Bureau) -> None:
    person = bureau.person("王芳", Role.STEWARD)
    with writing(bureau.engine) as connection, refused("identity.membership_held"):
        memberships.enter(connection, person, "dept-a", Role.STEWARD, by="x", now=NOON)


@pytest.mark.parametrize("other", [Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_one_person_is_not_two_administrators_in_the_same_days(bureau: Bureau, other: Role) -> None:
    person = bureau.person("赵敏", Role.SYSTEM_ADMIN)
    with writing(bureau.engine) as connection, refused("identity.administrators"):
        memberships.enter(connection, person, "dept-b", other, by="x", now=NOON)


def test_another_administrator_may_follow_once_the_first_is_over(bureau: Bureau) -> None:
    person = bureau.person("赵敏", Role.SYSTEM_ADMIN)
    with writing(bureau.engine) as connection:
        (first,) = memberships.of_person(connection, person)
        memberships.change(connection, first.id, TODAY + timedelta(days=9), by="x", now=NOON)
        ninth, tenth = (TODAY + timedelta(days=n) for n in (9, 10))
        after = {"by": "x", "now": NOON}
        with refused("identity.administrators"):
            memberships.enter(connection, person, "dept-a", Role.AUDIT_ADMIN, first_day=ninth, **after)
        memberships.enter(connection, person, "dept-a", Role.AUDIT_ADMIN, first_day=tenth, **after)
        with refused("identity.administrators"):
            memberships.change(connection, first.id, None, by="x", now=NOON)


def test_the_roles_somebody_is_kept_from_are_told_before_one_is_given(bureau: Bureau) -> None:
    steward = bureau.person("王小芳", Role.STEWARD)
    keeper = bureau.person("李强", Role.SECURITY_ADMIN)
    with reading(bureau.engine) as connection:
        of_steward = memberships.kept_apart(connection, steward, NOON)
        of_keeper = memberships.kept_apart(connection, keeper, NOON)
    assert set(of_steward) == ADMINISTRATORS
    assert {reason.code for reason in of_steward.values()} == {"identity.administrator_business"}
    assert of_keeper[Role.SYSTEM_ADMIN].code == "identity.administrators"
    assert of_keeper[Role.STEWARD].code == "identity.administrator_business"
    assert Role.SECURITY_ADMIN not in of_keeper
    for role, reason in of_keeper.items():
        with writing(bureau.engine) as connection, refused(reason.code):
            memberships.enter(connection, keeper, "dept-b", role, by="x", now=NOON)


@pytest.mark.parametrize(
    ("held", "wanted"), [(Role.AUDIT_ADMIN, Role.STEWARD), (Role.CLERK, Role.SYSTEM_ADMIN)]
)
def test_an_administrator_takes_no_part_in_business(bureau: Bureau, held: Role, wanted: Role) -> None:
    person = bureau.person("赵敏", held)
    with writing(bureau.engine) as connection, refused("identity.administrator_business"):
        memberships.enter(connection, person, "dept-b", wanted, by="x", now=NOON)


def test_who_left_acts_in_nothing_and_is_entered_in_nothing(bureau: Bureau) -> None:
    person = bureau.person("王芳", Role.STEWARD)
    with writing(bureau.engine) as connection:
        leaving.leave(connection, person, by="x", now=NOON)
        assert memberships.of_person(connection, person, TODAY) == ()
        with refused("identity.person_ended"):
            memberships.enter(connection, person, "dept-b", Role.CLERK, by="x", now=NOON)
        with refused("identity.person_ended"):
            leaving.leave(connection, person, by="x", now=NOON)


def test_an_organisation_is_registered_under_a_right_code(bureau: Bureau) -> None:
    with writing(bureau.engine) as connection:
        made = participants.enrol(
            connection, USCC, "某数据公司", OrganisationKind.OPERATOR, by="x", now=NOON, region="140581"
        )
        assert (made.kind, made.region, made.parent) == (OrganisationKind.OPERATOR, "140581", None)
        for wrong in (USCC[:-1] + "5", "dept-z"):
            with refused("identity.code"):
                participants.enrol(connection, wrong, "某", OrganisationKind.OPERATOR, by="x", now=NOON)
        with pytest.raises(Unknown):
            participants.participant(connection, "dept-z", TODAY)


def test_parent_and_region_of_a_unit_are_those_of_the_tree(bureau: Bureau) -> None:
    from catalog.organisations.units import UnitKind, add

    with writing(bureau.engine) as connection:
        for code, name, kind, parent in (
            ("gov", "市人民政府", UnitKind.GOVERNMENT, None),
            ("street", "清波街道", UnitKind.GRASSROOTS, "gov"),
        ):
            add(
                connection, code=code, name=name, kind=kind, valid_from=TODAY, basis="文", by="x", now=NOON,
                parent=parent, region="140581",
            )  # fmt: skip
        with refused("identity.organisation_kind"):
            participants.enrol(connection, "street", "清波街道", OrganisationKind.OPERATOR, by="x", now=NOON)
        with refused("identity.organisation_region"):
            participants.enrol(
                connection, "street", "清波街道", OrganisationKind.GRASSROOTS, by="x", now=NOON, region="1405"
            )
        made = participants.enrol(
            connection, "street", "清波街道", OrganisationKind.GRASSROOTS, by="x", now=NOON
        )
    assert (made.region, made.parent) == ("140581", "gov")
