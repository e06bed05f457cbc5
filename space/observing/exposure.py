"""What the doctor asks of doors and people: addresses, TLS, administrators, and whom this machine calls.

Decides nothing and mends nothing.
"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from urllib.parse import urlsplit

from sqlalchemy import select

from catalog.settings import reading as settings
from catalog.settings.known import BY_NAME
from catalog.store import reading
from catalog.store.tables.accounts import accounts
from catalog.store.tables.people import memberships, people
from policies.access import ADMINISTRATORS
from space.errors import Refused
from space.identity.openid_provider import ProviderNotUsable, known, provider_of
from space.observing.finding import Case, Finding

# Settings that let this machine call another.
_CALLS = (
    "YBZ_DATABASE_URL", "YBZ_LAKE_URL", "YBZ_ENGINE_URL", "YBZ_LINEAGE_URL", "YBZ_DAGSTER_URL",
    "YBZ_TRACES_URL", "YBZ_MAIL_HOST", "YBZ_OPENID_ISSUER",
)  # fmt: skip


def callers_come_through_tls(case: Case) -> Finding:
    """Whoever calls from elsewhere comes through a proxy that ends TLS, and only it is believed."""
    root = case.home.root
    host, public = settings.value("YBZ_HOST", root), settings.value("YBZ_PUBLIC_URL", root)
    believed = settings.value("YBZ_PROXIES", root)
    if believed.strip() == "*":
        found = "every caller is believed about where it comes from (YBZ_PROXIES=*)"
        return Finding("proxy", False, found, "name the proxies: conditions on addresses mean nothing else")
    if _is_here(host) and not public:
        return Finding("proxy", True, f"listens on {host} alone; nobody calls from elsewhere")
    if _is_here(host) and _is_here(urlsplit(public).hostname or ""):
        todo = "an address for trying it out: name the https address of a proxy before others call"
        return Finding("proxy", True, f"called at {urlsplit(public).netloc}, from this machine alone", todo)
    if not public.startswith("https://"):
        found = f"listens on {host}, and YBZ_PUBLIC_URL is no https address"
        return Finding(
            "proxy", False, found, "put a proxy with TLS before it and name it: see docs/hardening.md"
        )
    return Finding("proxy", True, f"called at {urlsplit(public).netloc}; proxies believed: {believed}")


def own_address_is_told(case: Case) -> Finding:
    """What the installation is called: nothing that is made for an address rests on a caller's word."""
    root = case.home.root
    host, public = settings.value("YBZ_HOST", root), settings.value("YBZ_PUBLIC_URL", root)
    if public:
        return Finding("address", True, f"called {public.rstrip('/')}")
    here = "signed tokens, sign-in at a provider and download addresses are made for 127.0.0.1 alone"
    if _is_here(host):
        return Finding("address", True, f"{here}; behind a proxy, set YBZ_PUBLIC_URL")
    return Finding("address", False, here, "set YBZ_PUBLIC_URL to the address callers use")


def administrators_are_apart(case: Case) -> Finding:
    """No person holds two of the three administrations, and nobody who has left keeps an account."""
    day, m, p, a = case.day, memberships.c, people.c, accounts.c
    held: dict[str, set[str]] = defaultdict(set)
    with reading(case.engine) as connection:
        for row in connection.execute(select(m.person_id, m.role, m.last_day).where(m.ended_at.is_(None))):
            if row.role in ADMINISTRATORS and (row.last_day is None or row.last_day >= day):
                held[row.person_id].add(row.role)
        gone = connection.execute(
            select(a.id)
            .join(people, p.id == a.person_id)
            .where(p.ended_at.is_not(None), a.ended_at.is_(None))
        ).all()
        open_ = connection.execute(select(a.id).where(a.ended_at.is_(None))).all()
    both = sum(len(roles) > 1 for roles in held.values())
    if both or gone:
        found = f"{both} people hold two administrations, {len(gone)} people who left have an account"
        return Finding(
            "accounts", False, found, "end the memberships and accounts: `ybz person`, `ybz account`"
        )
    lacking = sorted(ADMINISTRATORS - {role for roles in held.values() for role in roles})
    if open_ and lacking:
        found = f"nobody is {', '.join(lacking)}"
        return Finding("accounts", True, found, "name three people: see docs/first-day.md")
    told = "the three administrations are three people" if held else "nobody signs in with an account yet"
    return Finding("accounts", True, f"{len(open_)} accounts; {told}")


def provider_answers(case: Case) -> Finding:
    """Where a provider of identities is set, it is set whole and answers as the one that is named."""
    try:
        provider = provider_of(case.home)
    except ProviderNotUsable as error:
        return Finding("provider", False, str(error), "mend the setting: docs/identity.md names them all")
    if provider is None:
        return Finding("provider", True, "none is set: people sign in with accounts")
    if not settings.value("YBZ_PUBLIC_URL", case.home.root):
        found = "a provider of identities is set, and it can send nobody back: YBZ_PUBLIC_URL is not"
        return Finding("provider", False, found, "set YBZ_PUBLIC_URL to the address people use")
    try:
        known(provider, case.now)
    except Refused:
        found = (
            f"{provider.issuer} does not answer as a provider; who has an account signs in with it meanwhile"
        )
        todo = (
            "look at YBZ_OPENID_ISSUER (exactly as its tokens state it), YBZ_OPENID_CA_FILE and the firewall"
        )
        return Finding("provider", True, found, todo)
    return Finding("provider", True, f"{provider.issuer} answers")


def whom_this_machine_calls(case: Case) -> Finding:
    """Which other machines the settings let it call; without any it runs offline."""
    named = []
    for name in _CALLS:
        held = settings.value(name, case.home.root)
        if held and not held.startswith(("sqlite", "/", "file:")):
            named.append(f"{name} ({settings.shown(BY_NAME[name], held)})")
    if settings.rehearsing(case.home.root):
        return Finding(
            "offline", True, "a rehearsal of a restore: it sends nothing, and publishes nowhere outside"
        )
    told = f"calls only {', '.join(named)}" if named else "calls no other machine"
    return Finding("offline", True, told)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
