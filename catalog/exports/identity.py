"""How the catalogue of an installation calls itself towards others: its base IRI, title and publisher.

Decides where that is kept (``catalogue.json`` in the installation's folder) and what holds until it is
said: a URN made of the signing key's name, so that two installations never share an identifier.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from typing import Final
from urllib.parse import quote

from catalog.errors import CatalogError
from catalog.home import Home

FILE: Final = "catalogue.json"
# An absolute IRI that may stand before `datasets/…`. Source: RFC 3987, as far as it is used here.
_BASE: Final = re.compile(r"^(https?://[^\s<>\"{}|\\^`]+/|urn:[a-z0-9][a-z0-9-]{0,31}:[^\s<>\"{}|\\^`]+:)$")


class IdentityError(CatalogError):
    """A setting of the catalogue that cannot be used."""


@dataclass(frozen=True, slots=True)
class Identity:
    """How the catalogue calls itself.

    Attributes:
        base: IRI every identifier begins with; ends in ``/`` (or ``:`` for a URN).
        title: of the catalogue.
        description: one sentence.
        publisher: organisation that answers for the catalogue.
        files: address under which the installation's folder ``open`` is served; empty where it is not.
    """

    base: str
    title: str = "公共数据目录"
    description: str = "本目录列出各部门的公共数据资源 (public datasets of the city's departments)"
    publisher: str = "数据主管部门"
    files: str = ""

    def __post_init__(self) -> None:
        if not _BASE.match(self.base):
            raise IdentityError(
                "the base is no IRI — write it as https://host/path/, with a slash at its end"
            )
        if self.files and not (_BASE.match(self.files) and self.files.startswith("http")):
            raise IdentityError("the address of open files is none — write it as https://host/path/")
        for name in ("title", "description", "publisher"):
            if not getattr(self, name).strip():
                raise IdentityError(f"{name} is empty — say it in one phrase")

    def iri(self, kind: str, key: str) -> str:
        """Identifier of something in the catalogue, e.g. ``dataset``, ``301070/000001``."""
        joint = ":" if self.base.endswith(":") else "/"
        return f"{self.base}{kind}{joint}{quote(key, safe='')}"

    def download(self, path: str) -> str:
        """Address of a file of the folder ``open``, or empty where it is not served."""
        return f"{self.files}{quote(path)}" if self.files else ""


def identity(home: Home, key_id: str) -> Identity:
    """What the installation says of its catalogue.

    Args:
        home: the installation.
        key_id: of its signing key.

    Raises:
        IdentityError: the file holds something else.
    """
    path = home.root / FILE
    held = Identity(base=f"urn:ybz:{key_id}:")
    if not path.is_file():
        return held
    try:
        return replace(held, **json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise IdentityError(f"{path} is damaged — set the base IRI anew") from error


def keep(home: Home, said: Identity) -> None:
    """Keep it in the installation's folder."""
    text = json.dumps(asdict(said), ensure_ascii=False, indent=2)
    (home.root / FILE).write_text(text + "\n", encoding="utf-8")
