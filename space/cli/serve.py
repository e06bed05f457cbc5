"""Command ``ybz serve``: the HTTP interface."""

from __future__ import annotations

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
    from catalog.settings import reading as settings
    from space.api.server import Service, run

    if console and processes > 1:
        raise click.UsageError("the console keeps its pages in one process — leave out --processes")
    run(
        Service(
            host or settings.value("YBZ_HOST"),
            settings.number("YBZ_PORT") if port is None else port,
            processes,
            console,
        )
    )
