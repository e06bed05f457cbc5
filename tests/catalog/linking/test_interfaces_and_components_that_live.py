"""Interfaces and components are tested against a real HTTP server; nothing of an answer is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.home import Home
from catalog.linking.live import live
from catalog.linking.probing import history, probe
from catalog.linking.settings import (
    ComponentLink,
    FileLink,
    InterfaceLink,
    LinkError,
)
from catalog.store import reading
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.linking import link_probes, links
from contracts.model import ShareType
from tests.catalog.linking.lamps import LAMPS, NOW, ROW, TODAY, Gateway, allow, only, state, tie


@pytest.mark.usefixtures("lamps")
def test_an_interface_that_returns_the_fields_of_the_contract_lives(
    home: Home, engine: Engine, gateway: Gateway
) -> None:
    url = gateway.says("/good", {"data": {"rows": [ROW, {**ROW, "watts": None}]}})
    allow(engine, "network", "127.0.0.0/8")
    link = tie(engine, InterfaceLink(url, rows="data.rows"))
    done = only(home, engine)
    assert done.verdict.alive
    assert done.verdict.why == "it answers with all 4 fields"
    assert done.latency_class in ("fast", "usual")
    with reading(engine) as connection:
        assert live(connection, TODAY)["road.lamps"].alive
        (kept,) = history(connection, link.id)
    assert kept["alive"]
    assert kept["details"]["rows_compared"] == 2


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ([{k: v for k, v in ROW.items() if k != "watts"}], "it answers without watts"),
        ([{**ROW, "watts": "60"}], "it returns another type than the contract's for watts"),
        ([{**ROW, "watts": True}], "it returns another type than the contract's for watts"),
        ([{**ROW, "since": "yesterday"}], "it returns another type than the contract's for since"),
        ([], "it answers without a row: its fields cannot be compared"),
        ({"data": 3}, "it answers without code, lit, since, watts"),
        (["L1"], "its answer has no rows at its top"),
        (b"<html>", "its answer is no JSON"),
        (b"[" * 100_000, "its answer is no JSON"),
    ],
)
@pytest.mark.usefixtures("lamps")
def test_an_interface_that_returns_something_else_does_not_live(
    home: Home, engine: Engine, gateway: Gateway, answer: Any, why: str
) -> None:
    allow(engine, "network", "127.0.0.0/8")
    tie(engine, InterfaceLink(gateway.says("/x", answer)))
    done = only(home, engine)
    assert (done.verdict.alive, done.verdict.why) == (False, why)


@pytest.mark.usefixtures("lamps")
def test_rows_without_what_the_contract_requires_are_no_live_resource(
    home: Home, engine: Engine, gateway: Gateway
) -> None:
    allow(engine, "network", "127.0.0.0/8")
    tie(engine, InterfaceLink(gateway.says("/x", [ROW, dict.fromkeys(ROW)])))
    done = only(home, engine)
    said = "it returns rows without code, which the contract requires"
    assert (done.verdict.alive, done.verdict.why) == (False, said)


def test_an_interface_need_not_return_what_is_not_shared(
    home: Home, engine: Engine, gateway: Gateway
) -> None:
    withheld = replace(LAMPS.fields[1], sharing=ShareType.WITHHELD)
    contract = replace(LAMPS, fields=(LAMPS.fields[0], withheld, *LAMPS.fields[2:]))
    catalogue_all(engine, [(contract, None)], Acts(by="张三", reason="first", now=NOW))
    allow(engine, "network", "127.0.0.0/8")
    tie(engine, InterfaceLink(gateway.says("/x", [{k: v for k, v in ROW.items() if k != "watts"}])))
    assert only(home, engine).verdict.why == "it answers with all 3 fields"


@pytest.mark.usefixtures("lamps")
def test_a_link_that_cannot_be_tested_keeps_no_other_from_its_test(
    home: Home, engine: Engine, gateway: Gateway, tmp_path: Path
) -> None:
    allow(engine, "network", "127.0.0.0/8")
    allow(engine, "folder", str(tmp_path))
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    (home.root / "secrets").mkdir()
    torn = home.root / "secrets" / "torn"
    torn.write_bytes(b"\xff\xfe\x00hush")
    torn.chmod(0o600)
    split = home.root / "secrets" / "split"
    split.write_text("hush\r\nHost: elsewhere", encoding="utf-8")
    split.chmod(0o600)
    url = gateway.says("/x", [ROW])
    own, here = LAMPS.department.code, gateway.url("")
    stated = state(home, ("file:torn", own, here), ("file:split", own, here))
    for settings in (
        FileLink(str(tmp_path / "a")),
        InterfaceLink(url, auth="file:torn"),
        InterfaceLink(url, auth="file:split"),
        InterfaceLink(url),
    ):
        tie(engine, settings, secrets=stated)
    found = [each.verdict for each in probe(home, engine, by="张三", now=NOW)]
    assert sorted((each.alive, each.why) for each in found) == [
        (False, "its path leads nowhere"),
        (False, "the call failed (ValueError)"),
        (False, "the secret of its `auth` cannot be read as text"),
        (True, "it answers with all 4 fields"),
    ]
    assert len(gateway.asked) == 1
    assert "hush" not in str(found)


@pytest.mark.usefixtures("lamps")
def test_nothing_of_an_answer_is_kept_but_names_the_contract_has(
    home: Home, engine: Engine, gateway: Gateway
) -> None:
    secretive = {**ROW, "code": "王小明", "110101199003070000": "李四", "watts": "13800001111"}
    allow(engine, "network", "127.0.0.0/8")
    tie(engine, InterfaceLink(gateway.says("/x", [secretive])))
    only(home, engine)
    with reading(engine) as connection:
        kept = [tuple(r) for r in connection.execute(select(link_probes))]
        logged = connection.execute(select(evidence_entries.c.body)).scalars().all()
    text = json.dumps([kept, logged], default=str, ensure_ascii=False)
    assert not any(value in text for value in ("王小明", "李四", "110101199003070000", "13800001111"))
    assert '"not_in_contract": 1' in text


@pytest.mark.usefixtures("lamps")
def test_fields_are_found_under_a_stated_name_or_their_business_name(
    home: Home, engine: Engine, gateway: Gateway
) -> None:
    allow(engine, "network", "127.0.0.0/8")
    url = gateway.says("/x", [{"lampNo": "L1", "功率": 60}])
    tie(engine, InterfaceLink(url, fields={"code": "lampNo", "watts": "watts"}))
    assert only(home, engine).verdict.alive
    with pytest.raises(LinkError, match="has no field colour"):
        tie(engine, InterfaceLink(url, fields={"colour": "c"}))


@pytest.mark.usefixtures("lamps")
def test_a_redirect_is_not_followed(home: Home, engine: Engine, gateway: Gateway) -> None:
    gateway.says("/good", [ROW])
    allow(engine, "network", "127.0.0.0/8")
    tie(engine, InterfaceLink(gateway.says("/moved", b"", 302)))
    done = only(home, engine)
    assert not done.verdict.alive
    assert "points elsewhere" in done.verdict.why
    assert [path for _, path, _, _ in gateway.asked] == ["/moved"]


@pytest.mark.usefixtures("lamps")
def test_a_secret_is_sent_but_never_kept(
    home: Home, engine: Engine, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(engine, "network", "127.0.0.0/8")
    monkeypatch.setenv("YBZ_SECRET_LAMPS", "s3cr3t-of-lamps")
    url = gateway.says("/x", [ROW])
    (home.root / "secrets").mkdir()
    body = home.root / "secrets" / "ask.json"
    body.write_text('{"page": 1}', encoding="utf-8")
    body.chmod(0o644)
    own, here = LAMPS.department.code, gateway.url("")
    stated = state(home, ("env:YBZ_SECRET_LAMPS", own, here), ("file:ask.json", own, here))
    wanted = InterfaceLink(url, "POST", auth="env:YBZ_SECRET_LAMPS", body="file:ask.json")
    tie(engine, wanted, secrets=stated)
    assert only(home, engine).verdict.why == "the secret of its `body` may be read by others — chmod 600"
    body.chmod(0o600)
    assert only(home, engine, NOW + timedelta(minutes=1)).verdict.alive
    method, _, headers, sent = gateway.asked[-1]
    assert (method, headers["Authorization"], sent) == ("POST", "Bearer s3cr3t-of-lamps", b'{"page": 1}')
    with reading(engine) as connection:
        kept = [*connection.execute(select(links)), *connection.execute(select(evidence_entries))]
    assert "s3cr3t" not in str(kept)


@pytest.mark.usefixtures("lamps")
def test_a_component_lives_while_its_health_endpoint_answers(
    home: Home, engine: Engine, gateway: Gateway
) -> None:
    allow(engine, "network", "127.0.0.0/8")
    tie(engine, ComponentLink("2.0", health=gateway.says("/healthz", b"ok")))
    assert only(home, engine).verdict.alive
    gateway.says("/healthz", b"", 503)
    assert only(home, engine, NOW + timedelta(minutes=1)).verdict.why == "its health endpoint answers 503"
    for wrong in ({}, {"place": "/m", "health": "http://h/"}, {"place": "/m", "sha256": "0" * 64}):
        with pytest.raises(LinkError):
            ComponentLink("2.0", **wrong)
