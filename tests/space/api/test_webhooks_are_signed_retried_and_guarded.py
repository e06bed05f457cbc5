"""Webhooks against a real receiver: what is told, to whom, how it is signed, and what becomes of failures."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from catalog.evidence.publishing import publish
from catalog.linking import destinations
from catalog.linking.calling import Call, NotReached, call
from catalog.linking.destinations import NotAllowed
from catalog.settings.reading import REHEARSAL_FILE
from catalog.store import reading, writing
from space.errors import Refused
from space.webhooks import hooks, outbox, sending, signing
from space.webhooks.hooks import Webhook
from space.webhooks.reach import Reach, require
from tests.space.bureau import Bureau

EVENTS = ("grant.revoked", "entry.published")
TRADE = {"market.firms": ("industry", "capital")}


@dataclass
class Post:
    """A receiver that runs.

    Attributes:
        folder: of what it got and answers.
        url: of it.
    """

    folder: Path
    url: str

    def got(self) -> list[dict[str, Any]]:
        """What came, the oldest first."""
        file = self.folder / "got.jsonl"
        return [json.loads(one) for one in file.read_text("utf-8").splitlines()] if file.exists() else []

    def answers(self, *statuses: int) -> None:
        """What it answers next."""
        (self.folder / "answers").write_text(" ".join(map(str, statuses)))


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    """A receiver in a process of its own."""
    folder = tmp_path / "post"
    folder.mkdir()
    program = Path(__file__).with_name("receiver.py")
    with subprocess.Popen([sys.executable, str(program), str(folder)]) as process:
        while not (folder / "port").exists() or not (folder / "port").read_text():
            assert process.poll() is None
            time.sleep(0.01)
        yield Post(folder, f"http://127.0.0.1:{(folder / 'port').read_text()}/hook")
        process.kill()


@pytest.fixture
def hook(busy: Bureau, post: Post) -> Webhook:
    """A webhook of the department, to the receiver, which the security office allowed."""
    with writing(busy.engine) as connection:
        destinations.allow(
            connection, "network", "127.0.0.0/8", reason="本机接收", by="安全员", now=busy.clock()
        )
        made = hooks.register(
            connection, busy.department["code"], post.url, EVENTS, by="张磊", now=busy.clock()
        )
    turn(busy)  # the log is read from here on
    return made


def turn(bureau: Bureau) -> int:
    """Give every act its place in the log, then tell what is to be told."""
    publish(bureau.engine, bureau.home, bureau.keys.signer, bureau.clock())
    return sending.turn(bureau.home, bureau.engine, bureau.clock())


def messages(bureau: Bureau, hook: Webhook) -> tuple[outbox.Message, ...]:
    with reading(bureau.engine) as connection:
        return outbox.messages(connection, hook)


def signed(secret: str, got: dict[str, Any]) -> str:
    """The signature a receiver makes with its secret."""
    raw = base64.b64decode(secret.removeprefix("whsec_"))
    said = f"{got['headers']['webhook-id']}.{got['headers']['webhook-timestamp']}.{got['body']}"
    return "v1," + base64.b64encode(hmac.digest(raw, said.encode(), hashlib.sha256)).decode()


def test_a_revocation_is_told_once_signed_to_its_holder_alone(
    busy: Bureau, post: Post, hook: Webhook
) -> None:
    with writing(busy.engine) as connection:
        other = hooks.register(connection, busy.other["code"], post.url, EVENTS, by="x", now=busy.clock())
    held = busy.held(TRADE)
    busy.revoke(held)
    assert turn(busy) == 1
    assert turn(busy) == 0

    (got,) = post.got()
    told = json.loads(got["body"])
    assert (told["type"], told["data"]["subject"]) == ("grant.revoked", held.id)
    assert set(told["data"]) == {"subject", "act", "evidence", "at"}
    secret = signing.secret_of(busy.home, hook.id, 1)
    assert got["headers"]["webhook-signature"] == signed(secret, got)
    assert [one.state for one in messages(busy, hook)] == ["told"]
    assert messages(busy, other) == ()


def test_a_rehearsal_of_a_restore_tells_nobody(busy: Bureau, post: Post, hook: Webhook) -> None:
    busy.revoke(busy.held(TRADE))
    marked = busy.home.root / REHEARSAL_FILE
    marked.touch()
    assert turn(busy) == 0
    assert post.got() == []
    marked.unlink()
    assert turn(busy) == 1


def test_a_receiver_that_fails_is_tried_again_later_and_at_last_given_up(
    busy: Bureau, post: Post, hook: Webhook
) -> None:
    busy.revoke(busy.held(TRADE))
    post.answers(500, 302)
    assert turn(busy) == 1
    (one,) = messages(busy, hook)
    assert (one.state, one.attempts, one.last_status) == ("waiting", 1, 500)
    assert turn(busy) == 0  # not before its time
    busy.clock.later(seconds=6)
    turn(busy)
    assert messages(busy, hook)[0].last_status == 302  # no redirect is followed
    post.answers(*[503] * 20)
    for _ in range(10):
        busy.clock.later(days=1)
        turn(busy)
    (one,) = messages(busy, hook)
    assert (one.state, one.attempts, one.next_at) == ("dead", 8, None)
    assert len(post.got()) == 8

    post.answers()
    with writing(busy.engine) as connection:
        outbox.again(connection, hook, one.id, by="张磊", now=busy.clock())
    turn(busy)
    assert messages(busy, hook)[0].state == "told"
    assert {each["headers"]["webhook-id"] for each in post.got()} == {one.id}


def test_after_a_rotation_both_secrets_sign_for_a_day(busy: Bureau, post: Post, hook: Webhook) -> None:
    with writing(busy.engine) as connection:
        hooks.rotate(connection, hook, by="张磊", now=busy.clock())
    busy.revoke(busy.held(TRADE))
    turn(busy)
    (got,) = post.got()
    both = [signed(signing.secret_of(busy.home, hook.id, each), got) for each in (2, 1)]
    assert got["headers"]["webhook-signature"].split() == both
    with reading(busy.engine) as connection:
        now = hooks.by_id(connection, hook.id, hook.organisation)
    assert now.generations(busy.clock.later(hours=25)) == (2,)


def test_a_receiver_that_is_gone_is_paused_and_an_ended_one_is_told_nothing(
    busy: Bureau, post: Post, hook: Webhook
) -> None:
    post.answers(410)
    busy.revoke(busy.held(TRADE))
    turn(busy)
    with reading(busy.engine) as connection:
        assert hooks.by_id(connection, hook.id, hook.organisation).paused
    with writing(busy.engine) as connection:
        hooks.end(connection, hook, by="张磊", now=busy.clock())
    busy.clock.later(days=1)
    assert turn(busy) == 0
    assert len(post.got()) == 1


def test_the_store_holds_no_secret(busy: Bureau, hook: Webhook) -> None:
    secret = signing.secret_of(busy.home, hook.id, 1).encode()
    files = [p.read_bytes() for p in busy.home.root.iterdir() if p.is_file()]
    assert files
    assert not any(secret in raw or base64.b64decode(secret[6:]) in raw for raw in files)
    assert (busy.home.keys / signing.KEY_FILE).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x", "https://127.0.0.1/x", "https://localhost/x", "https://10.1.2.3/x",
        "https://169.254.169.254/latest", "https://[::1]/x", "https://[::ffff:127.0.0.1]/x", "http://1.1.1.1/x",
        "https://100.64.0.1/x", "https://user:pw@1.1.1.1/x", "ftp://1.1.1.1/x", "file:///etc/passwd",
        "https://0.0.0.0/x", "https://192.168.0.1:8443/x", "gopher://x", "https://", "https://[fd00::1]/",
    ],
)  # fmt: skip
def test_no_address_leads_into_the_own_network_unless_it_is_allowed(busy: Bureau, url: str) -> None:
    with reading(busy.engine) as connection, pytest.raises(Refused, match=r"webhook\.address"):
        require(connection, url)


@pytest.mark.parametrize(
    "inside",
    [
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "::10.0.0.1",
        "64:ff9b:1::7f00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:c0a8:1::1", "::127.0.0.1",
        "2001:0:7f00:1::", "2001:0:808:808:0:0:f5ff:fffe", "fec0::1", "fe80::1", "ff0e::1", "2001:db8::1",
        "3fff::1", "5f00::1", "100::1", "224.0.0.1", "240.0.0.1", "198.18.0.1", "192.0.2.1",
    ],
)  # fmt: skip
def test_no_way_of_writing_an_inner_address_is_public(inside: str) -> None:
    with pytest.raises(NotAllowed):
        Reach(secure=True).address(inside, 443)


@pytest.mark.parametrize("outside", ["2606:4700:4700::1111", "64:ff9b::1.1.1.1", "::ffff:1.1.1.1", "8.8.8.8"])
def test_a_public_address_stays_public_however_it_is_written(outside: str) -> None:
    assert Reach(secure=True).address(outside, 443)


def test_a_name_that_changes_its_mind_is_connected_to_where_it_was_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name server that says a public address first, and an inner one to whoever asks again."""
    connected: list[str] = []

    def asked(host: str, port: int, *_of: Any, **_more: Any) -> list[Any]:
        assert host == "changes.example"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), port))]

    def connect(address: tuple[str, int], *_of: Any, **_more: Any) -> socket.socket:
        connected.append(address[0])
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", asked)
    monkeypatch.setattr(socket, "create_connection", connect)
    hook = Call("https://changes.example/hook", 5.0, 100, method="POST", body=b"{}")
    answers = ["1.1.1.1", "1.1.1.1", "127.0.0.1", "127.0.0.1"]
    with pytest.raises(NotReached):
        call(hook, Reach(secure=True))
    answers = ["1.1.1.1", "127.0.0.1", "127.0.0.1", "127.0.0.1"]
    with pytest.raises(NotAllowed):
        call(hook, Reach(secure=True))
    assert connected == ["1.1.1.1"]


def test_a_public_address_over_https_needs_no_leave_and_over_http_it_does(busy: Bureau) -> None:
    with reading(busy.engine) as connection:
        assert require(connection, "https://1.1.1.1/hook") == "https://1.1.1.1/hook"
    assert Reach(secure=True).address("1.1.1.1", 443) == "1.1.1.1"
    with pytest.raises(NotAllowed):
        Reach(secure=False).address("1.1.1.1", 80)


def test_an_event_there_is_not_is_refused_with_those_there_are(busy: Bureau) -> None:
    with writing(busy.engine) as connection, pytest.raises(Refused, match=r"grant\.revoked"):
        hooks.register(
            connection, busy.other["code"], "https://1.1.1.1/x", ("nothing",), by="x", now=busy.clock()
        )
