"""What the most used operations answer is what their description says: nothing lacks, nothing is untold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from jsonschema import Draft202012Validator

from policies.access import Role
from space.api.answering import answers
from tests.space.api.conftest import AUTHORITY, Door
from tests.space.bureau import TRADE

COMPONENTS = {"components": {"schemas": answers.schemas()}}


def test_what_is_read_of_the_ledger_is_as_described(door: Door) -> None:
    wrong: list[str] = []
    for path in ("search", "entries", "quality", "due", "editions", "jobs", "forms", "evidence/checkpoint"):
        wrong += differing(f"/v1/{path}", door.get(f"/v1/{path}").json())
    for name in ("market.firms", "civil.population", "eco.figures"):
        for place in ("datasets", "entries", "lineage", "quality"):
            found = door.get(f"/v1/{place}/{name}")
            wrong += differing(f"/v1/{place}/{{name}}", found.json())
        wrong += differing(
            "/v1/datasets/{name}/dictionary", door.get(f"/v1/datasets/{name}/dictionary").json()
        )
    assert wrong == []


def test_what_a_holder_asks_and_reads_is_as_described(door: Door) -> None:
    b = door.bureau
    held = b.held(TRADE)
    who: dict[str, Any] = {"role": Role.CLIENT, "organisation": held.grantee}
    asked = {
        "grant": held.id, "purpose": held.terms.purpose,
        "sql": "SELECT industry, count(*) AS firms FROM market.firms GROUP BY industry",
    }  # fmt: skip
    wrong: list[str] = []
    for path in ("requests", "grants", "contracts", "notices"):
        told = door.get(f"/v1/{path}", **who).json()
        assert path == "notices" or told[path], path
        wrong += differing(f"/v1/{path}", told)
        for one in told[path][:2] if path in ("requests", "grants") else ():
            named = {"requests": "{request}", "grants": "{grant_id}"}[path]
            wrong += differing(f"/v1/{path}/{named}", door.get(f"/v1/{path}/{one['id']}", **who).json())
    explained = door.post("/v1/queries/explain", asked, **who).json()
    wrong += differing("/v1/queries/explain", explained, "post")
    answer = door.post("/v1/queries", asked, **who).json()
    wrong += differing("/v1/queries", answer, "post")
    receipt = door.get(f"/v1/receipts/{answer['receipt']['id']}", **who).json()
    wrong += differing("/v1/receipts/{receipt_id}", receipt)
    entry = door.get(f"/v1/evidence/{receipt['states']['entry']}").json()
    wrong += differing("/v1/evidence/{entry_id}", entry)
    assert wrong == []


def test_a_job_and_a_notice_are_as_described(door: Door, waiting: Callable[[str], dict[str, Any]]) -> None:
    job = waiting(door.post("/v1/bulk/exports", {"by": "王敏"}).json()["id"])
    assert job["result"]
    assert differing("/v1/jobs/{job}", job) == []
    assert differing("/v1/notices", door.get("/v1/notices", Role.AUTHORITY, AUTHORITY).json()) == []


def differing(path: str, told: dict[str, Any], verb: str = "get") -> list[str]:
    """Where an answer is not as described: what lacks, what is of another kind, what is untold."""
    page = answers.page(path)
    schema = answers.reference(answers.ONES[verb, path]) if page is None else page
    faults = Draft202012Validator({**schema, **COMPONENTS}).iter_errors(told)
    found = [f"{path} {list(one.path)}: {one.message[:120]}" for one in faults]
    if page is None:
        return found + [f"{path}: {one} is untold" for one in untold(told, schema)]
    rows = page["properties"][page["required"][0]]
    return found + [f"{path}: {one} is untold" for one in untold(told[page["required"][0]], rows)]


def untold(value: Any, schema: dict[str, Any]) -> Iterator[str]:
    """Fields of an answer that its shape does not name."""
    if "anyOf" in schema:
        schema = schema["anyOf"][0]
    if isinstance(value, list) and schema.get("type") == "array":
        for one in value:
            yield from untold(one, schema["items"])
    if isinstance(value, dict) and "$ref" in schema:
        shape = COMPONENTS["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        for name, one in value.items():
            if name not in shape["properties"]:
                yield f"{shape['title']}.{name}"
            else:
                yield from untold(one, shape["properties"][name])
