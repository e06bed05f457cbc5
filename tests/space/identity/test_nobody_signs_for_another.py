"""A person's own token acts as that person, and is never both of two persons, whatever a body says."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.store import writing
from policies.access import Role
from space.granting import stopping
from space.identity import memberships
from space.identity.tokens import issue
from tests.space.identity.conftest import NOON, Bureau

WHOM = {"subject": "11010519491231002X"}  # the example of GB 11643
ASKED = {**WHOM, "reason": "本人查询其信息去向"}


class Seat:
    """A person before the application, by a token of its own."""

    def __init__(self, bureau: Bureau, name: str, role: Role, organisation: str = "dept-a") -> None:
        self.person = bureau.person(name, role, organisation)
        with writing(bureau.engine) as connection:
            (held,) = memberships.of_person(connection, self.person)
            made = issue(connection, organisation, role=role, by="x", days=9, now=NOON, membership=held.id)
        self._app, self._bearer = bureau.app(), {"Authorization": f"Bearer {made.secret}"}

    def get(self, path: str) -> tuple[int, Any]:
        answer = self._app.get(path, headers=self._bearer)
        return answer.status_code, answer.json()

    def waiting(self) -> list[dict[str, Any]]:
        """What waits for this person's signature."""
        found: list[dict[str, Any]] = self.get("/v1/second-signatures?mine=true")[1]["signatures"]
        return found

    def sign(self, waits: dict[str, Any]) -> tuple[int, Any]:
        """Consent to what waits, as it was read."""
        return self.post(f"/v1/second-signatures/{waits['id']}/consent", {"digest": waits["digest"]})

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        answer = self._app.post(path, json=body, headers=self._bearer)
        return answer.status_code, answer.json()


def test_a_person_asks_in_no_other_name_and_does_not_consent_to_itself(bureau: Bureau) -> None:
    first, second = (Seat(bureau, name, Role.AUDITOR) for name in ("王芳", "李强"))
    status, told = first.post("/v1/holders", {**ASKED, "by": "李强"})
    assert (status, told["reasons"][0]["code"]) == (403, "access.another_name")
    status, made = first.post("/v1/holders", {**ASKED, "by": first.person})
    assert (status, made["asked_by"]) == (201, "王芳")
    consent = f"/v1/holders/{made['id']}/consent"
    for name, code in (("李强", "access.another_name"), ("王芳", "holders.same_person")):
        assert first.post(consent, {"by": name})[1]["reasons"][0]["code"] == code
    assert second.post(consent, {})[1]["consented_by"] == "李强"


def test_a_search_is_of_the_organisation_that_asked_and_of_who_reaches_all(bureau: Bureau) -> None:
    assert Seat(bureau, "周敏", Role.STEWARD).post("/v1/holders", {**ASKED, "by": "周敏"})[0] == 403
    _, made = Seat(bureau, "王芳", Role.AUDITOR).post("/v1/holders", {**ASKED, "by": "王芳"})
    other = Seat(bureau, "李强", Role.AUDITOR, "dept-b")
    search = f"/v1/holders/{made['id']}"
    assert other.post(f"{search}/consent", {"by": "李强"})[0] == 404
    assert other.post(f"{search}/look", {**WHOM, "by": "李强"})[0] == 404


@pytest.mark.parametrize(
    ("by", "approved_by", "code"),
    [("李强", "赵平", "access.another_name"), ("王芳", "王芳", "access.one_person")],
)
def test_who_consents_to_an_extension_is_the_caller(
    bureau: Bureau, by: str, approved_by: str, code: str
) -> None:
    authority = Seat(bureau, "王芳", Role.AUTHORITY)
    body = {"reason": "案情复杂", "by": by, "approved_by": approved_by}
    status, told = authority.post("/v1/requests/req-1/cases/case-1/extension", body)
    assert (status, told["reasons"][0]["code"]) == (403, code)


def test_who_proposed_by_name_does_not_agree_by_id(bureau: Bureau) -> None:
    officer = Seat(bureau, "王芳", Role.SECURITY)
    with writing(bureau.engine) as connection:
        stop = stopping.stop(connection, "organisation", "dept-b", reason="泄露", by="李强", now=NOON)
        stopping.propose_lift(connection, stop.id, reason="已查清", by="王芳", now=NOON)
    assert officer.post(f"/v1/stops/{stop.id}/agreement", {})[1]["reasons"][0]["code"] == "stop.same_person"
