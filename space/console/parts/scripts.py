"""Functions of our own scripts, called in the reader's browser with values that stay values.

Decides that a script is a file of ours (``assets/*.js``): what is handed to it is JSON, never a piece of its
text.
"""

from __future__ import annotations

import json
import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from nicegui import ui

_NAME: Final = re.compile(r"^[a-z_]+$")
_ASSETS: Final = "/console/assets"
_FOLDER: Final = Path(__file__).parents[1] / "assets"
# For a script to answer, in seconds.
_PATIENCE_S: Final = 10.0


def call(script: str, function: str, *values: Any) -> None:
    """Call a function of a script of ours; nothing is waited for.

    Args:
        script: name of its file, without ``.js``.
        function: it exports.
        values: JSON-able.
    """
    ui.run_javascript(_called(script, function, values))


async def asked(script: str, function: str, *values: Any) -> Any:
    """What a function of a script of ours gives; see :func:`call`.

    Raises:
        TimeoutError: the browser gave no answer.
    """
    return await ui.run_javascript(f"return {_called(script, function, values)}", timeout=_PATIENCE_S)


def at_editor(editor: ui.codemirror, script: str, function: str, *values: Any) -> None:
    """Call a function of a script of ours that takes an editor before its values."""
    found = f"const part = getElement({int(editor.id)}); await part.editorPromise"
    ui.run_javascript(f"{{ {found}; {_called(script, function, values, first='part.editor')}; }}")


def _called(script: str, function: str, values: tuple[Any, ...], first: str = "") -> str:
    assert all(map(_NAME.match, (script, function))), "a function of a script of ours"
    given = ", ".join([*([first] if first else []), *(json.dumps(value) for value in values)])
    return f"(await import({json.dumps(asset(f'{script}.js'))})).{function}({given})"


@cache
def asset(name: str) -> str:
    """The address of a file of ours, of this very version: browsers keep one beyond an upgrade."""
    version = sha256((_FOLDER / name).read_bytes()).hexdigest()[:12]
    return f"{_ASSETS}/{name}?v={version}"
