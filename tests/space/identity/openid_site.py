"""A real provider of identities in a process of its own: django-oauth-toolkit over HTTP, with its own SQLite.

Run as ``python openid_site.py FOLDER``; prints its port. One person signs in by opening the page; what the
provider says of itself is changed at ``/set?NAME=VALUE``, as an operator of it would in its settings.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

CLIENT, SECRET = "ledger", "provider-secret-of-tests"
BACK = "https://ledger.example/desk/openid/back"


def new_key() -> str:
    pem = generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()


def configure(folder: Path) -> None:
    from django.conf import settings

    settings.configure(
        SECRET_KEY="tests",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="openid_site",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "provider.db"}},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        LOGIN_URL="/login",
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": new_key(),
            "PKCE_REQUIRED": True,
            "SCOPES": {"openid": "who somebody is"},
        },
    )


def populate() -> None:
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from oauth2_provider.models import get_application_model

    call_command("migrate", verbosity=0)
    get_user_model().objects.create_user("wang", password="x")
    get_application_model().objects.create(
        client_id=CLIENT,
        client_secret=SECRET,
        client_type="confidential",
        authorization_grant_type="authorization-code",
        redirect_uris=BACK,
        algorithm="RS256",
        skip_authorization=True,
        name="一本账",
    )


def login(request: Any) -> Any:
    from django.contrib.auth import get_user_model
    from django.contrib.auth import login as let_in
    from django.http import HttpResponseRedirect

    user = get_user_model().objects.get(username="wang")
    let_in(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return HttpResponseRedirect(request.GET["next"])


def change(request: Any) -> Any:
    """``issuer``, ``lifetime`` (seconds) or ``key`` of the provider's settings."""
    from django.http import HttpResponse
    from oauth2_provider.settings import oauth2_settings

    if "issuer" in request.GET:
        oauth2_settings.OIDC_ISS_ENDPOINT = request.GET["issuer"]
    if "lifetime" in request.GET:
        oauth2_settings.ID_TOKEN_EXPIRE_SECONDS = int(request.GET["lifetime"])
    if "key" in request.GET:
        oauth2_settings.OIDC_RSA_PRIVATE_KEY = new_key()
    return HttpResponse("changed")


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_said: Any) -> None:
        """Nothing is logged."""


def main() -> None:
    configure(Path(sys.argv[1]))
    import django

    django.setup()
    populate()
    from django.core.wsgi import get_wsgi_application

    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=_Quiet) as server:
        print(server.server_port, flush=True)
        server.serve_forever()


def __getattr__(name: str) -> Any:
    if name != "urlpatterns":
        raise AttributeError(name)
    from django.urls import include, path

    return [
        path("login", login),
        path("set", change),
        path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    ]


if __name__ == "__main__":
    sys.modules["openid_site"] = sys.modules["__main__"]
    main()
