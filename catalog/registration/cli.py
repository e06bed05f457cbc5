"""``ybz register``: registration of data resources, products and services.

Whoever runs these commands holds the installation and acts in the office the command belongs to; a code is
given outside and recorded here.
"""

from __future__ import annotations

import click

from catalog.registration import cli_filing, cli_registrar, cli_views


@click.group("register")
def register() -> None:
    """Registration 登记 of data resources, products and services."""


for _command in (*cli_filing.COMMANDS, *cli_registrar.COMMANDS, *cli_views.COMMANDS):
    register.add_command(_command)
