"""A place to drop a file at, or to choose one by a button: for hands, keyboards and readers alike.

Decides that the component's own list of files, whose buttons have no names, is not shown; what becomes of a
file is said by the page.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable

from nicegui import events, ui

from space.console.language import Language

# Bytes of a file the interface takes in base64.
MOST_BYTES = 20 * 1024 * 1024
Taken = Callable[[dict[str, str]], Awaitable[None]]


def drop_zone(text: str, say: Language, taken: Taken, *, accept: str = "") -> ui.element:
    """A zone for one file.

    Args:
        text: what to drop here.
        say: of the reader.
        taken: called with the file as the interface takes it: ``name``, and ``content`` in base64.
        accept: endings, parted by commas; any where empty.
    """

    async def came(event: events.UploadEventArguments) -> None:
        content = base64.b64encode(await event.file.read()).decode()
        upload.reset()
        await taken({"name": event.file.name, "content": content})

    def turned_away() -> None:
        most = MOST_BYTES // (1024 * 1024)
        said = say(
            f"没有收下：文件超过 {most} MB，或者不是要的格式。",
            f"Not taken: it is larger than {most} MB, or of another kind.",
        )
        ui.notify(said, type="warning", timeout=8000)

    with ui.element("div").classes("ybz-dropping").props(f'role="group" aria-label="{text}"') as zone:
        upload = ui.upload(
            auto_upload=True, max_file_size=MOST_BYTES, on_upload=came, on_rejected=turned_away
        )
        upload.classes("ybz-unseen").props(f'accept="{accept}"' if accept else "")
        ui.icon("upload_file").props('aria-hidden="true"')
        ui.label(text)
        button = ui.button(say("选择文件", "Choose a file")).props("outline")
        # The browser opens its list of files for a hand, not for an answer of the server.
        button.on("click", js_handler=f"() => runMethod({upload.id}, 'pickFiles', [])")
    zone.on("dragover", js_handler="(e) => e.preventDefault()")
    takes = f"getElement({upload.id}).$refs.qRef.addFiles(e.dataTransfer.files)"
    zone.on("drop", js_handler=f"(e) => {{ e.preventDefault(); {takes} }}")
    return zone
