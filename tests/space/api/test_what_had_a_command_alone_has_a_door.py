"""Reports, duty, saved queries, whole catalogues and single steps, asked for over HTTP."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import load_workbook

from policies.access import Role
from tests.space.api.conftest import AUTHORITY, Door
from tests.space.bureau import PEOPLE

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Wait = Callable[[str], dict[str, Any]]


def done(door: Door, waiting: Wait, path: str, said: dict[str, Any]) -> dict[str, Any]:
    """A job that was asked for, once it ended."""
    asked = door.post(path, said)
    assert asked.status_code == 202, asked.text
    assert asked.headers["location"] == f"/v1/jobs/{asked.json()['id']}"
    return waiting(asked.json()["id"])


def test_the_ledger_goes_out_in_the_departments_form_and_marked_faults_come_back(
    door: Door, waiting: Wait
) -> None:
    empty = door.get("/v1/bulk/template")
    assert (empty.status_code, empty.headers["content-type"]) == (200, XLSX)
    job = done(door, waiting, "/v1/bulk/exports", {"form": "xlsx", "by": "王敏"})
    assert (job["state"], job["result"]["entries"], job["file"]) == ("done", 5, XLSX)
    content = door.get(f"/v1/jobs/{job['id']}/result").content
    assert load_workbook(io.BytesIO(content)).sheetnames[0] == "目录编制表"
    former = {
        "file": {"name": "old.xlsx", "content": base64.b64encode(content).decode()},
        "origin": "旧目录系统", "basis": "云数〔2026〕1号", "by": "王敏",
    }  # fmt: skip
    adopted = done(door, waiting, "/v1/bulk/adoptions", former)
    assert (adopted["result"]["ok"], adopted["file"]) == (False, XLSX)
    assert adopted["result"]["faults"]
    assert door.get(f"/v1/jobs/{adopted['id']}/result").headers["content-type"] == XLSX
    mine = {"form": "csv"}
    assert door.post("/v1/bulk/exports", mine, Role.STEWARD, "11990100MB0000002X").status_code == 403


def test_contracts_are_packed_and_only_the_named_key_is_taken(door: Door, waiting: Wait) -> None:
    job = done(door, waiting, "/v1/bulk/bundles", {"names": ["market.firms"], "by": "王敏"})
    content = door.get(f"/v1/jobs/{job['id']}/result").content
    assert "contracts/market.firms.yaml" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    sent = {"file": {"name": "b.zip", "content": base64.b64encode(content).decode()}, "by": "王敏"}
    strange = done(door, waiting, "/v1/bulk/arrivals", sent | {"from_key": "another"})
    assert strange["state"] == "failed"
    known = done(door, waiting, "/v1/bulk/arrivals", sent | {"from_key": job["result"]["key_id"]})
    assert [one["name"] for one in known["result"]["entries"]] == ["market.firms"]
    broken = sent | {"file": {"name": "b.zip", "content": "AAAA"}, "from_key": "another"}
    failed = done(door, waiting, "/v1/bulk/arrivals", broken)
    assert failed["state"] == "failed"
    assert "/" not in failed["problem"]["detail"]


def test_views_and_templates_of_a_grant_are_its_holders_and_changed_as_looked_at(door: Door) -> None:
    b = door.bureau
    held = b.held(PEOPLE)
    who = {"headers": door.bearer(Role.CLIENT, held.grantee)}
    place = f"/v1/grants/{held.id}/workspace"
    text = {"sql": "SELECT district, count(*) AS persons FROM civil.population GROUP BY district"}

    saved = door.client.put(f"{place}/views/by_district", json=text, **who)
    assert saved.status_code == 200, saved.text
    looked = door.client.get(f"{place}/views/by_district", **who)
    assert looked.json()["sql"] == text["sql"]
    stale = {"headers": who["headers"] | {"If-Match": '"another"'}}
    assert door.client.put(f"{place}/views/by_district", json=text, **stale).status_code == 412
    fresh = {"headers": who["headers"] | {"If-Match": looked.headers["etag"]}}
    assert door.client.put(f"{place}/views/by_district", json=text, **fresh).status_code == 200
    template = door.client.put(f"{place}/templates/monthly", json=text, **who).json()
    assert [one["digest"] for one in door.client.get(f"{place}/templates", **who).json()["templates"]] == [
        template["digest"]
    ]
    stranger = {"headers": door.bearer(Role.CLIENT, AUTHORITY)}
    assert door.client.get(f"{place}/views", **stranger).json()["code"] == "grant.not_held"
    assert door.client.delete(f"{place}/views/by_district", **who).json()["state"] == "ended"
    assert door.client.get(f"{place}/views/by_district", **who).status_code == 404


def test_evaluations_and_reports_are_kept_by_who_keeps_them(door: Door) -> None:
    opened = {"scheme": "dataset", "subject": "market.firms", "period": "2026Q3", "by": "王敏"}
    made = [door.post("/v1/evaluations", opened, headers={"Idempotency-Key": "e"}) for _ in "ab"]
    assert [one.status_code for one in made] == [201, 201], made[0].text
    named = made[0].json()["id"]
    assert [one["id"] for one in door.get("/v1/evaluations/kept").json()["evaluations"]] == [named]
    assert door.client.get("/v1/evaluations").json()["evaluations"] == []
    assert door.client.get(f"/v1/evaluations/{named}").status_code == 404
    course = door.get(f"/v1/evaluations/{named}/course").json()
    assert (course["published"], [step["event"] for step in course["steps"]]) == (None, ["open"])
    assert door.post(f"/v1/evaluations/{named}/dropping", {"by": "王敏"}).status_code == 200
    assert door.get("/v1/bonds").json()["bonds"] == []
    for kind in ("risk", "impact-register", "important-data"):
        told = door.get(f"/v1/security-reports/{kind}").json()
        assert {"kind", "as_of", "figures"} <= set(told)
        assert door.get(f"/v1/security-reports/{kind}/page").text.startswith("<!")
        assert door.post(f"/v1/security-reports/{kind}", {"by": "王敏"}).json()["kept"]
        assert door.get(f"/v1/security-reports/{kind}", Role.CLIENT).status_code == 403


def test_a_small_file_of_many_equal_rows_is_neither_drafted_nor_tried(door: Door) -> None:
    rows = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), 2_000_001), ["甲"])
    packed = io.BytesIO()
    pq.write_table(pa.table({"name": rows}), packed)
    file = {"name": "roll.parquet", "content": base64.b64encode(packed.getvalue()).decode()}
    contract = door.get("/v1/entries/market.firms/contract").text
    for path, more in (("/v1/drafts", {}), ("/v1/drafts/trial", {"contract": contract})):
        refused = door.post(path, {"files": [file], **more})
        assert (refused.status_code, "more than 2000000 cells" in refused.text) == (422, True), refused.text


def test_duty_mail_anchors_and_figures_have_their_doors(door: Door, waiting: Wait) -> None:
    turn = {"address": "zhiban@example.org", "kinds": ["alert"], "by": "孙七"}
    assert door.post("/v1/duty", turn).status_code == 403
    made = door.post("/v1/duty", turn, Role.SECURITY_ADMIN).json()
    assert door.get("/v1/duty", Role.AUDIT_ADMIN).json()["turns"][0]["id"] == made["id"]
    for role in (Role.OPERATOR_ADMIN, Role.DEPARTMENT_HEAD):
        closed = door.get("/v1/duty", role, "11990100MB0000002X")
        assert closed.status_code in (403, 404)
        assert "zhiban" not in closed.text
    assert door.post(f"/v1/duty/{made['id']}/end", {"by": "孙七"}, Role.SECURITY_ADMIN).json()["ended"]
    assert door.get("/v1/mails", Role.SYSTEM_ADMIN).json() == {"mails": [], "waiting": 0}
    trial = door.post("/v1/mails/trial", None, Role.SYSTEM_ADMIN)
    assert (trial.status_code, trial.json()["code"]) == (422, "notice.no_server")

    sheet = door.get("/v1/evidence/anchors/sheet").json()
    kept = {"kept_by": "市公证处", "reference": "2026-17", "by": "孙七"}
    assert door.post("/v1/evidence/anchors", kept, Role.SYSTEM_ADMIN).json()["kept_by"] == "市公证处"
    (anchor,) = door.get("/v1/evidence/anchors").json()["anchors"]
    assert anchor["holds"]
    grown = door.get(f"/v1/evidence/growth?old={sheet['size']}&new={anchor['size']}")
    assert grown.json()["holds"]

    assert door.post("/v1/burden/publications", {"by": "周八"}, Role.AUDITOR).status_code == 403
    assert door.post("/v1/burden/publications", {"by": "王敏"}).json()["code"] == "burden.nothing"

    assert done(door, waiting, "/v1/reconciliations", {"by": "王敏"})["result"]["ok"]
    (scenario,) = door.get("/v1/scenarios").json()["scenarios"]
    assert door.get(f"/v1/scenarios/{scenario['id']}").json()["steps"]
    assert door.get("/v1/scenarios", Role.CLIENT, "11990100MB0000002X").json()["scenarios"] == []
    assert door.get("/v1/exchanges").json()["exchanges"] == []
    assert door.post("/v1/agreements/settlement", None).json() == {"moved": []}
    assert door.get("/v1/backflow/balance").json()["balances"] == []
    none = door.post("/v1/people/per_none/links", {"value": "x"}, Role.SYSTEM_ADMIN)
    assert none.json()["code"] == "identity.openid_none"
    assert door.post("/v1/delegations/dlg_none/end", {"by": "王敏"}).status_code == 404
