"""Cases of correction as their parties take them over HTTP."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from catalog.keys import row_reference
from catalog.store import reading, writing
from catalog.store.tables.forms import corrections
from policies.access import OrganisationKind, Role
from space.api.app import create_app
from space.identity.organisations import Organisation, register
from space.identity.tokens import issue
from space.wayback.recall.following import follow
from tests.space.serving import serving

POLICE, AUTHORITY = "11990100MB0000001X", "11990100MB0000009X"
PNG = bytes.fromhex("89504e470d0a1a0a") + b"a photograph"
Door = Callable[..., httpx.Client]


@pytest.fixture
def door(telling: Any) -> Iterator[Door]:
    """A client of an organisation."""
    town = telling
    with ExitStack() as stack:
        address = stack.enter_context(serving(create_app(town.home, clock=lambda: town.now)))

        def of(code: str, role: Role = Role.CLIENT) -> httpx.Client:
            with writing(town.engine) as connection:
                if code == POLICE:
                    register(connection, Organisation(code, "公安局", OrganisationKind.DEPARTMENT), town.now)
                if code == AUTHORITY:
                    register(connection, Organisation(code, "数据局", OrganisationKind.AUTHORITY), town.now)
                token = issue(connection, code, role=role, by="李四", days=100, now=town.now)
            headers = {"Authorization": f"Bearer {token.secret}"}
            return stack.enter_context(httpx.Client(base_url=address, headers=headers, timeout=30))

        yield of


def wrong(town: Any, **changed: Any) -> dict[str, Any]:
    reference = row_reference(town.keys.pseudonym, "civil.population", {"id_card": town.person(1)})
    return {
        "dataset": "civil.population", "row": reference, "field": "phone", "value": "13700000001",
        "reason": "本人来电更正", "by": "王五",
    } | changed  # fmt: skip


def test_the_authority_sees_decides_and_follows_what_is_before_it(telling: Any, door: Door) -> None:
    street, police, authority = door("street"), door(POLICE), door(AUTHORITY, Role.AUTHORITY)
    named = street.post("/v1/corrections", json=wrong(telling)).json()["id"]
    case = f"/v1/corrections/{named}"
    assert authority.get(case).status_code == 404
    police.post(f"{case}/answer", json={"accepted": False, "reason": "与户籍一致", "by": "赵六"})
    decision = {"overturn": True, "basis": "户口簿", "by": "孙七"}
    assert authority.post(f"{case}/decision", json=decision).status_code == 422
    street.post(f"{case}/appeal", json={"reason": "户口簿为证", "by": "王五"})

    assert [one["id"] for one in authority.get("/v1/corrections/before").json()["corrections"]] == [named]
    # Whoever answers for the source is shown its own row and both values; nobody else is.
    judged = police.get(case).json()["to_judge"]
    assert (judged["key"], judged["proposed"]) == ({"id_card": telling.person(1)}, "13700000001")
    assert street.get(case).json()["to_judge"] is None
    looked = authority.get(case)
    assert looked.json()["level"] == "authority"
    assert looked.json()["to_judge"] is None
    assert police.post(f"{case}/decision", json=decision).status_code == 403
    assert police.get("/v1/corrections/workbook").status_code == 422
    made = [authority.post(f"{case}/decision", json=decision, headers={"Idempotency-Key": "d"}) for _ in "ab"]
    assert [one.json()["state"] for one in made] == ["accepted", "accepted"]
    assert authority.get("/v1/corrections/before").json()["corrections"] == []
    assert police.get("/v1/corrections/workbook").content.startswith(b"PK")
    assert authority.post("/v1/corrections/checks").json() == {"checked": []}
    assert authority.post("/v1/corrections/escalation").json() == {"corrections": []}


def test_lists_that_are_told_side_by_side_are_paged_together(telling: Any, door: Door) -> None:
    street, police = door("street"), door(POLICE)
    for number in (1, 2):  # of the street
        reference = row_reference(
            telling.keys.pseudonym, "civil.population", {"id_card": telling.person(number)}
        )
        opened = street.post("/v1/corrections", json=wrong(telling, row=reference))
        assert opened.status_code == 201, opened.text
        refusal = {"accepted": False, "reason": "与户籍一致", "by": "赵六"}  # the street is told of it
        answered = police.post(f"/v1/corrections/{opened.json()['id']}/answer", json=refusal)
        assert answered.status_code == 200, answered.text
    for client, path in ((street, "/v1/corrections"), (police, "/v1/corrections"), (street, "/v1/inbox")):
        whole = client.get(path).json()
        assert whole.pop("next") is None
        assert any(len(found) > 1 for found in whole.values()), path
        told: dict[str, list[Any]] = {name: [] for name in whole}
        address = f"{path}?limit=1"
        while address:
            page = client.get(address)
            assert {len(found) for name, found in page.json().items() if name != "next"} <= {0, 1}
            for name in told:
                told[name] += page.json()[name]
            address = page.links.get("next", {}).get("url", "")
        assert told == whole, path
    foreign = police.get("/v1/corrections?limit=1").json()["next"]
    assert street.get("/v1/inbox", params={"cursor": foreign}).json()["code"] == "request.cursor"
    assert "list" in street.get("/v1/corrections", headers={"Accept": "text/csv"}).text.splitlines()[0]


def test_a_case_goes_from_challenge_to_appeal_between_its_parties(telling: Any, door: Door) -> None:
    town, street, village, police = telling, door("street"), door("village"), door(POLICE)
    opened = street.post("/v1/corrections", json=wrong(town))
    assert opened.status_code == 201, opened.text
    case = f"/v1/corrections/{opened.json()['id']}"

    file = {"title": "户口簿", "content": base64.b64encode(PNG).decode(), "by": "王五"}
    attached = street.post(f"{case}/evidence", json=file)
    assert (attached.status_code, attached.json()["kind"]) == (201, "png")
    path = f"{case}/evidence/{attached.json()['id']}"
    assert police.post(path, json={"by": "赵六"}).content == PNG
    assert [one["state"] for one in police.get("/v1/corrections").json()["to_answer"]] == ["open"]
    refusal = {"accepted": False, "reason": "与户籍一致", "by": "赵六"}
    assert street.post(f"{case}/answer", json=refusal).status_code == 422
    assert police.post(f"{case}/answer", json=refusal).json()["state"] == "rejected"
    up = street.post(f"{case}/appeal", json={"reason": "户口簿为证", "by": "王五"})
    assert (up.json()["state"], up.json()["level"]) == ("before_authority", "authority")

    shown = street.get(case).json()
    assert [step["event"] for step in shown["steps"]] == ["open", "reject", "appeal"]
    for strange in (village.get(case), village.post(path, json={"by": "x"}), village.post(
        f"{case}/appeal", json={"reason": "x", "by": "x"}
    )):  # fmt: skip
        assert strange.status_code == 404
    assert (
        street.post(f"{case}/withdrawal", json={"reason": "已查明", "by": "王五"}).json()["state"]
        == "withdrawn"
    )


def test_a_repeated_request_makes_one_case_and_a_wrong_one_none(telling: Any, door: Door) -> None:
    town, street = telling, door("street")
    key = {"Idempotency-Key": "k1"}

    first = street.post("/v1/corrections", json=wrong(town), headers=key)
    again = street.post("/v1/corrections", json=wrong(town), headers=key)

    assert first.json() == again.json()
    with reading(town.engine) as connection:
        assert connection.execute(select(func.count()).select_from(corrections)).scalar() == 1
    other = street.post("/v1/corrections", json=wrong(town, value="13700000002"), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.reused")
    unkeyed = street.post("/v1/corrections", json=wrong(town))
    assert (unkeyed.status_code, "already challenged" in unkeyed.json()["detail"]) == (422, True)

    # What cannot be challenged is a problem that repeats no value.
    refused = street.post("/v1/corrections", json=wrong(town, value="不是号码"))
    elsewhere = street.post("/v1/corrections", json=wrong(town, row="0" * 32))
    broken = street.post("/v1/corrections/cor_0/evidence", json={"title": "x", "content": "*", "by": "王五"})

    assert (refused.status_code, refused.json()["code"]) == (422, "correction.value")
    assert "不是号码" not in refused.text
    assert elsewhere.status_code == 422
    assert broken.json()["code"] == "correction.attachment.encoding"


def test_a_receiver_says_over_http_that_it_has_replaced_the_value(telling: Any, door: Door) -> None:
    town, street, police = telling, door("street"), door(POLICE)
    case = street.post("/v1/corrections", json=wrong(town)).json()["id"]
    said = {"accepted": True, "reason": "属实", "by": "赵六"}
    police.post(f"/v1/corrections/{case}/answer", json=said)
    follow(town.home, town.engine, town.later())

    done = street.post(f"/v1/corrections/{case}/replacement", json={"by": "王五"})

    assert done.json() == {"correction": case, "receiver": "street", "closed": "replaced"}
    assert street.post(f"/v1/corrections/{case}/replacement", json={"by": "王五"}).status_code == 404
