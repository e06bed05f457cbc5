"""Who sits before a page: the session's person, in which membership, in which language.

Decides nothing the interface does not tell: a page is for whoever its session says, as long as it is good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp

from policies.access import Act, Role, ever
from policies.access_matrix import roles
from policies.decision import Permit
from space.console import language
from space.console.calling import Calls, Declined
from space.console.language import Language


@dataclass(frozen=True, slots=True)
class Seat:
    """Whoever a page is made for.

    Attributes:
        calls: asks the interface in their name.
        session: id.
        membership: they act in.
        say: the words of their language: ``say("目录", "Catalogue")``.
        person: id; None for the token of an office.
        name: as colleagues call them.
        organisation: code of the one they act for.
        called: its name.
        role: they act in.
        memberships: those they may act in, as the interface tells them.
        expires_at: end of the session, as the interface words it.
        path: of the page, without the console's own beginning.
        names: what the path names, such as ``{"name": "civil.population"}``.
        query: of the page's address.
    """

    calls: Calls
    session: str
    membership: str | None
    say: Language
    person: str | None
    name: str
    organisation: str
    called: str
    role: Role
    memberships: tuple[Mapping[str, Any], ...]
    expires_at: str
    path: str
    names: Mapping[str, str]
    query: Mapping[str, str]

    @property
    def address(self) -> str:
        """Of the page itself, to come back to; safe within a query."""
        from urllib.parse import quote, urlencode

        query = f"?{urlencode(self.query)}" if self.query else ""
        return quote(f"/console{self.path}{query}", safe="")

    @property
    def may_sit_at_the_desk(self) -> bool:
        """Whether the plain pages of grass-roots staff are this role's."""
        return self.may(Act.FORM_FILL) and self.may(Act.LEDGER_KEEP)

    @property
    def role_name(self) -> str:
        """What the role is called."""
        return self.say(roles()[self.role].zh, roles()[self.role].name)

    def may(self, act: Act) -> bool:
        """Whether the matrix ever lets the role do an act: what is never open is not offered.

        What is offered is judged by the interface all the same.
        """
        return isinstance(ever(self.role, act), Permit)


async def seated(app: ASGIApp, request: Request) -> Seat | None:
    """Who sits before a page that is asked for; None where nobody is signed in.

    Args:
        app: the application, as it is served.
        request: for the page.
    """
    calls = Calls(app, request)
    try:
        session = await calls.get("/v1/sessions/current")
    except Declined as declined:
        if declined.status == 401:
            return None
        raise
    calls.act_in(session["proof"], session["membership"])
    return Seat(
        calls,
        session["id"],
        session["membership"],
        language.chosen(request.cookies),
        session["person"],
        session["name"],
        session["organisation"],
        session["organisation_name"],
        Role(session["role"]),
        tuple(session["memberships"]),
        session["expires_at"],
        request.scope["path"].removeprefix(request.scope.get("root_path", "")) or "/",
        dict(request.path_params),
        dict(request.query_params),
    )
