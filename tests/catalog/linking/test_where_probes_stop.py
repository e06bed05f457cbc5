"""Where a probe stops: addresses, names, lengths and times it does not pass."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from catalog.home import Home
from catalog.linking import destinations
from catalog.linking.calling import Call, NotReached, call
from catalog.linking.destinations import NotAllowed
from catalog.linking.settings import (
    InterfaceLink,
    LinkError,
)
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from tests.catalog.linking.lamps import NOW, ROW, Gateway, allow, only, tie
from tests.catalog.merging import person


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


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8080", "169.254.169.254", "100.100.100.200"])
def test_an_inner_address_is_not_taken_as_a_host_and_told_as_what_it_is(engine: Engine, host: str) -> None:
    with pytest.raises(LinkError, match=r"allow the network .*/32"):
        allow(engine, "host", host)

    allow(engine, "host", "10.1.2.3:8080")
