"""Signed addresses and downloads: ranges, every byte metered, and cut off when what they rest on ends."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from catalog.lake import kept
from catalog.lake.kept import kept_of
from catalog.lake.storage import StorageDamaged
from catalog.store import writing
from catalog.store.tables.queries import usages
from catalog.store.tables.supplies import supply_links, supply_transfers
from policies.access import Role
from space.api.app import create_app
from space.cli.sharing import supply as cli
from space.granting import stopping
from space.identity.tokens import issue
from space.supply import transfers
from space.supply.links import closed
from space.supply.transfers import Span, Transfer
from tests.forged import forged, turned
from tests.space.serving import serving


@pytest.fixture
def http(counter: Any) -> Iterator[httpx.Client]:
    """A client of the real application on a real socket."""
    b = counter.bureau
    app = create_app(b.home, clock=b.clock, pool=b.pool)
    with serving(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


def token(counter: Any, code: str, role: Role = Role.CLIENT) -> dict[str, str]:
    """A header that bears a fresh token."""
    b = counter.bureau
    with writing(b.engine) as connection:
        issued = issue(connection, code, role=role, by="张磊", days=10, now=b.clock())
    return {"Authorization": f"Bearer {issued.secret}"}


def metered(counter: Any) -> list[int]:
    """The bytes of every download, as the books have them."""
    wanted = select(usages).where(usages.c.outcome == "delivered").order_by(usages.c.at)
    return [row.bytes_supplied for row in counter.rows(wanted)]


def metered_of(counter: Any, count: int) -> list[int]:
    """The same, once so many downloads have ended."""
    settled(counter, count)
    return metered(counter)


def settled(counter: Any, count: int) -> list[Any]:
    """The downloads, once so many of them have ended."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = counter.rows(select(supply_transfers).where(supply_transfers.c.state != "open"))
        if len(found) >= count:
            return found
        time.sleep(0.02)
    raise AssertionError("a download goes on")


def test_a_department_is_supplied_over_http_from_request_to_proof(counter: Any, http: httpx.Client) -> None:
    held = counter.granted()
    bearer = token(counter, held.grantee)

    made = http.post("/v1/supplies", json={"grant": held.id, "form": "csv"}, headers=bearer)
    assert made.status_code == 200, made.text
    supply = made.json()
    given = http.post(f"/v1/supplies/{supply['id']}/links", headers=bearer).json()
    file = http.get(given["url"])

    assert file.status_code == 200
    assert hashlib.sha256(file.content).hexdigest() == supply["sha256"]
    assert file.headers["content-type"].startswith("text/csv")
    settled(counter, 1)
    assert metered(counter) == [supply["size_bytes"]]
    assert [n["kind"] for n in http.get("/v1/notices", headers=bearer).json()["notices"]] == ["supply"]
    place = f"/v1/supplies/{supply['id']}"
    counted = http.post(f"{place}/acknowledgement", json={"rows": 244, "by": "周敏"}, headers=bearer)
    assert counted.json()["received_state"] == "acknowledged"
    proved = http.post(f"{place}/deletion", json={"on": "2026-09-24", "by": "周敏"}, headers=bearer).json()
    assert (proved["state"], proved["proved_by"]) == ("ended", "周敏")
    assert http.get(given["url"]).status_code == 403


def test_a_broken_download_is_taken_up_where_it_stopped(counter: Any, http: httpx.Client) -> None:
    made = counter.supply(counter.granted())
    url, content = counter.link(made), counter.path(made).read_bytes()

    first = http.get(url, headers={"Range": "bytes=0-999"})
    settled(counter, 1)  # each is counted once its last byte left, which a caller may see before
    rest = http.get(url, headers={"Range": "bytes=1000-", "If-Range": first.headers["etag"]})
    settled(counter, 2)

    assert (first.status_code, rest.status_code) == (206, 206)
    assert first.headers["content-range"] == f"bytes 0-999/{len(content)}"
    assert first.content + rest.content == content
    assert http.get(url, headers={"Range": f"bytes={len(content)}-"}).status_code == 416
    changed = http.get(url, headers={"Range": "bytes=1000-", "If-Range": '"another"'})
    assert (changed.status_code, changed.content) == (200, content)
    settled(counter, 3)
    assert metered(counter) == [1000, len(content) - 1000, len(content)]


BAD = {
    "of another supply": lambda path: path.replace("/v1/supplies/sup_", "/v1/supplies/sup_f"),
    "changed": forged,
    "no token at all": lambda path: path.partition("token=")[0] + "token=x",
}


@pytest.mark.full
@pytest.mark.parametrize("how", BAD)
def test_an_address_that_is_not_ours_opens_nothing(counter: Any, http: httpx.Client, how: str) -> None:
    made = counter.supply(counter.granted())

    answer = http.get(BAD[how](counter.link(made)))

    assert (answer.status_code, answer.json()["code"]) == (403, "supply.link")
    assert metered(counter) == []


def test_an_address_is_good_for_a_short_time(counter: Any, http: httpx.Client) -> None:
    url = counter.link(counter.supply(counter.granted()))

    counter.bureau.clock.later(minutes=16)

    assert http.get(url).json()["code"] == "supply.link"


@pytest.mark.full
def test_another_organisation_gets_no_address(counter: Any, http: httpx.Client) -> None:
    made = counter.supply(counter.granted())
    counter.bureau.file(counter.bureau.other, {"eco.air": ("pm25",)})
    other = token(counter, counter.bureau.other["code"])

    assert http.post(f"/v1/supplies/{made.id}/links", headers=other).status_code == 404
    assert http.get(f"/v1/supplies/{made.id}", headers=other).status_code == 404
    assert http.get("/v1/supplies", headers=other).json()["supplies"] == []


def test_a_revoked_grant_ends_its_addresses_in_the_same_transaction(counter: Any, http: httpx.Client) -> None:
    held = counter.granted()
    url = counter.link(counter.supply(held))

    counter.bureau.revoke(held)

    assert http.get(url).json()["code"] == "supply.link"
    (link,) = counter.rows(select(supply_links))
    assert link.ended_at == counter.bureau.clock()


def test_a_download_is_cut_off_between_two_chunks(counter: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(kept, "CHUNK_BYTES", 1000)
    held = counter.granted()
    made, b = counter.supply(held), counter.bureau
    transfer = Transfer(b.engine, b.clock, made, kept_of(b.home), Span(0, made.size_bytes - 1), None)
    transfer.begin()
    chunks = transfer.chunks()
    got = [next(chunks), next(chunks)]

    b.revoke(held)

    assert list(chunks) == []
    transfer.end()
    (row,) = settled(counter, 1)
    assert (row.state, row.sent_bytes) == ("stopped", 2000)
    assert metered(counter) == [sum(map(len, got))]


def test_a_file_that_was_changed_is_never_handed_over_whole_and_no_part_of_it_at_all(
    counter: Any, http: httpx.Client, monkeypatch: Any
) -> None:
    monkeypatch.setattr(kept, "CHUNK_BYTES", 1000)
    made = counter.supply(counter.granted())
    url, path = counter.link(made), counter.path(made)
    content = path.read_bytes()
    turned(path)

    for headers in ({}, {"Range": "bytes=0-99"}):
        with pytest.raises(httpx.RemoteProtocolError):
            http.get(url, headers=headers)

    whole, part = metered_of(counter, 2)
    assert (whole < len(content), part) == (True, 0)
    path.write_bytes(content)
    assert http.get(url, headers={"Range": "bytes=0-99"}).content == content[:100]


@pytest.mark.full
def test_a_receiver_that_takes_nothing_is_cut_off_too(counter: Any, monkeypatch: Any) -> None:
    import socket
    from urllib.parse import urlsplit

    held = counter.granted()
    made, b = counter.supply(held), counter.bureau
    # Larger than what the system holds for a receiver that does not read.
    with counter.path(made).open("ab") as stream:
        stream.truncate(64 << 20)
    from sqlalchemy import update

    from catalog.store.tables.supplies import supplies

    with writing(b.engine) as connection:
        connection.execute(update(supplies).values(size_bytes=64 << 20))
    url = counter.link(made)
    app = create_app(b.home, clock=b.clock, pool=b.pool)
    with serving(app) as address:
        parts = urlsplit(address)
        with socket.create_connection((parts.hostname, parts.port)) as slow:
            slow.sendall(f"GET {url} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            slow.recv(1)
            time.sleep(0.3)
            b.revoke(held)
            (row,) = settled(counter, 1)
            assert row.state == "stopped"
            assert row.sent_bytes < 64 << 20
            assert metered(counter) == [row.sent_bytes]


@pytest.mark.full
def test_a_receiver_that_goes_away_leaves_the_bytes_it_was_given(counter: Any, http: httpx.Client) -> None:
    import socket
    from urllib.parse import urlsplit

    from sqlalchemy import update

    from catalog.store.tables.supplies import supplies

    made, b = counter.supply(counter.granted()), counter.bureau
    with counter.path(made).open("ab") as stream:
        stream.truncate(64 << 20)
    with writing(b.engine) as connection:
        connection.execute(update(supplies).values(size_bytes=64 << 20))
    url, parts = counter.link(made), urlsplit(str(http.base_url))
    with socket.create_connection((parts.hostname, parts.port)) as gone:
        gone.sendall(f"GET {url} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        gone.recv(100_000)

    (row,) = settled(counter, 1)
    assert row.state == "broken"
    assert 0 < row.sent_bytes < 64 << 20
    assert metered(counter) == [row.sent_bytes]


def test_a_process_that_dies_leaves_what_it_noted_last(counter: Any) -> None:
    made, b = counter.supply(counter.granted()), counter.bureau
    transfer = Transfer(
        b.engine, b.clock, made, kept_of(b.home), Span(0, made.size_bytes - 1), None, _noted=-10.0
    )
    transfer.begin()
    transfer._noted = -10.0
    chunks = transfer.chunks()
    next(chunks)
    with pytest.raises(StopIteration):
        next(chunks)

    assert transfers.lose_abandoned(b.engine, b.clock()) == 0
    b.clock.later(minutes=3)
    assert transfers.lose_abandoned(b.engine, b.clock()) == 1

    (row,) = settled(counter, 1)
    assert (row.state, row.sent_bytes) == ("lost", made.size_bytes)
    assert metered(counter) == [made.size_bytes]
    transfer.end()  # it was only slow: nothing is metered twice
    assert metered(counter) == [made.size_bytes]


def test_a_stop_closes_a_supply_and_its_lifting_opens_it(counter: Any, http: httpx.Client) -> None:
    held = counter.granted()
    made, b = counter.supply(held), counter.bureau
    url = counter.link(made)
    officer = token(counter, held.grantee, Role.SECURITY)

    wanted = {"kind": "dataset", "name": "civil.population", "reason": "疑似泄露", "by": "安全员"}
    stop = http.post("/v1/stops", json=wanted, headers=officer).json()

    assert http.get(url).json()["code"] == "stop.dataset"
    assert http.post("/v1/stops", json=wanted, headers=token(counter, held.grantee)).status_code == 403
    with writing(b.engine) as connection:
        stopping.propose_lift(connection, stop["id"], reason="已核实", by="安全员", now=b.clock())
        stopping.agree_lift(connection, stop["id"], by="王敏", now=b.clock())
    assert http.get(url).status_code == 200
    with b.engine.connect() as connection:
        assert closed(connection, made, b.clock()) is None


@pytest.mark.full
def test_many_downloads_at_once_are_all_metered(counter: Any, http: httpx.Client) -> None:
    made = counter.supply(counter.granted())
    url = counter.link(made)
    threads = [threading.Thread(target=lambda: http.get(url)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    settled(counter, 8)
    assert metered(counter) == [made.size_bytes] * 8


@pytest.mark.parametrize("harm", ["cut", "changed"])
def test_a_file_that_is_damaged_is_fetched_by_no_command_not_even_in_part(
    counter: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    b, made = counter.bureau, counter.supply(counter.granted())
    content = counter.path(made).read_bytes()
    counter.path(made).chmod(0o600)
    counter.path(made).write_bytes(content[:-9] if harm == "cut" else content[:-9] + b"another 9")
    out = tmp_path / "fetched" / "rows.csv"
    out.parent.mkdir()
    out.write_bytes(b"of yesterday")
    monkeypatch.setattr(cli, "open_installation", lambda: (b.home, b.engine, b.clock()))

    done = CliRunner().invoke(cli.supply, ["fetch", made.id, "--out", str(out)])

    assert isinstance(done.exception, StorageDamaged)
    assert [path.name for path in out.parent.iterdir()] == ["rows.csv"]
    assert out.read_bytes() == b"of yesterday"
    assert [row.state for row in settled(counter, 1)] == ["broken"]
