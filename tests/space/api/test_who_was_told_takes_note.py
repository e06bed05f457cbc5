"""A change of a list is taken note of by the organisation that was told of it, and by no other."""

from __future__ import annotations

from catalog.inventory.telling import Change, Concerned, announce, announcements
from catalog.store import reading, writing
from policies.access import Role
from tests.space.identity.conftest import NOON, Bureau, application, bureau
from tests.space.identity.test_nobody_signs_for_another import Seat

__all__ = ["application", "bureau"]


def test_another_organisation_takes_note_of_nothing_it_was_not_told(bureau: Bureau) -> None:
    change = Change("negative", "prohibit", "neg_1", "people.residents", "不予共享")
    told = (Concerned("department", "", "甲局", "dept-a"), Concerned("demander", "", "乙局"))
    with writing(bureau.engine) as connection:
        announce(connection, change, told, by="x", now=NOON)
    with reading(bureau.engine) as connection:
        ids = {each.organisation_name: each.id for each in announcements(connection)}
    seats = {"甲局": Seat(bureau, "王芳", Role.STEWARD), "乙局": Seat(bureau, "李强", Role.STEWARD, "dept-b")}
    for name, other in (("甲局", "乙局"), ("乙局", "甲局")):
        at = f"/v1/inventory/announcements/{ids[name]}/acknowledgement"
        status, refused = seats[other].post(at, {})
        assert (status, refused["reasons"][0]["code"]) == (403, "access.not_told")
        status, done = seats[name].post(at, {})
        assert (status, done["acknowledged_by"]) == (200, seats[name].person)
