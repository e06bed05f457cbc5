"""Where a webhook may go: the guard against being led into the installation's own network.

Decides that an address is https to a public host, or one the security office allowed (the destinations of
probes); that what is connected to is the very address that was judged, so that a name which changes its mind
leads nowhere; that an IPv4 address is judged however it is written into IPv6; and that nothing of the address
is a secret.

Source: OWASP, Server-Side Request Forgery Prevention; RFC 6890 (special-purpose addresses); RFC 6052 and RFC
3056 (IPv4 inside IPv6).
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from catalog.linking import destinations
from catalog.linking.destinations import Destinations, NotAllowed
from catalog.linking.settings import LinkError, check_url
from policies.decision import Deny, Reason
from space.errors import Refused

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# IPv4 behind a translator of the network. Source: RFC 6052, section 2.1.
_TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")
# Where hosts of the open network are so far. Source: IANA, IPv6 Global Unicast Address Assignments.
_GLOBAL: Final = ipaddress.IPv6Network("2000::/3")
# Of examples; not every Python knows it. Source: RFC 9637.
_EXAMPLES: Final = ipaddress.IPv6Network("3fff::/20")


@dataclass(frozen=True)
class Reach(Destinations):
    """What webhooks may reach: what the security office named, and public hosts over https.

    Attributes:
        secure: whether the address is https.
    """

    secure: bool = False

    def address(self, host: str, port: int) -> str:
        """The address to connect to for a host; resolved once.

        Raises:
            NotAllowed: it is none a webhook may go to.
        """
        try:
            return super().address(host, port)
        except NotAllowed:
            public = _public(host, port) if self.secure else None
            if public is None:
                raise
            return public


def require(connection: Connection, url: str) -> str:
    """The address of a webhook, if it may be one.

    Raises:
        Refused: it is malformed, or leads where no webhook may go.
    """
    try:
        parts = check_url(url)
        assert parts.hostname is not None
        port = parts.port or (443 if parts.scheme == "https" else 80)
        reach(connection, url).address(parts.hostname, port)
    except (LinkError, ValueError):
        raise Refused(Deny((_REFUSED,))) from None
    return url


def reach(connection: Connection, url: str) -> Reach:
    """What a call of that address may reach now."""
    named = destinations.allowed(connection)
    return Reach(named.hosts, named.networks, secure=url.lower().startswith("https://"))


_REFUSED = Reason(
    "webhook.address",
    "a webhook goes to an https address of a public host",
    where="url",
    allowed="what the security office allows (POST /v1/links/destinations): a host by its name; "
    "this machine and its neighbours as a network, 127.0.0.1/32",
)


def _public(host: str, port: int) -> str | None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return None
    addresses = [ipaddress.ip_address(str(entry[4][0]).split("%")[0]) for entry in found]
    # Every one: a name that leads outside and inside leads inside when it matters.
    if not addresses or not all(_is_public(one) for one in addresses):
        return None
    return str(addresses[0])


def _is_public(address: _Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inside = _inside(address)
        if inside is not None:
            return all(_is_public(one) for one in inside)
        if address not in _GLOBAL or address in _EXAMPLES:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _inside(address: ipaddress.IPv6Address) -> tuple[ipaddress.IPv4Address, ...] | None:
    """The IPv4 addresses an IPv6 address leads to; None where it is one of its own."""
    if address in _TRANSLATED:
        return (ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF),)
    single = address.ipv4_mapped or address.sixtofour
    return (single,) if single else address.teredo
