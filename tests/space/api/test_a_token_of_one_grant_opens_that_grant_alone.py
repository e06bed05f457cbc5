"""A token that was issued for one grant: nothing of another grant of its organisation is fetched by it."""

from __future__ import annotations

from typing import Any

from catalog.store import writing
from policies.access import Role
from space.contracting.values import PARTIES
from space.identity.tokens import Caller, issue
from space.jobs import jobs
from space.jobs.kinds import KINDS
from tests.space.api.conftest import AUTHORITY, Door
from tests.space.bureau_contracts import POPULATION
from tests.space.contracting.parties import Parties, new_key
from tests.space.supply.conftest import Counter


def bearer(door: Door, held: Any, grant: str | None = None) -> dict[str, str]:
    """A header that bears a token of the holder of a grant, for one grant or all of its."""
    b = door.bureau
    with writing(b.engine) as connection:
        made = issue(
            connection, held.grantee, role=Role.CLIENT, by="张磊", days=10, now=b.clock(), grant_id=grant
        )
    return {"Authorization": f"Bearer {made.secret}"}


def asked(door: Door, organisation: str, kind: str, **wanted: Any) -> str:
    """A job that waits."""
    b = door.bureau
    with writing(b.engine) as connection:
        who = Caller(organisation, Role.CLIENT)
        return jobs.ask(connection, who, kind, wanted, by="周敏", now=b.clock()).id


def test_a_token_of_one_grant_opens_nothing_of_another(door: Door) -> None:
    counter = Counter(door.bureau)
    mine, other = counter.granted(), counter.granted(items={POPULATION.name: ("sex", "district")})
    own, supply = counter.supply(mine), counter.supply(other)
    jobs_of = [asked(door, mine.grantee, "verification", grant=one.id) for one in (mine, other)]
    imported = asked(door, mine.grantee, "bulk-import")
    narrow, wide = bearer(door, mine, mine.id), bearer(door, mine)
    place = f"/v1/supplies/{supply.id}"
    reads = [place, f"{place}/proofs", f"/v1/grants/{other.id}", f"/v1/supplies?grant={other.id}"]
    reads += [f"/v1/jobs/{job}{part}" for job in (jobs_of[1], imported) for part in ("", "/result")]
    acts = {
        f"{place}/links": None,
        f"{place}/acknowledgement": {"rows": supply.rows, "by": "周敏"},
        f"{place}/deletion": {"on": "2026-09-24", "by": "周敏"},
        f"/v1/jobs/{jobs_of[1]}/cancellation": {"by": "周敏"},
    }

    told = [door.client.get(each, headers=narrow) for each in reads]
    told += [door.client.post(path, json=body, headers=narrow) for path, body in acts.items()]

    assert {(each.status_code, each.json()["code"]) for each in told} == {(403, "grant.not_held")}

    def listed(path: str, headers: dict[str, str]) -> list[str]:
        found = door.client.get(path, headers=headers).json()
        return [one["id"] for one in found[path.split("/")[2]]]

    assert listed("/v1/supplies", narrow) == [own.id]
    assert listed("/v1/grants", narrow) == [mine.id]
    assert listed("/v1/jobs", narrow) == [jobs_of[0]]
    assert set(listed("/v1/jobs", wide)) == {*jobs_of, imported}
    assert door.client.get(f"/v1/supplies/{own.id}", headers=narrow).status_code == 200
    assert door.client.get(place, headers=wide).status_code == 200


def test_a_token_of_one_grant_opens_no_receipt_of_another(door: Door) -> None:
    b = door.bureau
    mine, other = Counter(b).granted(), b.held(b.trade)
    answer = b.ask(other, "SELECT industry, count(*) AS firms FROM market.firms GROUP BY industry")
    path = f"/v1/receipts/{answer.receipt_id}"
    assert door.client.get(path, headers=bearer(door, mine, mine.id)).json()["code"] == "grant.not_held"
    assert door.client.get(path, headers=bearer(door, mine, other.id)).status_code == 200


def test_what_came_of_a_job_is_read_by_whoever_may_do_it(door: Door) -> None:
    for kind in KINDS:
        job = asked(door, AUTHORITY, kind)
        told = door.get(f"/v1/jobs/{job}/result", Role.CLIENT).status_code
        assert told == (404 if kind in ("verification", "log-verification") else 403), kind


def test_a_token_of_one_grant_reads_no_contract_of_another(door: Door) -> None:
    b = door.bureau
    other = b.held(b.trade)
    b.permitted(b.department, b.trade)
    parties = Parties(b)
    for side in PARTIES:
        parties.register(side, new_key())
    held = parties.in_force()
    b.permitted(b.department, b.trade)
    offered = parties.offered()
    narrow, foreign, wide = bearer(door, held, held.id), bearer(door, other, other.id), bearer(door, held)

    def listed(headers: dict[str, str]) -> set[str]:
        return {one["id"] for one in door.client.get("/v1/contracts", headers=headers).json()["contracts"]}

    (mine,), (theirs,) = listed(narrow), listed(foreign)
    assert listed(wide) == {mine, theirs, offered.id}
    for path in (f"/v1/contracts/{mine}", f"/v1/contracts/{mine}/statement"):
        assert door.client.get(path, headers=narrow).status_code == 200
        assert door.client.get(path, headers=foreign).json()["code"] == "grant.not_held"
    assert door.client.get(f"/v1/contracts/{offered.id}", headers=narrow).json()["code"] == "grant.not_held"


def test_a_token_of_one_grant_gives_no_other_back_and_reads_no_other_notice(door: Door) -> None:
    b = door.bureau
    counter = Counter(b)
    mine, other = counter.granted(), counter.granted(items={POPULATION.name: ("sex", "district")})
    narrow, why = bearer(door, mine, mine.id), {"reason": "不再需要", "by": "周敏"}
    told = door.client.post(f"/v1/grants/{other.id}/return", json=why, headers=narrow)
    assert (told.status_code, told.json()["code"]) == (403, "grant.not_held")
    b.revoke(other)

    def subjects(headers: dict[str, str]) -> set[str]:
        found = door.client.get("/v1/notices", headers=headers).json()["notices"]
        return {one["subject"] for one in found}

    assert other.id in subjects(bearer(door, mine))
    assert other.id not in subjects(narrow)
