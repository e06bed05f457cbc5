"""Reads the settings: the environment goes before the file, the file before what is shipped.

Decides which value holds and where it came from, and refuses what is no setting or cannot be one. The file is
``YBZ_SETTINGS``, else ``settings.yaml`` in the installation's folder; it may hold secrets, so nobody but its
owner may read one that does. Nothing here shows a secret.
"""

from __future__ import annotations

import difflib
import os
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from catalog.errors import CatalogError
from catalog.settings.known import BY_KEY, BY_NAME, FAMILIES, OUTWARD, PREFIX, SETTINGS, Kind, Setting

FILE: Final = "settings.yaml"
_DEFAULT_HOME: Final = "var"
# In an installation that was restored to rehearse: what is outward is shipped's, whoever says otherwise.
REHEARSAL_FILE: Final = "rehearsal"


class SettingsError(CatalogError):
    """A setting that is not known, or is not what it may be."""


@dataclass(frozen=True, slots=True)
class _File:
    """What a settings file says.

    Attributes:
        state: of the file when it was read; another one is read again.
        said: name in the file → value.
        lines: name in the file → number of its line.
    """

    state: tuple[int, int, int]
    said: Mapping[str, str]
    lines: Mapping[str, int]


_read: dict[Path, _File] = {}


@dataclass(frozen=True, slots=True)
class Shown:
    """A setting as it may be shown.

    Attributes:
        name: in the environment.
        value: that holds; of a secret only ``(set)``, of an address without password and query.
        origin: ``environment``, ``file`` or ``default``; ``rehearsal`` where it is left out for being one.
        says: what it is for.
    """

    name: str
    value: str
    origin: str
    says: str

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return asdict(self)


def home_folder() -> Path:
    """The installation's folder: ``YBZ_HOME``, or ``./var``."""
    return Path(os.environ.get("YBZ_HOME") or _DEFAULT_HOME).resolve()


def file_of(root: Path | None = None) -> Path:
    """Where the settings file of an installation is, or would be."""
    named = os.environ.get("YBZ_SETTINGS")
    return Path(named).resolve() if named else (root or home_folder()) / FILE


def value(name: str, root: Path | None = None) -> str:
    """What a setting is; empty where nobody says and nothing is shipped.

    Args:
        name: in the environment.
        root: of the installation; the one of the environment where None.

    Raises:
        SettingsError: the file cannot be used, or the value cannot be this setting's.
    """
    return _given(BY_NAME[name], root)[0]


def number(name: str, root: Path | None = None) -> int:
    """What a setting that is a number is; otherwise like :func:`value`."""
    return int(value(name, root))


def rehearsing(root: Path | None = None) -> bool:
    """Whether an installation was restored to rehearse: it sends nothing, and publishes nowhere outside."""
    return ((root or home_folder()) / REHEARSAL_FILE).is_file()


def outward(root: Path) -> tuple[str, ...]:
    """Names of the settings that are given here and reach beyond the installation."""
    return tuple(
        name for name in sorted(OUTWARD) if _given(BY_NAME[name], root)[1] in ("environment", "file")
    )


def listing(root: Path | None = None) -> tuple[Shown, ...]:
    """Every setting as it may be shown, in the order of :data:`catalog.settings.known.SETTINGS`."""
    found = []
    for setting in SETTINGS:
        held, origin = _given(setting, root)
        found.append(Shown(setting.name, shown(setting, held), origin, setting.says))
    return tuple(found)


def shown(setting: Setting, held: str) -> str:
    """A value without what is secret in it."""
    if not held or setting.kind not in (Kind.SECRET, Kind.URL):
        return held
    if setting.kind is Kind.SECRET:
        return "(set)"
    scheme, _, rest = held.partition("://")
    # Whatever stands before the last @ may be a password, and a query or parameters may hold a token.
    place = re.split(r"[?;#]", rest.rpartition("@")[2])[0]
    return f"{scheme}://{place}"


def unknown(environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Names in the environment that look like settings and are none."""
    found = os.environ if environment is None else environment
    return tuple(
        sorted(
            name
            for name in found
            if name.startswith(PREFIX) and name not in BY_NAME and not name.startswith(FAMILIES)
        )
    )


def require(root: Path | None = None) -> None:
    """Refuse an environment or a file that holds what is no setting, or cannot be one.

    Raises:
        SettingsError: the first that is wrong.
    """
    for name in unknown():
        raise SettingsError(f"environment: no setting is called {name}{_meant(name, BY_NAME)}")
    listing(root)


def _given(setting: Setting, root: Path | None) -> tuple[str, str]:
    """The value that holds, and where it came from."""
    if setting.name in OUTWARD and rehearsing(root):
        return setting.default, "rehearsal"
    held, origin, where = os.environ.get(setting.name, ""), "environment", setting.name
    if not held and not setting.environment_only:
        path = file_of(root)
        found = _of_file(path)
        held, origin = found.said.get(setting.key, ""), "file"
        where = f"{path}:{found.lines.get(setting.key, 0)}: {setting.key}"
    if not held:
        return setting.default, "default"
    mistake = setting.mistake(held)
    if mistake:
        raise SettingsError(f"{where} {mistake}")
    return held, origin


def _of_file(path: Path) -> _File:
    """What a file says; nothing where there is none and none is named. A changed file is read again.

    Raises:
        SettingsError: it cannot be used, or the one the environment names is not there.
    """
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        if os.environ.get("YBZ_SETTINGS"):
            # Nobody is to run with what is shipped who believes that a file is read.
            raise SettingsError(
                f"YBZ_SETTINGS names {path}, which is not there — write it, or unset"
            ) from None
        return _File((0, 0, 0), {}, {})
    except OSError as error:
        raise SettingsError(f"{path} cannot be read — give it to whoever runs ybz") from error
    state = (found.st_mtime_ns, found.st_size, found.st_mode)
    kept = _read.get(path)
    if kept is None or kept.state != state:
        kept = _read[path] = _parsed(path, state)
        _require_private(path, found.st_mode, kept.said)
    return kept


def _parsed(path: Path, state: tuple[int, int, int]) -> _File:
    said, lines = {}, {}
    for key, held, line in _document(path):
        if key not in BY_KEY:
            named = key if re.fullmatch(r"\w{1,60}", key) else "this"
            meant = _meant(named.removeprefix(PREFIX).lower(), BY_KEY)
            raise SettingsError(f"{path}:{line}: no setting is called {named}{meant}")
        if isinstance(held, bool | dict | list):
            raise SettingsError(f"{path}:{line}: {key} is one text or number")
        said[key], lines[key] = "" if held is None else str(held), line
    return _File(state, said, lines)


def _document(path: Path) -> tuple[tuple[str, Any, int], ...]:
    """Names of a file with what they stand for and their lines.

    Raises:
        SettingsError: it cannot be read, or holds no names with values.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap
    from ruamel.yaml.constructor import DuplicateKeyError
    from ruamel.yaml.error import YAMLError

    try:
        document = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except DuplicateKeyError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise SettingsError(f"{path}{line}: this name stands there twice — keep one") from None
    except (YAMLError, ValueError):
        raise SettingsError(f"{path}: is no YAML in UTF-8 — write one `name: value` a line") from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read — give it to whoever runs ybz") from error
    if document is None:
        return ()
    if not isinstance(document, CommentedMap):
        raise SettingsError(f"{path}: holds no settings — write one `name: value` a line")
    return tuple((str(key), held, document.lc.key(key)[0] + 1) for key, held in document.items())


def _require_private(path: Path, mode: int, said: Mapping[str, str]) -> None:
    """A file with a secret is its owner's alone.

    Raises:
        SettingsError: others may read it.
    """
    secret = [key for key, held in said.items() if held and _is_secret(BY_KEY[key], held)]
    if secret and stat.S_IMODE(mode) & 0o077:
        _read.pop(path, None)
        raise SettingsError(f"{path} holds {secret[0]}, and others may read it — run `chmod 600 {path}`")


def _is_secret(setting: Setting, held: str) -> bool:
    if setting.kind is Kind.URL:
        return any(mark in held for mark in ";?@")
    return setting.kind is Kind.SECRET


def _meant(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    return f" — {hint}docs/operate.md lists all there are"
