"""Signing in to the desk and the console, and out of them; the language and the style sheet of the desk.

Decides which ways in are shown: an account with its password, a provider of identities where the
installation is told of one, and the token of an office with a stated name as long as the rules let it in. A
wrong attempt is counted with the strangers, as everywhere.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from catalog import keys
from catalog.store import reading, writing
from policies.access import Act, Role, ever
from policies.access_matrix import roles
from policies.clocks import local_date
from policies.decision import Permit
from space.api.entrance import browsers
from space.api.parties.accounts import attempt, keep
from space.api.services import Services, Wired, signed_in
from space.calls.metering import count_stranger
from space.console.language import COOKIE, Language, spoken
from space.desk.carrying import carried
from space.desk.rendering import onward, page, style
from space.desk.seat import SIGN_IN, DeskRoute, Fields, sealer, session_at
from space.desk.sign_in_page import sign_in_page
from space.desk.wording import told
from space.errors import Refused
from space.identity import limits, memberships, openid, sessions, signing_in
from space.identity.openid_provider import provider_of
from space.identity.organisations import organisation
from space.identity.tokens import identified

router = APIRouter(prefix="/desk", route_class=DeskRoute, include_in_schema=False)

_LONGEST_NAME: Final = 60
_LONGEST: Final = 1000
_A_YEAR_S: Final = 31_536_000
# Characters of what is carried over signing in; what is longer was not sealed here.
_LONGEST_CARRIED: Final = 30_000
_BACK: Final = "/desk/openid/back"
_DESK: Final = "/desk"
_ACT_IN: Final = "/desk/act-in"


@router.get("/desk.css")
def style_sheet() -> Response:
    """The one style sheet."""
    return style()


@router.get("/language/{chosen}")
def speak_in(chosen: str, request: Request, to: Annotated[str, Query(max_length=_LONGEST)] = "") -> Response:
    """Let the browser keep the language its reader chose, for the desk and the console."""
    answer = onward(to if to == _DESK or to.startswith((f"{_DESK}/", f"{_DESK}?")) else _DESK)
    language = Language.ENGLISH if chosen == Language.ENGLISH.value else Language.CHINESE
    answer.set_cookie(
        COOKIE, language.value, max_age=_A_YEAR_S, path="/", samesite="lax", httponly=True,
        secure=request.url.scheme == "https",
    )  # fmt: skip
    return answer


@router.get("/sign-in")
def show(wired: Wired, to: Annotated[str, Query(max_length=_LONGEST)] = "") -> HTMLResponse:
    """The page to sign in."""
    return sign_in_page(wired, to=to)


@router.post("/sign-in")
def sign_in(sent: Fields, wired: Wired, request: Request) -> Response:
    """Open a session: by an account, or by the token of an office."""
    browsers.require_own_site(request, wired.home)
    if "login" not in sent:
        return _by_token(wired, request, sent)
    login, password = _text(sent, "login"), sent.get("password", [""])[0][:_LONGEST]
    tried, now = attempt(wired, request, login), wired.clock()
    try:
        done = signing_in.sign_in(wired.engine, tried, password, now=now)
    except Refused as refused:
        return sign_in_page(wired, status=401, refused=refused, to=_text(sent, "to"), carried=_carried(sent))
    answer = _go_on(wired, _carried(sent), done.session.secret)
    if answer is None:
        answer = onward(_entered(wired, request, done, now, _text(sent, "to")))
    keep(wired, request, answer, done, tried)
    return answer


@router.get("/password")
def password_page() -> HTMLResponse:
    """The page to choose a password."""
    return page("password", None, refused=(), login="", again=False)


@router.post("/password")
def choose(sent: Fields, wired: Wired, request: Request) -> Response:
    """Choose a password, by a one-time code or by the present one."""
    browsers.require_own_site(request, wired.home)
    login, new = _text(sent, "login"), sent.get("new", [""])[0][:_LONGEST]
    shown = {"login": login, "again": new != sent.get("again", [""])[0][:_LONGEST]}
    if shown["again"]:
        return page("password", None, status=422, refused=(), **shown)
    try:
        signing_in.choose_password(
            wired.engine, attempt(wired, request, login), new, now=wired.clock(),
            password=sent.get("password", [""])[0][:_LONGEST], code=_text(sent, "code"),
        )  # fmt: skip
    except Refused as refused:
        return page("password", None, status=422, refused=told(refused), **shown)
    return sign_in_page(wired, chosen=True)


@router.get("/openid")
def begin_elsewhere(wired: Wired, request: Request) -> Response:
    """Go on at the provider of identities."""
    provider, now = provider_of(wired.home), wired.clock()
    if provider is None:
        return onward(SIGN_IN)
    begun = openid.begin(_desk(wired, request), provider, now)
    answer = onward(begun.address)
    lasts = int(limits.minutes("openid_minutes", local_date(now)).total_seconds())
    browsers.keep_begun(answer, request, wired.home, begun.kept, lasts)
    return answer


@router.get("/openid/back")
def come_back(wired: Wired, request: Request) -> Response:
    """Come back from the provider of identities, signed in."""
    provider, now = provider_of(wired.home), wired.clock()
    if provider is None:
        return onward(SIGN_IN)
    said = {name: value for name, value in request.query_params.items() if len(value) <= 2 * _LONGEST}
    try:
        kept = browsers.begun_sign_in(request, wired.home)
        done = openid.finish(_desk(wired, request), provider, said, kept, now)
    except Refused as refused:
        with writing(wired.engine) as connection:
            count_stranger(connection, "openid", now)
        answer: Response = sign_in_page(wired, status=401, refused=refused)
    else:
        # A page, and no redirect: what began elsewhere would go on without the cookie it was just given.
        answer = page("signed_in", None, onward=_entered(wired, request, done, now))
        keep(wired, request, answer, done, None)
    browsers.drop_begun(answer, request, wired.home)
    return answer


@router.get("/act-in")
def memberships_page(wired: Wired, request: Request) -> Response:
    """Whom the person acts for, of those it may."""
    session = session_at(wired, request)
    if session.person is None:
        return onward("/desk")
    on = local_date(wired.clock())
    with reading(wired.engine) as connection:
        theirs = memberships.of_person(connection, session.person, on)
        known = {each.role: spoken()(each.zh, each.name) for each in roles().values()}
        named = [
            (each, organisation(connection, each.organisation).name, known[each.role]) for each in theirs
        ]
    proof = sealer(wired).session(session.id, session.name).proof
    return page("act_in", None, named=named, proof=proof, now_in=session.membership)


@router.post("/act-in")
def act_in(sent: Fields, wired: Wired, request: Request) -> Response:
    """Go on in another membership."""
    browsers.require_own_site(request, wired.home)
    session, sealing, now = session_at(wired, request), sealer(wired), wired.clock()
    sealing.require_proof(sealing.session(session.id, session.name), _text(sent, "proof"))
    if session.person is not None:
        with writing(wired.engine) as connection:
            found = signing_in.chosen(connection, session.person, _text(sent, "membership"), now)
            sessions.act_in(connection, session, found.id, now=now)
        return onward(_home(request, found.role))
    return onward("/desk")


@router.post("/sign-out")
def sign_out(sent: Fields, wired: Wired, request: Request) -> RedirectResponse:
    """End the session of this browser."""
    browsers.require_own_site(request, wired.home)
    session = signed_in(wired, request)
    if session is not None:
        sealing = sealer(wired)
        sealing.require_proof(sealing.session(session.id, session.name), _text(sent, "proof"))
        with writing(wired.engine) as connection:
            sessions.end(connection, session.id, reason="signed_out", now=wired.clock())
    answer = onward(SIGN_IN)
    browsers.leave(answer, request, wired.home)
    return answer


def _by_token(wired: Services, request: Request, sent: dict[str, list[str]]) -> Response:
    token, person, now = _text(sent, "token"), _text(sent, "person"), wired.clock()
    with reading(wired.engine) as connection:
        found = identified(connection, token, now)
    allowed = limits.office_tokens_open_the_desk(local_date(now))
    named = 0 < len(person) <= _LONGEST_NAME
    if found is None or found.caller.grant_id is not None or not named or not allowed:
        if found is None:
            with writing(wired.engine) as connection:
                count_stranger(connection, "unauthenticated", now)
        return sign_in_page(wired, status=401, wrong=True, carried=_carried(sent))
    with writing(wired.engine) as connection:
        opened = sessions.open_for_office(connection, found.token, person, now=now)
    answer = _go_on(wired, _carried(sent), opened.secret) or onward("/desk")
    lasts = int((opened.expires_at - now).total_seconds())
    browsers.keep_session(answer, request, wired.home, opened.secret, lasts)
    return answer


def _go_on(wired: Services, sealed: str, secret: str) -> Response | None:
    """The page that goes on with what was typed before the session ended; None where nothing was carried."""
    if not sealed:
        return None
    with reading(wired.engine) as connection:
        found = carried(wired, connection, sealed, secret)
    return None if found is None else page("carried", None, carried=found[0], proof=found[1].proof)


def _carried(sent: dict[str, list[str]]) -> str:
    return sent.get("carried", [""])[0][:_LONGEST_CARRIED]


def _entered(wired: Services, request: Request, done: signing_in.SignedIn, now: Any, to: str = "") -> str:
    """Where somebody goes on who signed in: to choose, where there is a choice, else where they came from."""
    with reading(wired.engine) as connection:
        theirs = memberships.of_person(connection, done.person, local_date(now))
    if len(theirs) > 1:
        return _ACT_IN
    home = _home(request, theirs[0].role) if theirs else _DESK
    # Only rooms of our own: a page of another site is never gone on to.
    return to if home != _DESK and to.startswith(home) else home


def _home(request: Request, role: Role) -> str:
    """The rooms of a role: plain pages for grass-roots staff, for others the console where it is served."""
    plain = isinstance(ever(role, Act.FORM_FILL), Permit)
    return (
        _DESK if plain or not getattr(request.app.state, "console", "") else f"{request.app.state.console}/"
    )


def _desk(wired: Services, request: Request) -> openid.Desk:
    place = browsers.own_address(request, wired.home) + _BACK
    return openid.Desk(wired.engine, keys.load(wired.home).pseudonym, place)


def _text(sent: dict[str, list[str]], name: str) -> str:
    return sent.get(name, [""])[0].strip()[:_LONGEST]
