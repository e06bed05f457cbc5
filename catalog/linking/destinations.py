"""Where probes may go: hosts, networks and folders the security office allowed.

Decides whether a probe may call an address or read a file. Nothing is allowed until it is named. A host
allowed by name is still not reached at this machine's own, link-local, multicast or reserved addresses:
those need a network of that kind that holds them, so that a name which changes its mind leads nowhere.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, insert, select, update

from catalog import evidence
from catalog.linking.settings import LinkError
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.linking import probe_destinations

HOST: Final = "host"
NETWORK: Final = "network"
FOLDER: Final = "folder"
_HOST_NAME: Final = re.compile(r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$")

# IPv4 inside IPv6, beside what the address itself tells (mapped, 6to4, Teredo). Source: RFC 6052, 2.1.
_TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")
# Shared address space (RFC 6598), where clouds keep the service that hands out a machine's credentials.
_SHARED: Final = ipaddress.IPv4Network("100.64.0.0/10")

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class NotAllowed(LinkError):
    """A probe may not go there."""


@dataclass(frozen=True, slots=True)
class Destinations:
    """What probes may reach.

    Attributes:
        hosts: names, with ``:port`` where only that port is allowed.
        networks: of addresses.
        folders: of files, with everything below them.
    """

    hosts: frozenset[str] = frozenset()
    networks: tuple[_Network, ...] = ()
    folders: tuple[Path, ...] = ()

    def address(self, host: str, port: int) -> str:
        """The address to connect to for a host; resolved once, so that it cannot change in between.

        Raises:
            NotAllowed: the host has no address a probe may go to.
        """
        named = not self.hosts.isdisjoint((host.lower(), f"{host.lower()}:{port}"))
        for address in _resolved(host, port):
            inner = _is_inner(address)
            holding = [net for net in self.networks if net.version == address.version and address in net]
            # A wide network does not hold this machine by the way: who means it names a network of its kind.
            if any(not inner or _is_inner(net) for net in holding) or (named and not inner):
                return str(address)
        raise NotAllowed(
            "its host is not among those probes may go to — the security office allows it: `ybz link allow`"
        )

    def file(self, place: str) -> Path:
        """The file of a path, links followed.

        Raises:
            NotAllowed: it lies in no allowed folder.
        """
        try:
            real = Path(place).resolve()
        except (OSError, RuntimeError, ValueError):  # links in a circle, a name no file can have
            raise NotAllowed("its path leads nowhere") from None
        if not any(real.is_relative_to(folder) for folder in self.folders):
            raise NotAllowed(
                "its folder is not among those probes may read — the security office allows it: "
                "`ybz link allow`"
            )
        return real


def allow(connection: Connection, kind: str, value: str, *, reason: str, by: str, now: datetime) -> str:
    """Allow a destination; the security office's act.

    Args:
        connection: a writing transaction.
        kind: ``host`` (``name`` or ``name:port``), ``network`` (``10.1.0.0/16``) or ``folder``.
        value: the host, network or absolute path.
        reason: why.
        by: of the security office.
        now: aware instant.

    Returns:
        The value as it is kept.

    Raises:
        LinkError: it is malformed, allowed already, has no reason, or is a host nothing would reach.
    """
    kept = _kept(kind, value)
    if kind == HOST:
        _refuse_inner(kept)
    if not reason.strip():
        raise LinkError("a destination is allowed for a reason — state it (`reason`)")
    if kept in _values(connection, kind):
        raise LinkError(f"the {kind} {kept} is allowed already")
    proof = evidence.record(
        connection, event="catalog:probe_destination:allow", subject=f"destination:{kind}",
        body={"kind": kind, "value": kept, "reason": reason, "actor": by}, now=now,
    )  # fmt: skip
    connection.execute(
        insert(probe_destinations).values(
            id=new_id("dst"), kind=kind, value=kept, reason=reason, allowed_by=by, allowed_at=now,
            evidence_id=proof,
        )
    )  # fmt: skip
    return kept


def disallow(connection: Connection, kind: str, value: str, *, reason: str, by: str, now: datetime) -> None:
    """End the allowance of a destination.

    Raises:
        LinkError: it is not allowed now.
    """
    kept = _kept(kind, value)
    d = probe_destinations.c
    if kept not in _values(connection, kind):
        raise LinkError(f"the {kind} {kept} is not allowed now — see `ybz link destinations`")
    connection.execute(
        update(probe_destinations)
        .where(d.kind == kind, d.value == kept, d.ended_at.is_(None))
        .values(ended_by=by, ended_at=now)
    )
    evidence.record(
        connection, event="catalog:probe_destination:end", subject=f"destination:{kind}",
        body={"kind": kind, "value": kept, "reason": reason, "actor": by}, now=now,
    )  # fmt: skip


def allowed(connection: Connection) -> Destinations:
    """Every destination allowed now."""
    return Destinations(
        frozenset(_values(connection, HOST)),
        tuple(ipaddress.ip_network(value) for value in sorted(_values(connection, NETWORK))),
        tuple(Path(value).resolve() for value in sorted(_values(connection, FOLDER))),
    )


def listing(connection: Connection, part: Part | None = None) -> tuple[dict[str, str], ...]:
    """Every destination allowed now, with who allowed it and why; a part by kind and value."""
    d = probe_destinations.c
    query = select(d.kind, d.value, d.reason, d.allowed_by, d.allowed_at).where(d.ended_at.is_(None))
    rows = connection.execute(parted(query, part, d.kind, d.value))
    return tuple(
        {"kind": kind, "value": value, "reason": reason, "by": by, "at": at.isoformat()}
        for kind, value, reason, by, at in rows
    )


def _values(connection: Connection, kind: str) -> set[str]:
    d = probe_destinations.c
    return set(connection.execute(select(d.value).where(d.kind == kind, d.ended_at.is_(None))).scalars())


def _kept(kind: str, value: str) -> str:
    if kind == HOST:
        if not _HOST_NAME.match(value.lower()):
            raise LinkError("a host is written as name or name:port, without http://")
        return value.lower()
    if kind == NETWORK:
        try:
            return str(ipaddress.ip_network(value))
        except ValueError:
            raise LinkError("a network is written as 10.1.0.0/16 or fd00::/8, host bits zero") from None
    if kind == FOLDER:
        if not Path(value).is_absolute() or not Path(value).is_dir():
            raise LinkError("a folder is an absolute path of a folder that is there")
        return str(Path(value).resolve())
    raise LinkError(f"{kind} is no kind of destination — host, network or folder")


def _refuse_inner(host: str) -> None:
    """Refuse an address that is not reached by a host's allowance, before somebody relies on it."""
    try:
        address = _plain(ipaddress.ip_address(host.partition(":")[0]))
    except ValueError:
        return  # a name
    if _is_inner(address):
        raise LinkError(
            "this machine, its neighbours and shared addresses are allowed as a network alone"
            f" — allow the network {address}/32"
        )


def _resolved(host: str, port: int) -> Iterable[_Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotAllowed("its host has no address here") from None
    return [_plain(ipaddress.ip_address(str(entry[4][0]).split("%")[0])) for entry in found]


def _plain(address: _Address) -> _Address:
    """An IPv4 address written as IPv6 is judged as what it is."""
    if address.version == 4:
        return address
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else address)


def _is_inner(place: _Address | _Network) -> bool:
    """Whether it is this machine, a neighbour on the wire, shared address space, or no host's at all."""
    if isinstance(place, ipaddress.IPv4Address) and place in _SHARED:
        return True
    if isinstance(place, ipaddress.IPv4Network) and place.subnet_of(_SHARED):
        return True
    return (
        place.is_loopback
        or place.is_link_local
        or place.is_multicast
        or place.is_unspecified
        or place.is_reserved
    )
