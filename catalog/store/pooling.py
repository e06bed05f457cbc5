"""How connections to a PostgreSQL store are kept, and how long one waits for anything there.

Decides nothing about transactions. SQLite is as it is: a file, one connection a thread that asks. Sizes and
waits are settings, since they belong to the server beside the installation.
"""

from __future__ import annotations

from typing import Any, Final

from catalog.home import Home
from catalog.settings import reading as settings

# Settings, in the order of use.
SIZE: Final = "YBZ_DATABASE_POOL"
OVERFLOW: Final = "YBZ_DATABASE_POOL_MORE"
WAIT_S: Final = "YBZ_DATABASE_POOL_WAIT_S"
RECYCLE_S: Final = "YBZ_DATABASE_RECYCLE_S"
CONNECT_S: Final = "YBZ_DATABASE_CONNECT_S"
STATEMENT_S: Final = "YBZ_DATABASE_STATEMENT_S"
LOCK_S: Final = "YBZ_DATABASE_LOCK_S"


def pool(home: Home) -> dict[str, Any]:
    """Arguments of the engine: how many connections, how long one is waited for, how old one grows."""
    return {
        "pool_size": settings.number(SIZE, home.root),
        "max_overflow": settings.number(OVERFLOW, home.root),
        "pool_timeout": settings.number(WAIT_S, home.root),
        "pool_recycle": settings.number(RECYCLE_S, home.root),
        "pool_pre_ping": True,  # a server may have been restarted since a connection was last used
    }


def connecting(home: Home) -> dict[str, Any]:
    """Arguments of every connection: a server that fell silent is noticed by the system, not waited for."""
    connect_s = settings.number(CONNECT_S, home.root)
    return {
        "connect_timeout": connect_s,
        "keepalives_idle": connect_s,
        "tcp_user_timeout": 1000 * connect_s,
    }


def session(home: Home) -> tuple[str, ...]:
    """Statements every new connection runs."""
    return (
        # Statements here take milliseconds: compiling one before it runs takes longer than running it.
        "SET jit = off",
        f"SET statement_timeout = '{settings.number(STATEMENT_S, home.root)}s'",
    )


def lock_ms(home: Home) -> int:
    """How long a writer waits for another, in milliseconds."""
    return 1000 * settings.number(LOCK_S, home.root)
