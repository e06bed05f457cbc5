"""Command ``ybz serve``: the HTTP interface."""

from __future__ import annotations

import logging

import click


@click.command()
@click.option("--host", help="Address to listen on (YBZ_HOST; default 127.0.0.1).")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 = any free one (YBZ_PORT; default 8700).",
)
@click.option(
    "--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="How many share the port."
)
@click.option("--console", is_flag=True, help="Also serve the console, /console; it is of one process.")
def serve(host: str | None, port: int | None, processes: int, console: bool) -> None:
    """Serve the HTTP interface /v1; tokens come from `ybz grant token`.

    Logs are JSON lines on the error stream. SIGTERM ends it: calls under way may end within a deadline.
    """
    from catalog.home import Home
    from catalog.settings import reading as settings
    from catalog.store import open_store
    from catalog.store.revision import require_current
    from space.observing import logs

    if console and processes > 1:
        raise click.UsageError("the console keeps its pages in one process — leave out --processes")
    where = host or settings.value("YBZ_HOST"), settings.number("YBZ_PORT") if port is None else port
    require_current(open_store(Home.find()))  # a store it cannot serve is refused at once
    # Said before anything large is loaded; what uvicorn says comes after it.
    logs.configure(settings.value("YBZ_LOG_LEVEL"))
    logging.getLogger("uvicorn.error").info(
        "Starting on %s:%d. Up to a minute on a busy machine; then /readyz answers.", *where
    )
    from space.api.server import Service, run

    run(Service(*where, processes, console))
