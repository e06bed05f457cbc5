"""The workspace as its holder reaches it: by command, and over HTTP with a token."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet
from click.testing import CliRunner

from catalog.store import writing
from policies.access import Role
from space.api.app import create_app
from space.identity.tokens import issue
from space.workspace import ending
from tests.space.bureau_contracts import identity
from tests.space.serving import serving
from ybz import ybz

OPENED = {"civil.population": ("id_card", "sex", "district", "income")}
FORM = {"key": "id_card=person", "category": "segment", "measure": "spend:0:100.5:1"}
COUNT = (
    "SELECT count(*) AS n, sum(c.spend) AS spend FROM workspace.customers AS c "
    "JOIN civil.population AS p ON c.id_card = p.id_card"
)


def csv_of(count: int, encoding: str = "utf-8") -> bytes:
    lines = ["id_card,segment,spend", *(f"{identity(n)},金卡,{n % 50}.5" for n in range(count))]
    return "\r\n".join(lines).encode(encoding)


def token_of(bureau: Any, code: str) -> dict[str, str]:
    with writing(bureau.engine) as connection:
        issued = issue(connection, code, role=Role.CLIENT, by="张磊", days=30, now=bureau.clock())
    return {"Authorization": f"Bearer {issued.secret}"}


def test_a_table_is_put_asked_shown_and_deleted_over_http(bureau: Any) -> None:
    held = bureau.granted(bureau.operator, OPENED)
    mine, theirs = (
        token_of(bureau, held.grantee),
        token_of(bureau, bureau.granted(bureau.other, OPENED).grantee),
    )
    app = create_app(bureau.home, clock=bureau.clock, pool=bureau.pool)
    with serving(app) as address, httpx.Client(base_url=address, timeout=60) as http:
        place = f"/v1/grants/{held.id}/workspace/tables"
        assert http.put(f"{place}/customers", params=FORM, content=csv_of(150)).status_code == 401
        other = http.put(f"{place}/customers", params=FORM, content=csv_of(150), headers=theirs)
        assert (other.status_code, other.json()["code"]) == (403, "grant.not_held")

        told = http.put(f"{place}/customers", params=FORM, content=csv_of(150, "gb18030"), headers=mine)
        assert (told.status_code, told.json()["units"], told.json()["joinable"]) == (200, 150, True)
        few = http.put(f"{place}/few", params=FORM, content=csv_of(99), headers=mine)
        assert (few.status_code, few.json()["code"]) == (422, "workspace.few_units")
        assert identity(3) not in few.text
        huge = http.put(f"{place}/huge", params=FORM, content=b"x" * (33 * 1024 * 1024), headers=mine)
        assert huge.status_code == 413

        asked = {"grant": held.id, "purpose": held.terms.purpose, "sql": COUNT}
        answer = http.post("/v1/queries", json=asked, headers=mine).json()
        assert (answer["mode"], answer["cost"]["rho"]) == ("dp", 0.01)
        assert abs(answer["rows"][0]["n"] - 150) < 150

        assert [one["name"] for one in http.get(place, headers=mine).json()["tables"]] == [
            "workspace.customers"
        ]
        assert http.get(f"{place}/customers", headers=theirs).status_code == 403
        assert http.get(f"{place}/nothing", headers=mine).status_code == 404
        gone = http.delete(f"{place}/customers", headers=mine).json()
        assert (gone["state"], gone["ended"]) == ("deleted", "deleted")
        assert http.post("/v1/queries", json=asked, headers=mine).json()["code"] == "query.name"
        bureau.revoke(held)
        kept = http.get(place, params={"ended": True}, headers=mine).json()["tables"]
        assert [one["deletion"]["id"] for one in kept] == [gone["deletion"]["id"]]


def signed_today(bureau: Any) -> Any:
    """A grant that is in force by the clock of commands, which is the machine's."""
    bureau.clock.now = datetime.now(UTC)
    last = (bureau.clock.now + timedelta(days=30)).date().isoformat()
    bureau.permitted(bureau.operator, OPENED, use_until=last)
    return bureau.sign(bureau.operator, OPENED, valid_to=last)


def run(*words: str) -> Any:
    done = CliRunner().invoke(ybz, [*words, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_commands_tell_a_tables_whole_life(bureau: Any, tmp_path: Path) -> None:
    held = signed_today(bureau)
    under = ("--grant", held.id)
    named = (*under, "--name", "customers")
    file = tmp_path / "clients.parquet"
    ids = [identity(n) for n in range(150)]
    pa.parquet.write_table(pa.table({"id_card": ids, "segment": ["金卡"] * 150, "phone": ids}), file)

    told = run("workspace", "upload", str(file), *named, "--key", "id_card=person", "--category", "segment")
    assert (told["units"], told["dropped"]) == (150, ["phone"])
    assert [one["id"] for one in run("workspace", "list", *under)] == [told["id"]]
    assert run("workspace", "show", *named)["form"]["categories"] == ["segment"]
    run(
        "workspace", "view", "save", "SELECT count(*) AS n FROM workspace.customers", *under, "--name", "mine"
    )
    assert [one["name"] for one in run("workspace", "view", "list", *under)] == ["mine"]
    assert run("workspace", "view", "delete", *under, "--name", "mine")["state"] == "ended"
    saved = run("workspace", "template", "save", "SELECT count(*) FROM population", *under, "--name", "all")
    assert run("workspace", "template", "list", *under)[0]["digest"] == saved["digest"]

    run("revoke", held.id, "--reason", "任务结束")

    assert [p for p in (bureau.home.root / ending.FOLDER).rglob("*") if p.is_file()] == []
    (gone,) = run("workspace", "list", *under, "--ended")
    assert (gone["state"], gone["ended"]) == ("deleted", "revoked")
    assert run("verify", gone["deletion"]["id"])["states"]["table"] == told["id"]


def test_a_refused_upload_says_why_and_exits_with_1(bureau: Any, tmp_path: Path) -> None:
    held = signed_today(bureau)
    file = tmp_path / "clients.csv"
    file.write_bytes(csv_of(20))
    words = ["workspace", "upload", str(file), "--grant", held.id, "--name", "few", "--key", "id_card=person"]

    done = CliRunner().invoke(ybz, words)

    assert done.exit_code == 1
    assert "workspace.few_units" in done.stderr
    assert identity(1) not in done.output
