"""One bounded call of a probe over HTTP.

Decides what a probe sends and reads: to an allowed address that was resolved once, no redirect followed,
no proxy, within one deadline for the whole call, and no more bytes than the cap. What an answer means is
the ``alive_*`` modules' matter.
"""

from __future__ import annotations

import hashlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from catalog.linking.destinations import Destinations
from catalog.linking.settings import LinkError, check_url

_CHUNK: Final = 65_536
PORTS: Final = {"http": 80, "https": 443}


class NotReached(LinkError):
    """A call that gave no whole answer; the message says why, in fixed words."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        status: of HTTP.
        body: the bytes, empty where they were only counted and digested.
        sha256: of the body.
        size_bytes: of the body.
        latency_ms: from the call to the last byte.
    """

    status: int
    body: bytes
    sha256: str
    size_bytes: int
    latency_ms: int


@dataclass(frozen=True, slots=True)
class Call:
    """A call to be made.

    Attributes:
        url: http or https.
        timeout_s: for the whole call.
        cap_bytes: of the body; a longer one is refused.
        method: ``GET`` or ``POST``.
        headers: sent beside the usual ones.
        body: of a POST.
        keep: whether the body is wanted, or only its size and digest.
    """

    url: str
    timeout_s: float
    cap_bytes: int
    method: str = "GET"
    headers: Mapping[str, str] | None = None
    body: bytes | None = None
    keep: bool = True


def call(wanted: Call, destinations: Destinations) -> Answer:
    """Make a call.

    Raises:
        NotAllowed: probes may not go there.
        NotReached: no whole answer came.
    """
    parts = check_url(wanted.url)
    assert parts.hostname is not None
    port = parts.port or PORTS[parts.scheme]
    address = destinations.address(parts.hostname, port)
    secure = ssl.create_default_context() if parts.scheme == "https" else None
    connection = _Pinned(parts.hostname, port, address, wanted.timeout_s, secure)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Accept": "application/json, */*", "Accept-Encoding": "identity", **(wanted.headers or {})}
    began = time.monotonic()
    try:
        connection.request(wanted.method, path, body=wanted.body, headers=headers)
        with connection.getresponse() as response:
            body, sha256, size = _read(response, wanted)
            return _answer(connection, response.status, body, sha256, size, began)
    except TimeoutError:
        raise NotReached(_late(wanted)) from None
    except ssl.SSLCertVerificationError:
        raise NotReached("its certificate is not valid for its name") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        if connection.expired:
            raise NotReached(_late(wanted)) from None
        # The kind of failure alone: its text may repeat what the other side sent.
        raise NotReached(f"the call failed ({type(error).__name__})") from None
    finally:
        connection.end()


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, ended as a whole when its time is over.

    The time-out of a socket is for one read: a side that sends a byte now and then would never meet it.
    """

    def __init__(
        self, host: str, port: int, address: str, timeout_s: float, secure: ssl.SSLContext | None
    ) -> None:
        super().__init__(host, port, timeout=timeout_s)
        if secure is not None:
            self.default_port = PORTS["https"]
        self._address, self._secure, self._timer = address, secure, threading.Timer(timeout_s, self._expire)
        self._held: socket.socket | None = None
        self.expired = False

    def connect(self) -> None:
        self._timer.daemon = True
        self._timer.start()
        self.sock = self._held = socket.create_connection((self._address, self.port), self.timeout)
        if self.expired:  # before there was a socket to wake
            raise TimeoutError
        if self._secure is not None:
            self.sock = self._secure.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self._held = self.sock
            self.sock.do_handshake()

    def end(self) -> None:
        self._timer.cancel()
        self.close()

    def _expire(self) -> None:
        self.expired = True
        with suppress(OSError):
            # Wakes whoever reads; closing alone would not. The answer reads on after the connection let go
            # of its socket, so the socket is held here.
            if self._held is not None:
                self._held.shutdown(socket.SHUT_RDWR)


def _read(response: http.client.HTTPResponse, wanted: Call) -> tuple[bytes, str, int]:
    kept, summed, size = [], hashlib.sha256(), 0
    while chunk := response.read(min(_CHUNK, wanted.cap_bytes + 1)):
        size += len(chunk)
        if size > wanted.cap_bytes:
            raise NotReached(f"the answer is longer than the {wanted.cap_bytes:,} bytes a probe reads")
        summed.update(chunk)
        if wanted.keep:
            kept.append(chunk)
    return b"".join(kept), summed.hexdigest(), size


def _answer(connection: _Pinned, status: int, body: bytes, sha256: str, size: int, began: float) -> Answer:
    if connection.expired:
        raise TimeoutError
    return Answer(status, body, sha256, size, round((time.monotonic() - began) * 1000))


def _late(wanted: Call) -> str:
    return f"no whole answer came within {wanted.timeout_s:g} s"
