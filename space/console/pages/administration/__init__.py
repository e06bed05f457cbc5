"""What the three administrators do, apart from one another: accounts, roles, what runs."""

from space.console.pages.administration import landing, person, running

__all__ = ["landing", "person", "running"]
