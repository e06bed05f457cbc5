"""Command ``ybz serve``: the HTTP interface."""

from __future__ import annotations

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8700, show_default=True, help="Port to listen on; 0 = any free one.")
def serve(host: str, port: int) -> None:
    """Serve the HTTP interface /v1; tokens come from `ybz grant token`."""
    import uvicorn

    from catalog.home import Home
    from space.api.app import create_app

    # No access log: it would keep the words people search for.
    uvicorn.run(create_app(Home.find()), host=host, port=port, log_level="info", access_log=False)
