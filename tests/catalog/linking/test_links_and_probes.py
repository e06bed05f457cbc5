"""Links of every kind, tested against real files and a real HTTP server; where probes stop."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.errors import UnknownDataset
from catalog.home import Home
from catalog.linking import destinations, tying
from catalog.linking.calling import Call, NotReached, call
from catalog.linking.destinations import NotAllowed
from catalog.linking.live import live, rate
from catalog.linking.probing import Probe, history, probe
from catalog.linking.settings import (
    ComponentLink,
    FileLink,
    InterfaceLink,
    JobLink,
    LinkError,
    ReleaseLink,
)
from catalog.releases import published as releases
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.linking import link_probes, links
from contracts.model import Contract, Field, FieldType, Party, ShareType, Sharing, UpdateCycle, Use
from policies.clocks import local_date
from tests.catalog.merging import PAY, Builder, person, row
from ybz import ybz

NOW = datetime(2026, 9, 24, 8, tzinfo=UTC)
TODAY = local_date(NOW)
SHARED = Sharing(ShareType.CONDITIONAL, "用于履行法定职责", "政务数据共享条例")
LAMPS = Contract(
    id="lamps",
    title="路灯",
    schema="road",
    table="lamps",
    department=Party("云州市住建局", "11990100MA0009KN7Y"),
    classification="基础/自然资源和空间地理",
    sharing=SHARED,
    status="active",
    update_cycle=UpdateCycle.DAILY,
    unit_free=True,
    fields=(
        Field("code", "灯杆编号", key_position=1, use=Use.PLAIN),
        Field("watts", "功率", type=FieldType.INTEGER, use=Use.PLAIN),
        Field("lit", "在用", type=FieldType.BOOLEAN, use=Use.PLAIN),
        Field("since", "启用日期", type=FieldType.DATE, use=Use.PLAIN),
    ),
)
ROW = {"code": "L1", "watts": 60, "lit": True, "since": "2020-01-02"}


@dataclass
class Gateway:
    """A real HTTP server that answers as a test says."""

    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    dripping: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def says(self, path: str, answer: Any, status: int = 200) -> str:
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.answers[path] = (status, body)
        return self.url(path)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    served = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            served.asked.append((self.command, self.path, dict(self.headers), body))
            if self.path == "/drip":
                self.send_response(200)
                self.end_headers()
                while not served.dripping.wait(0.05):
                    self.wfile.write(b" ")
                return
            status, answer = served.answers.get(self.path.partition("?")[0], (404, b""))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", served.url("/good"))
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_POST = do_GET  # noqa: N815 (the server looks for it by this name)

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield served
    served.dripping.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def lamps(engine: Engine) -> Contract:
    catalogue_all(engine, [(LAMPS, None)], Acts(by="张三", reason="first", now=NOW))
    return LAMPS


def allow(engine: Engine, kind: str, value: str) -> None:
    with writing(engine) as connection:
        destinations.allow(connection, kind, value, reason="接口在内网", by="安全员", now=NOW)


def tie(engine: Engine, settings: Any, dataset: str = "road.lamps") -> tying.Link:
    with writing(engine) as connection:
        return tying.tie(connection, dataset, settings, by="张三", now=NOW)


def only(home: Home, engine: Engine, now: datetime = NOW) -> Probe:
    (done,) = probe(home, engine, by="张三", now=now)
    return done


# --- service interface -----------------------------------------------------------------------------------


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
    for settings in (
        FileLink(str(tmp_path / "a")),
        InterfaceLink(url, auth="file:torn"),
        InterfaceLink(url, auth="file:split"),
        InterfaceLink(url),
    ):
        tie(engine, settings)
    found = [each.verdict for each in probe(home, engine, by="张三", now=NOW)]
    assert sorted((each.alive, each.why) for each in found) == [
        (False, "its path leads nowhere"),
        (False, "the call failed (ValueError)"),
        (False, "the secret file:torn cannot be read as text"),
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
    tie(engine, InterfaceLink(url, "POST", auth="env:YBZ_SECRET_LAMPS", body="file:ask.json"))
    assert only(home, engine).verdict.why == "the secret file:ask.json may be read by others — chmod 600"
    body.chmod(0o600)
    assert only(home, engine, NOW + timedelta(minutes=1)).verdict.alive
    method, _, headers, sent = gateway.asked[-1]
    assert (method, headers["Authorization"], sent) == ("POST", "Bearer s3cr3t-of-lamps", b'{"page": 1}')
    with reading(engine) as connection:
        kept = [*connection.execute(select(links)), *connection.execute(select(evidence_entries))]
    assert "s3cr3t" not in str(kept)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://host/x",
        "http://user:pass@host/x",
        "http://host/x?access_token=abc",
        f"http://host/x?who={person(1)}",
        f"http://host/x/{person(1)}/y",
        "http://host/x/" + "".join(f"%{ord(c):x}" for c in person(1)),
        "http://host/x?appSecret=abc",
        "http://host/x?accessKeySecret=abc",
        "http://host/x?pwd=abc",
        "http://host/a b",
        "http://host:99999999/",
        "http:///x",
    ],
)
def test_an_address_that_is_no_plain_http_address_is_refused(url: str) -> None:
    with pytest.raises(LinkError):
        InterfaceLink(url)


@pytest.mark.parametrize("reference", ["env:YBZ_DATABASE_URL", "env:PATH", "file:../keys/x", "hunter2"])
def test_only_secrets_meant_for_probes_can_be_named(reference: str) -> None:
    with pytest.raises(LinkError, match="by reference"):
        InterfaceLink("http://host/x", auth=reference)


# --- where probes may go ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("lamps")
def test_a_host_nobody_allowed_is_not_called(home: Home, engine: Engine, gateway: Gateway) -> None:
    tie(engine, InterfaceLink(gateway.says("/x", [ROW])))
    assert "not among those probes may go to" in only(home, engine).verdict.why
    assert gateway.asked == []


def test_a_host_allowed_by_name_is_not_reached_at_this_machine(engine: Engine, gateway: Gateway) -> None:
    gateway.says("/x", [ROW])
    allow(engine, "host", f"localhost:{gateway.port}")
    with reading(engine) as connection:
        allowed = destinations.allowed(connection)
    wanted = Call(f"http://localhost:{gateway.port}/x", 2, 1000)
    with pytest.raises(NotAllowed):
        call(wanted, allowed)
    assert gateway.asked == []
    assert call(wanted, replace(allowed, networks=_loopback())).status == 200


INNER = (
    "169.254.169.254",
    "100.100.100.200",  # where a large cloud keeps credentials
    "[::1]",
    "0.0.0.0",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:4136:e378:8000:63bf:80ff:fffe]",  # Teredo of 127.0.0.1
    "2130706433",
    "0x7f.1",
    "224.0.0.1",
)


@pytest.mark.parametrize("host", INNER)
def test_inner_addresses_are_refused_though_allowed_by_name(host: str) -> None:
    allowed = destinations.Destinations(hosts=frozenset({host.strip("[]")}))
    with pytest.raises(NotAllowed):
        call(Call(f"http://{host}/", 1, 1000), allowed)


@pytest.mark.parametrize("host", INNER)
def test_a_network_of_the_whole_world_holds_no_inner_address(host: str) -> None:
    import ipaddress

    allowed = destinations.Destinations(
        networks=(ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))
    )
    with pytest.raises(NotAllowed):
        allowed.address(host.strip("[]"), 80)
    assert allowed.address("10.1.2.3", 80) == "10.1.2.3"


def _loopback() -> Any:
    import ipaddress

    return (ipaddress.ip_network("127.0.0.0/8"),)


def test_an_answer_longer_than_the_cap_is_not_read(gateway: Gateway) -> None:
    url = gateway.says("/long", b"x" * 5000)
    allowed = destinations.Destinations(networks=_loopback())
    with pytest.raises(NotReached, match="longer than the 4,999 bytes"):
        call(Call(url, 5, 4999), allowed)
    assert call(Call(url, 5, 5000), allowed).size_bytes == 5000


def test_a_side_that_drips_bytes_meets_the_deadline_of_the_whole_call(gateway: Gateway) -> None:
    began = time.monotonic()
    with pytest.raises(NotReached, match=r"within 0\.5 s"):
        call(Call(gateway.url("/drip"), 0.5, 100_000), destinations.Destinations(networks=_loopback()))
    assert time.monotonic() - began < 3


def test_a_port_nobody_listens_on_is_a_reason_without_a_trace() -> None:
    allowed = destinations.Destinations(networks=_loopback())
    with pytest.raises(NotReached, match=r"the call failed \(ConnectionRefusedError\)"):
        call(Call("http://127.0.0.1:1/", 2, 10), allowed)


def test_a_destination_is_allowed_and_ended_with_evidence(engine: Engine, tmp_path: Path) -> None:
    allow(engine, "host", "Gateway.City.gov.cn:8080")
    with pytest.raises(LinkError, match="allowed already"):
        allow(engine, "host", "gateway.city.gov.cn:8080")
    for kind, value in (("host", "http://x"), ("network", "10.1.2.3/8"), ("folder", "relative")):
        with pytest.raises(LinkError):
            allow(engine, kind, value)
    with writing(engine) as connection:
        ended = {"reason": "下线", "by": "安全员", "now": NOW}
        destinations.disallow(connection, "host", "gateway.city.gov.cn:8080", **ended)
        assert destinations.listing(connection) == ()
        events = connection.execute(select(evidence_entries.c.event)).scalars().all()
    assert [e for e in events if "destination" in e] == [
        "catalog:probe_destination:allow",
        "catalog:probe_destination:end",
    ]


# --- files and components --------------------------------------------------------------------------------


@pytest.mark.usefixtures("lamps")
def test_a_file_lives_while_its_bytes_are_those_that_were_tied(
    home: Home, engine: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "灯杆.csv"
    file.write_bytes(b"code\nL1\n")
    digest = hashlib.sha256(b"code\nL1\n").hexdigest()
    tie(engine, FileLink(str(file), digest, 8))
    assert "not among those probes may read" in only(home, engine).verdict.why
    allow(engine, "folder", str(tmp_path))
    assert only(home, engine, NOW + timedelta(minutes=1)).verdict.alive
    file.write_bytes(b"code\nL2\n")
    assert "bytes are not those" in only(home, engine, NOW + timedelta(minutes=2)).verdict.why
    file.unlink()
    assert only(home, engine, NOW + timedelta(minutes=3)).verdict.why == "there is no file at its path"


@pytest.mark.usefixtures("lamps")
def test_a_symbolic_link_leads_no_probe_out_of_its_folder(home: Home, engine: Engine, tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.write_text("secret", encoding="utf-8")
    (inside / "x").symlink_to(outside)
    allow(engine, "folder", str(inside))
    tie(engine, FileLink(str(inside / "x")))
    assert "not among those probes may read" in only(home, engine).verdict.why
    with pytest.raises(LinkError):
        FileLink(f"{inside}/../out")


@pytest.mark.usefixtures("lamps")
def test_a_fifo_is_no_file(home: Home, engine: Engine, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    allow(engine, "folder", str(tmp_path))
    tie(engine, FileLink(str(tmp_path / "pipe")))
    assert only(home, engine).verdict.why == "there is no file at its path"


@pytest.mark.usefixtures("lamps")
def test_a_model_lives_while_its_artefact_is_whole_and_of_its_format(
    home: Home, engine: Engine, tmp_path: Path
) -> None:
    model = tmp_path / "m.gguf"
    model.write_bytes(b"GGUF....")
    allow(engine, "folder", str(tmp_path))
    tie(engine, ComponentLink("1.2", str(model), hashlib.sha256(b"GGUF....").hexdigest(), "gguf"))
    done = only(home, engine)
    assert done.verdict.alive
    assert done.verdict.details["version"] == "1.2"
    zipped = ComponentLink("1.2", str(model), hashlib.sha256(b"GGUF....").hexdigest(), "zip")
    tie(engine, zipped)
    verdicts = {p.link.settings: p.verdict for p in probe(home, engine, by="张三", now=NOW)}
    assert verdicts[zipped].why == "it does not begin as zip does"


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


# --- releases, jobs, and what counts ---------------------------------------------------------------------


def _paid(home: Home, engine: Engine) -> Builder:
    contract = replace(PAY, sharing=SHARED, classification="基础/人口", update_cycle=UpdateCycle.WEEKLY)
    contract = replace(contract, department=Party("云州市民政局", "11990100MA0009EX04"))
    catalogue_all(engine, [(contract, None)], Acts(by="张三", reason="first", now=NOW, assessment="PIA"))
    builder = Builder(home, engine)
    builder.deliver(row("a"), row("b", 2))
    return builder


def test_a_release_is_tied_by_itself_and_lives_as_long_as_its_cycle_is_kept(
    home: Home, engine: Engine
) -> None:
    _paid(home, engine)
    assert only(home, engine).verdict.alive
    late = NOW + timedelta(days=11)
    done = only(home, engine, late)
    assert (done.verdict.alive, done.verdict.why) == (
        False,
        "its last update is 11 days old; its cycle (weekly) allows 10",
    )


@pytest.mark.parametrize("form", ["vault", "protected"])
def test_a_release_whose_file_is_gone_or_short_does_not_live(home: Home, engine: Engine, form: str) -> None:
    builder = _paid(home, engine)
    assert builder.release is not None
    opened = {"vault": releases.vault_files, "protected": releases.protected_files}[form]
    (file,) = opened(home, builder.release)
    file.write_bytes(file.read_bytes()[:-20])
    assert only(home, engine).verdict.why == f"the {form} version of release 1 does not open"
    file.unlink()
    assert not only(home, engine, NOW + timedelta(minutes=1)).verdict.alive


def test_a_tie_to_releases_that_was_removed_is_not_made_again(home: Home, engine: Engine) -> None:
    _paid(home, engine)
    link = only(home, engine).link
    with writing(engine) as connection, pytest.raises(LinkError, match="for a reason"):
        tying.remove(connection, link.id, reason=" ", by="张三", now=NOW)
    with writing(engine) as connection:
        tying.remove(connection, link.id, reason="由接口提供", by="张三", now=NOW)
    assert probe(home, engine, by="张三", now=NOW) == ()
    with reading(engine) as connection:
        assert live(connection, TODAY) == {}


@pytest.mark.usefixtures("lamps")
def test_only_resources_tested_lately_count_in_the_link_rate(
    home: Home, engine: Engine, gateway: Gateway
) -> None:
    _paid(home, engine)
    allow(engine, "network", "127.0.0.0/8")
    tie(engine, InterfaceLink(gateway.says("/x", [ROW])))
    with reading(engine) as connection:
        before = rate(connection, TODAY)
    assert (before.entries, before.tied, before.tested, before.alive, before.share) == (2, 1, 0, 0, 0.0)
    assert before.not_live == {"civil.pay": "tied to nothing", "road.lamps": "not tested within 7 days"}
    probe(home, engine, by="张三", now=NOW)
    with reading(engine) as connection:
        assert rate(connection, TODAY).share == 1.0
        assert rate(connection, TODAY).by_department == {"云州市住建局": (1, 1), "云州市民政局": (1, 1)}
        assert rate(connection, TODAY + timedelta(days=6)).alive == 2
        assert rate(connection, TODAY + timedelta(days=7)).alive == 0
        before = rate(connection, TODAY - timedelta(days=1))
    assert (before.entries, before.tied, before.alive, before.share) == (0, 0, 0, None)


@pytest.mark.usefixtures("lamps")
def test_the_best_link_of_a_dataset_speaks_for_it(home: Home, engine: Engine, gateway: Gateway) -> None:
    allow(engine, "network", "127.0.0.0/8")
    tie(engine, InterfaceLink(gateway.says("/good", [ROW])))
    tie(engine, JobLink("交换平台", "job-7"))
    assert [p.verdict.alive for p in probe(home, engine, by="张三", now=NOW)] == [True, False]
    with reading(engine) as connection:
        assert live(connection, TODAY)["road.lamps"].kind == "interface"
    gateway.says("/good", b"", 500)
    probe(home, engine, by="张三", now=NOW + timedelta(minutes=1))
    with reading(engine) as connection:
        assert not live(connection, TODAY)["road.lamps"].alive


@pytest.mark.usefixtures("lamps")
def test_a_link_is_made_once_and_for_an_entry_of_the_ledger(engine: Engine) -> None:
    tie(engine, ReleaseLink())
    with pytest.raises(LinkError, match="already"):
        tie(engine, ReleaseLink())
    with pytest.raises(UnknownDataset):
        tie(engine, ReleaseLink(), "road.none")


@pytest.mark.usefixtures("lamps")
def test_links_are_kept_by_command(home: Home, gateway: Gateway) -> None:
    url = gateway.says("/good", {"rows": [ROW]})

    def run(*words: str, status: int = 0) -> str:
        result = CliRunner().invoke(ybz, list(words))
        assert result.exit_code == status, result.output
        return result.output

    run("link", "allow", "network", "127.0.0.0/8", "--reason", "内网网关", "--by", "安全员")
    assert "内网网关" in run("link", "destinations")
    made = json.loads(
        run(
            "link",
            "add",
            "road.lamps",
            "interface",
            "--url",
            url,
            "--rows",
            "rows",
            "--field",
            "code",
            "--json",
        )
    )
    assert "not tested yet" in run("link", "list", "road.lamps")
    assert "1 of 1 links live" in run("link", "probe", "road.lamps")
    assert "alive, it answers with all 1 fields" in run("link", "show", made["id"])
    assert json.loads(run("link", "rate", "--json"))["share"] == 1.0
    run("link", "remove", made["id"], "--reason", "下线")
    assert json.loads(run("link", "list", "--json")) == []
