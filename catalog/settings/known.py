"""Which settings there are: their names, what they may be, and whether they may be shown.

Decides nothing about a value that is given; see :mod:`catalog.settings.reading`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# Names in the environment begin so; in the file they stand without it, in lower case.
PREFIX: Final = "YBZ_"
# Families of names that are no settings: values of sources by reference, and what tests and benchmarks read.
FAMILIES: Final = ("YBZ_SECRET_", "YBZ_TEST_", "YBZ_BENCH_")


# What an installation is called by, sends to and shares with others: a rehearsal of a restore has none of it.
OUTWARD: Final = frozenset(
    f"{PREFIX}{name}"
    for name in (
        "DATABASE_URL", "LAKE_URL", "LAKE_OPTIONS", "PUBLISH_TO", "ENGINE_URL", "LINEAGE_URL", "DAGSTER_URL",
        "PUBLIC_URL", "TRACES_URL", "MAIL_HOST", "OPENID_ISSUER",
    )
)  # fmt: skip


class Kind(StrEnum):
    """What a setting may be."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    # An address; a password or a token in it is never shown.
    URL = "url"
    # Shown as being set, and nothing more.
    SECRET = "secret"  # noqa: S105  (the name of a kind)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    Attributes:
        name: in the environment.
        says: what it is for, one phrase.
        kind: what it may be.
        default: what holds where nobody says; empty: nothing.
        least, most: of a number.
        choices: of a choice.
        environment_only: it cannot stand in the file, which it helps to find.
    """

    name: str
    says: str
    kind: Kind = Kind.TEXT
    default: str = ""
    least: int = 0
    most: int = 65535
    choices: tuple[str, ...] = ()
    environment_only: bool = False

    @property
    def key(self) -> str:
        """Its name in the file."""
        return self.name.removeprefix(PREFIX).lower()

    def mistake(self, text: str) -> str:
        """Why a value cannot be this setting's, without the value; empty where it can."""
        if self.kind is Kind.NUMBER and not (
            text.isascii() and text.isdigit() and self.least <= int(text) <= self.most
        ):
            return f"is a whole number from {self.least} to {self.most}"
        if self.kind is Kind.CHOICE and text not in self.choices:
            return f"is one of {', '.join(self.choices)}"
        if self.kind is Kind.URL and ":" not in text:
            return "is an address with a scheme, such as https://…"
        return ""


SETTINGS: Final = (
    Setting("YBZ_HOME", "folder of the installation", default="var", environment_only=True),
    Setting("YBZ_SETTINGS", "the settings file (default: settings.yaml in YBZ_HOME)", environment_only=True),
    Setting("YBZ_DATABASE_URL", "store, where it is not the embedded file", Kind.URL),
    Setting(
        "YBZ_DATABASE_POOL",
        "connections to PostgreSQL a process keeps",
        Kind.NUMBER,
        "20",
        least=1,
        most=1000,
    ),
    Setting("YBZ_DATABASE_POOL_MORE", "connections beyond them while many ask", Kind.NUMBER, "20", most=1000),
    Setting(
        "YBZ_DATABASE_POOL_WAIT_S", "seconds to wait for one of them before 503", Kind.NUMBER, "5", most=600
    ),
    Setting(
        "YBZ_DATABASE_RECYCLE_S",
        "seconds after which a connection is made anew",
        Kind.NUMBER,
        "1800",
        least=1,
    ),
    Setting(
        "YBZ_DATABASE_CONNECT_S",
        "seconds in which the server of the store must answer",
        Kind.NUMBER,
        "5",
        least=1,
        most=600,
    ),
    Setting("YBZ_DATABASE_STATEMENT_S", "seconds one statement may take; 0: any", Kind.NUMBER, "600"),
    Setting(
        "YBZ_DATABASE_LOCK_S",
        "seconds a writer waits for its turn on PostgreSQL",
        Kind.NUMBER,
        "10",
        least=1,
        most=600,
    ),
    Setting("YBZ_LAKE_URL", "object storage the lake is on (s3://bucket/prefix); empty: a folder", Kind.URL),
    Setting("YBZ_LAKE_CACHE_GIB", "GiB of its data files kept on this machine", Kind.NUMBER, "20", least=1),
    Setting("YBZ_LAKE_OPTIONS", "file of the object storage's options, one NAME: value a line, mode 0600"),
    Setting("YBZ_TOKEN", "your token, where commands are judged (`ybz access enforce`)", Kind.SECRET),
    Setting("YBZ_PUBLISH_TO", "folder outside the installation the evidence log is published to"),
    Setting("YBZ_OPENSSL", "program openssl, 3.0 or later, for SM2"),
    Setting("YBZ_ENGINE_URL", "second engine, a Spark Connect server (sc://host:port)", Kind.URL),
    Setting("YBZ_ENGINE_PYTHON", "interpreter with the second engine's client"),
    Setting("YBZ_LINEAGE_URL", "receiver of OpenLineage events: a file, or an http address"),
    Setting("YBZ_DAGSTER_URL", "page of Dagster that sensors ask to reload", Kind.URL),
    Setting("YBZ_HOST", "address `ybz serve` listens on", default="127.0.0.1"),
    Setting("YBZ_PORT", "port `ybz serve` listens on; 0: any free one", Kind.NUMBER, "8700"),
    Setting(
        "YBZ_PROXIES",
        "addresses of the proxies whose X-Forwarded-For and -Proto are believed, separated by commas",
        default="127.0.0.1",
    ),
    Setting("YBZ_PUBLIC_URL", "address callers use, of the proxy that ends TLS", Kind.URL),
    Setting(
        "YBZ_LOG_LEVEL",
        "least weight of what is logged",
        Kind.CHOICE,
        "info",
        choices=("debug", "info", "warning", "error"),
    ),
    Setting("YBZ_METRICS_TOKEN", "bearer token that opens /metrics from elsewhere", Kind.SECRET),
    Setting("YBZ_TRACES_URL", "OpenTelemetry receiver (OTLP over HTTP) that traces go to", Kind.URL),
    Setting("YBZ_MAIL_HOST", "mail server notices are sent by; empty: no mail"),
    Setting("YBZ_MAIL_PORT", "port of the mail server", Kind.NUMBER, "25", least=1),
    Setting(
        "YBZ_MAIL_TLS",
        "how mail is encrypted",
        Kind.CHOICE,
        "starttls",
        choices=("starttls", "tls", "none"),
    ),
    Setting("YBZ_MAIL_FROM", "address notices come from"),
    Setting("YBZ_MAIL_USER", "account at the mail server"),
    Setting("YBZ_MAIL_PASSWORD", "its password", Kind.SECRET),
    Setting(
        "YBZ_OPENID_ISSUER",
        "provider of identities people sign in at (OpenID Connect); empty: none",
        Kind.URL,
    ),
    Setting("YBZ_OPENID_CLIENT_ID", "what this installation is called there"),
    Setting(
        "YBZ_OPENID_SECRET_FILE",
        "file with its secret there, readable by its owner alone; empty: it has none",
    ),
    Setting("YBZ_OPENID_CLAIM", "claim of its identity tokens that tells people apart", default="sub"),
    Setting("YBZ_OPENID_SCOPE", "scope it is asked for", default="openid"),
    Setting("YBZ_OPENID_CA_FILE", "certificate authority it is checked by; empty: those of the system"),
)
BY_NAME: Final = {setting.name: setting for setting in SETTINGS}
BY_KEY: Final = {setting.key: setting for setting in SETTINGS if not setting.environment_only}
