"""``/v1/clients`` and ``/v1/token``: machine clients and their access tokens; a thin door.

The token endpoint answers as RFC 6749 says, not with problems: libraries of clients read it.
"""

from __future__ import annotations

from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from catalog.store import reading, writing
from policies.access import ADMINISTRATORS, Act, Role
from policies.clocks import local_date
from space.api.entrance import browsers
from space.api.entrance.once import Repeated
from space.api.services import Known, Services, Wired, permit
from space.calls.metering import count_stranger
from space.errors import Unknown
from space.identity import authorising, clients, credentials, limits, token_keys
from space.identity.access_tokens import NoSuchScope
from space.identity.assertions import NotProven
from space.identity.tokens import Caller

router = APIRouter(tags=["identity"])

_GRANT_TYPE: Final = "client_credentials"
_NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_MOST_FIELDS: Final = 20


class NewClient(BaseModel):
    """A machine client to be registered."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=100)
    organisation: str = Field(max_length=40)
    role: Role = Role.CLIENT
    grant: str | None = Field(None, max_length=40, description="Its tokens open this grant alone.")
    jwk: dict[str, Any] | None = Field(None, description="Its public key; a secret is made, if none.")


class NewCredential(BaseModel):
    """Another credential of a client."""

    model_config = ConfigDict(extra="forbid")

    jwk: dict[str, Any] | None = Field(None, description="Its next public key; a secret is made, if none.")
    at_once: bool = Field(False, description="The former ones and their tokens are good for nothing.")


@router.get("/v1/clients")
def list_clients(
    wired: Wired,
    who: Known,
    after: str = Query("", max_length=40),
    limit: int = Query(100, ge=1, le=1000),
) -> dict[str, Any]:
    """Machine clients by their ids: all for security administrators, else the organisation's own."""
    permit(who, Act.CLIENT_KEEP)
    own = None if who.role in ADMINISTRATORS else who.organisation
    with reading(wired.engine) as connection:
        found = clients.all_clients(connection, organisation=own, after=after, limit=limit)
    following = found[-1].id if len(found) == limit else None
    return {"clients": [each.to_document() for each in found], "next": following}


@router.post("/v1/clients", status_code=201)
def register_client(new: NewClient, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Register a client; its secret is shown this once, a repeated request shows none."""
    permit(who, Act.CLIENT_KEEP)
    if who.role not in ADMINISTRATORS and new.organisation != who.organisation:
        raise Unknown("organisation", new.organisation)
    given: list[clients.Given] = []
    with writing(wired.engine) as connection:
        now = wired.clock()

        def act() -> str:
            given.append(
                clients.register(
                    connection, new.name, new.organisation, new.role, by=_by(who), now=now,
                    grant=new.grant, jwk=new.jwk, giver=who.role,
                )
            )  # fmt: skip
            return given[0].client.id

        return _given(clients.client(connection, once.do(connection, act, now)), given)


@router.get("/v1/clients/{client}")
def show_client(client: str, wired: Wired, who: Known) -> dict[str, Any]:
    """A client and what it may prove itself with now."""
    permit(who, Act.CLIENT_KEEP)
    with reading(wired.engine) as connection:
        known = _theirs(clients.client(connection, client), who)
        held = credentials.of_client(connection, client, wired.clock())
    return known.to_document() | {"credentials": [each.to_document() for each in held]}


@router.post("/v1/clients/{client}/credentials", status_code=201)
def rotate_credential(
    client: str, new: NewCredential, wired: Wired, who: Known, once: Repeated
) -> dict[str, Any]:
    """Give a client another credential; the former stay good for a while, or not."""
    permit(who, Act.CLIENT_KEEP)
    given: list[clients.Given] = []
    with writing(wired.engine) as connection:
        now = wired.clock()
        _theirs(clients.client(connection, client), who)

        def act() -> str:
            given.append(
                clients.rotate(
                    connection, client, by=_by(who), now=now, jwk=new.jwk, at_once=new.at_once, giver=who.role
                )
            )
            return client

        return _given(clients.client(connection, once.do(connection, act, now)), given)


@router.post("/v1/clients/{client}/revocation")
def revoke_tokens(client: str, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """Make every token of a client useless that was issued until now."""
    permit(who, Act.CLIENT_KEEP)
    with writing(wired.engine) as connection:
        now = wired.clock()
        _theirs(clients.client(connection, client), who)

        def act() -> str:
            return clients.revoke(connection, client, by=_by(who), now=now).id

        return clients.client(connection, once.do(connection, act, now)).to_document()


@router.post("/v1/clients/{client}/end")
def end_client(client: str, wired: Wired, who: Known, once: Repeated) -> dict[str, Any]:
    """End a client; its tokens are good for nothing from now on."""
    permit(who, Act.CLIENT_KEEP)
    with writing(wired.engine) as connection:
        now = wired.clock()

        def act() -> str:
            _theirs(clients.client(connection, client), who)
            return clients.end(connection, client, by=_by(who), now=now).id

        return {"id": once.do(connection, act, now), "ended": True}


async def _form(request: Request) -> dict[str, str]:
    """What a client sent; a name given twice is given wrong (RFC 6749, section 3.2)."""
    text = (await request.body()).decode("utf-8", "replace")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}
    return dict(pairs) if len({name for name, _ in pairs}) == len(pairs) else {}


@router.post("/v1/token", response_class=JSONResponse)
def token(form: Annotated[dict[str, str], Depends(_form)], wired: Wired, request: Request) -> JSONResponse:
    """An access token for a machine client (OAuth 2.0 client credentials), by secret or by assertion."""
    if form.get("grant_type") != _GRANT_TYPE:
        known = "invalid_request" if "grant_type" not in form else "unsupported_grant_type"
        return _error(400, known)
    now, doors = wired.clock(), _doors(wired, request)
    authorization = request.headers.get("authorization")
    with writing(wired.engine) as connection:
        try:
            made = authorising.given(connection, wired.home, form, authorization, doors, now)
        except NotProven:
            count_stranger(connection, "client", now)
            return _error(401, "invalid_client")
        except NoSuchScope:
            return _error(400, "invalid_scope")
    body = {"access_token": made.text, "token_type": "Bearer", "expires_in": made.expires_in_s}
    return JSONResponse(body | {"scope": made.scope}, headers=_NO_STORE)


@router.get("/.well-known/oauth-authorization-server")
def discovery(wired: Wired, request: Request) -> dict[str, Any]:
    """What a client has to know of the token endpoint (RFC 8414)."""
    doors, on = _doors(wired, request), local_date(wired.clock())
    return {
        "issuer": doors.issuer,
        "token_endpoint": doors.token_endpoint,
        "jwks_uri": f"{doors.issuer}/v1/token/keys",
        "grant_types_supported": [_GRANT_TYPE],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": [
            "private_key_jwt",
            "client_secret_basic",
            "client_secret_post",
        ],
        "token_endpoint_auth_signing_alg_values_supported": list(limits.words("signature_algorithms", on)),
    }


@router.get("/v1/token/keys")
def keys_of_tokens(wired: Wired) -> dict[str, Any]:
    """The public keys access tokens are signed with, as a JWK set (RFC 7517)."""
    with reading(wired.engine) as connection:
        return token_keys.key_set(connection, wired.clock())


def _doors(wired: Services, request: Request) -> authorising.Doors:
    issuer = browsers.own_address(request, wired.home)
    return authorising.Doors(issuer, f"{issuer}/v1/token")


def _error(status: int, code: str) -> JSONResponse:
    headers = _NO_STORE | ({"WWW-Authenticate": "Basic"} if status == 401 else {})
    return JSONResponse({"error": code}, status, headers)


def _theirs(client: clients.Client, who: Caller) -> clients.Client:
    if who.role not in ADMINISTRATORS and client.organisation != who.organisation:
        raise Unknown("client that lasts", client.id)
    return client


def _by(who: Caller) -> str:
    return who.person or who.organisation


def _given(client: clients.Client, given: list[clients.Given]) -> dict[str, Any]:
    if not given:
        return client.to_document() | {"credential": None, "secret": None}
    held = given[0]
    return client.to_document() | {"credential": held.credential.to_document(), "secret": held.secret}
