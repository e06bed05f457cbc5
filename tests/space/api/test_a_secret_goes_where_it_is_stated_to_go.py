"""A link carries a secret of its own department to the address it is for: nobody else's, and nowhere else."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from catalog.store import reading
from catalog.store.tables.evidence import evidence_entries
from policies.access import Role
from space.doctor import CHECKS
from space.observing.finding import Case
from tests.catalog.linking.conftest import gateway
from tests.catalog.linking.lamps import Gateway, allow
from tests.space.api.conftest import Door
from tests.space.bureau_contracts import AIR, ECO, FIRMS, MARKET, POLICE

__all__ = ["gateway"]

ROW = {"station": "S1", "pm25": 3}
OURS, TOKEN = "file:eco.token", "eco-5ecret"
THEIRS, STOLEN = "file:police.token", "police-5ecret"
Wait = Callable[[str], dict[str, Any]]


@pytest.fixture
def kept(door: Door, gateway: Gateway) -> Door:
    """Secrets of two departments, each stated for its own; probes may go to this machine."""
    folder = door.bureau.home.root / "secrets"
    folder.mkdir()
    for reference, value in ((OURS, TOKEN), (THEIRS, STOLEN)):
        path = folder / reference.removeprefix("file:")
        path.write_text(value, encoding="utf-8")
        path.chmod(0o600)
    allow(door.bureau.engine, "network", "127.0.0.0/8")
    state(door, (OURS, ECO.code, gateway.url("")), (THEIRS, POLICE.code, gateway.url("")))
    return door


def state(door: Door, *told: tuple[str, str, str]) -> None:
    """Write what is stated of secrets: reference, department, address."""
    rows = [
        {"secret": one, "department": whose, "to": [to], "since": "2026-09-01", "by": "系统管理员"}
        for one, whose, to in told
    ]
    path = door.bureau.home.root / "secrets" / "stated.yaml"
    path.write_text(yaml.safe_dump(rows, allow_unicode=True), encoding="utf-8")
    path.chmod(0o600)


def tie(door: Door, url: str, auth: str, department: str = ECO.code, name: str = AIR.name) -> Any:
    """Tie an entry to an interface as the steward of a department."""
    to = {"kind": "interface", "url": url, "auth": auth}
    return door.post("/v1/links", {"name": name, "to": to, "by": "王芳"}, Role.STEWARD, department)


def probed(door: Door, wait: Wait) -> dict[str, Any]:
    """What the one test of the entry found."""
    asked = door.post("/v1/links/probes", {"name": AIR.name, "kinds": ["interface"]})
    (found,) = wait(asked.json()["id"])["result"]["tests"]
    return dict(found)


def doctor(door: Door) -> tuple[str, str]:
    """Level and words of the finding about secrets."""
    bureau = door.bureau
    found = dict(CHECKS)["secrets"](Case(bureau.home, bureau.engine, bureau.clock()))
    return found.level, found.found


def test_an_own_secret_is_sent_to_its_address_and_the_log_says_under_which_statement(
    kept: Door, gateway: Gateway, waiting: Wait
) -> None:
    made = tie(kept, gateway.says("/air", [ROW]), OURS)
    assert made.status_code == 201, made.text
    assert probed(kept, waiting)["alive"]
    assert [one[2]["Authorization"] for one in gateway.asked] == [f"Bearer {TOKEN}"]
    with reading(kept.bureau.engine) as connection:
        bodies = connection.execute(evidence_entries.select()).all()
    acts = ("catalog:link:tie", "catalog:link:probe")
    logged = [json.loads(row.body)["secrets_stated"] for row in bodies if row.event in acts]
    path = kept.bureau.home.root / "secrets" / "stated.yaml"
    assert logged == [hashlib.sha256(path.read_bytes()).hexdigest()] * 2
    assert TOKEN not in str(bodies)


@pytest.mark.parametrize(
    ("auth", "path"),
    [
        (THEIRS, "/air"),
        ("file:nobody.token", "/air"),
        ("file:stated.yaml", "/air"),
        ("env:YBZ_SECRET_OF_NOBODY", "/air"),
    ],
)
def test_a_secret_of_others_is_refused_in_the_words_of_one_that_is_not_there(
    kept: Door, gateway: Gateway, waiting: Wait, auth: str, path: str
) -> None:
    url = gateway.says(path, [ROW])
    os.environ["YBZ_SECRET_OF_NOBODY"] = "hush"
    try:
        refused, none = tie(kept, url, auth), tie(kept, url, "file:no.such.secret")
    finally:
        del os.environ["YBZ_SECRET_OF_NOBODY"]
    assert refused.status_code == none.status_code == 422
    assert refused.json()["detail"] == none.json()["detail"]
    assert "no secret of that name is stated for this department and this address" in refused.text
    asked = kept.post("/v1/links/probes", {"name": AIR.name, "kinds": ["interface"]})
    assert waiting(asked.json()["id"])["state"] == "failed"
    assert gateway.asked == []


def test_an_own_secret_goes_to_no_other_host_port_or_scheme(kept: Door, gateway: Gateway) -> None:
    there = gateway.url("/air")
    for url in (
        there.replace("127.0.0.1", "127.0.0.2"),
        there.replace("127.0.0.1", "localhost"),
        there.replace("127.0.0.1", "127.0.0.1."),
        there.replace("http:", "https:"),
        "http://127.0.0.1/air",
        f"http://127.0.0.1:{gateway.port - 1}/air",
    ):
        assert tie(kept, url, OURS).status_code == 422, url
    assert tie(kept, there, OURS, MARKET.code, FIRMS.name).status_code == 422
    assert tie(kept, there, OURS).status_code == 201


@pytest.mark.parametrize("who", [POLICE.code, ""])
def test_a_secret_is_judged_again_when_a_link_of_before_calls(
    kept: Door, gateway: Gateway, waiting: Wait, who: str
) -> None:
    url = gateway.says("/air", [ROW])
    assert tie(kept, url, OURS).status_code == 201
    state(kept, *([(OURS, who, gateway.url(""))] if who else []))
    found = probed(kept, waiting)
    assert not found["alive"]
    assert "whoever keeps it states both in secrets/stated.yaml" in found["why"]
    assert OURS.removeprefix("file:") not in found["why"]
    assert gateway.asked == []


def test_a_redirect_takes_no_secret_along(kept: Door, gateway: Gateway, waiting: Wait) -> None:
    gateway.says("/good", [ROW])
    assert tie(kept, gateway.says("/moved", b"", 302), OURS).status_code == 201
    assert "points elsewhere" in probed(kept, waiting)["why"]
    assert [one[1] for one in gateway.asked] == ["/moved"]


def test_what_is_stated_for_the_installation_goes_with_every_department(kept: Door, gateway: Gateway) -> None:
    state(kept, (THEIRS, "installation", gateway.url("")))
    assert tie(kept, gateway.url("/air"), THEIRS).status_code == 201
    assert tie(kept, gateway.url("/firms"), THEIRS, MARKET.code, FIRMS.name).status_code == 201
    assert tie(kept, gateway.url("/air").replace("127.0.0.1", "127.0.0.2"), THEIRS).status_code == 422


@pytest.mark.parametrize(
    ("text", "mode", "why"),
    [
        ("- {secret: 'file:eco.token'}", 0o600, "has not exactly the keys"),
        ("secret: [", 0o600, "line 1"),
        ("[]", 0o666, "others may write it"),
        (
            "- {secret: 'file:eco.token', department: x, to: ['http://h/p'], since: 2026-09-01, by: y}",
            0o600,
            "without a path",
        ),
        (
            "- {secret: 'file:eco.token', department: x, to: ['http://h'], since: soon, by: y}",
            0o600,
            "is a day",
        ),
    ],
)
def test_statements_that_cannot_be_believed_state_nothing(
    kept: Door, gateway: Gateway, text: str, mode: int, why: str
) -> None:
    path = kept.bureau.home.root / "secrets" / "stated.yaml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    refused = tie(kept, gateway.url("/air"), OURS)
    assert refused.status_code == 422
    assert "asks `ybz doctor`" in refused.text
    level, found = doctor(kept)
    assert level == "lack"
    assert why in found


def test_the_doctor_counts_secrets_that_are_stated_for_nobody(kept: Door, gateway: Gateway) -> None:
    assert doctor(kept) == ("ok", "2 secrets of links, each stated for whom and where")
    state(kept, (OURS, ECO.code, gateway.url("")))
    level, found = doctor(kept)
    assert (level, found) == ("weak", "1 of 2 secrets of links are stated for nobody, and sent nowhere")
    (kept.bureau.home.root / "secrets" / "police.token").unlink()
    state(kept, (OURS, ECO.code, gateway.url("")), (THEIRS, POLICE.code, gateway.url("")))
    assert doctor(kept) == ("weak", "1 secrets are stated that are not here")
