"""The token endpoint's work: a client proves itself, and is given an access token.

Decides how a client may prove itself: by a secret in the header or the form, or by an assertion it signed;
never by two at once.

Source: RFC 6749, sections 2.3.1 and 4.4; RFC 7523, section 2.2.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote_plus

from sqlalchemy import Connection

from catalog.home import Home
from space.errors import Unknown
from space.identity import access_tokens, assertions, clients, credentials
from space.identity.assertions import NotProven


@dataclass(frozen=True, slots=True)
class Doors:
    """What the installation is called.

    Attributes:
        issuer: its address.
        token_endpoint: where tokens are given.
    """

    issuer: str
    token_endpoint: str


def given(
    connection: Connection,
    home: Home,
    form: Mapping[str, str],
    authorization: str | None,
    doors: Doors,
    now: datetime,
) -> access_tokens.AccessToken:
    """An access token for the client behind a request.

    Args:
        connection: a writing transaction: an assertion is used up even where the scope is refused.
        home: of the installation.
        form: what was sent.
        authorization: the header of that name.
        doors: what we are called.
        now: aware instant.

    Raises:
        NotProven: the client did not prove to be that client.
        NoSuchScope: it asks for more than it has.
    """
    client = _proven(connection, form, authorization, doors, now)
    return access_tokens.issue(
        connection, home, client, issuer=doors.issuer, scope=form.get("scope") or None, now=now
    )


def _proven(
    connection: Connection, form: Mapping[str, str], authorization: str | None, doors: Doors, now: datetime
) -> clients.Client:
    ways = [authorization is not None, "client_secret" in form, "client_assertion" in form]
    if sum(ways) != 1:
        raise NotProven
    if "client_assertion" in form:
        if form.get("client_assertion_type") != assertions.TYPE:
            raise NotProven
        audiences = (doors.issuer, doors.token_endpoint)
        client = assertions.proven(connection, form["client_assertion"], audiences, now)
        if form.get("client_id", client.id) != client.id:
            raise NotProven
        return client
    name, secret = _basic(authorization) if authorization is not None else _posted(form)
    try:
        client = clients.client(connection, name)
    except Unknown:
        raise NotProven from None
    if form.get("client_id", name) != name or not credentials.is_secret(connection, name, secret, now):
        raise NotProven
    return client


def _posted(form: Mapping[str, str]) -> tuple[str, str]:
    return form.get("client_id", ""), form["client_secret"]


def _basic(header: str) -> tuple[str, str]:
    scheme, _, held = header.partition(" ")
    if scheme.lower() != "basic":
        raise NotProven
    try:
        name, _, secret = base64.b64decode(held.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        raise NotProven from None
    return unquote_plus(name), unquote_plus(secret)
