"""Mail: a notice written from its template, and handed to a mail server.

Decides how a message is written and that a server without the encryption asked for is not used. What goes
wrong is told in fixed words: answers of mail servers repeat addresses.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from catalog.settings import reading as settings
from space.errors import SpaceError

_TEMPLATES: Final = Path(__file__).with_name("templates.yaml")


class NotSent(SpaceError):
    """A mail could not be handed over; the message says which step failed, and names no address."""


@dataclass(frozen=True, slots=True)
class Server:
    """The mail server of the settings.

    Attributes:
        host, port: where it is.
        tls: ``starttls``, ``tls`` or ``none``.
        sender: address notices come from.
        user, password: of the account; empty: none is needed.
    """

    host: str
    port: int
    tls: str
    sender: str
    user: str
    password: str = field(repr=False)

    def send(self, message: EmailMessage, patience_s: float) -> None:
        """Hand a message over.

        Raises:
            NotSent: which step failed.
        """
        step = "the mail server does not answer"
        try:
            with self._open(patience_s) as connection:
                if self.tls == "starttls":
                    step = "the mail server offers no encryption"
                    connection.starttls(context=ssl.create_default_context())
                if self.user:
                    step = "the mail server refused the account"
                    connection.login(self.user, self.password)
                step = "the mail server refused the message"
                connection.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(step) from error

    def _open(self, patience_s: float) -> smtplib.SMTP:
        if self.tls == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=patience_s, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=patience_s)


def server(root: Path | None = None) -> Server | None:
    """The mail server the settings name; None where none is named.

    Args:
        root: of the installation.

    Raises:
        SettingsError: a setting cannot be what it is, or no sender is named.
    """
    host = settings.value("YBZ_MAIL_HOST", root)
    if not host:
        return None
    sender = settings.value("YBZ_MAIL_FROM", root)
    if not sender:
        raise settings.SettingsError("YBZ_MAIL_HOST is set and YBZ_MAIL_FROM is not — name the sender")
    return Server(
        host,
        settings.number("YBZ_MAIL_PORT", root),
        settings.value("YBZ_MAIL_TLS", root),
        sender,
        settings.value("YBZ_MAIL_USER", root),
        settings.value("YBZ_MAIL_PASSWORD", root),
    )


def written(
    kind: str, facts: Mapping[str, Any], *, sender: str, to: str, reference: str, at: datetime
) -> EmailMessage:
    """The message of a notice.

    Args:
        kind: of notice.
        facts: of its matter.
        sender: mail address it comes from.
        to: mail address it goes to.
        reference: unique in the installation; the same for every attempt, so that two arrivals show as one.
        at: aware instant.
    """
    subject, text = _templates()[kind]
    message = EmailMessage()
    message["From"], message["To"] = sender, to
    # A line break in a fact would begin another header.
    message["Subject"] = " ".join(subject.render(facts).split())
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{reference}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nothing answers it by itself
    message.set_content(text.render(facts))
    return message


@cache
def _templates() -> dict[str, tuple[Any, Any]]:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment
    from ruamel.yaml import YAML

    # Plain text, sent as such: nothing in it is read as markup.
    made = SandboxedEnvironment(autoescape=False, undefined=StrictUndefined, trim_blocks=True)
    stated = YAML(typ="safe").load(_TEMPLATES.read_text(encoding="utf-8"))
    read = made.from_string
    return {kind: (read(one["subject"]), read(one["text"])) for kind, one in stated.items()}
