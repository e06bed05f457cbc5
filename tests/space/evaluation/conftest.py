"""Fixtures of the till, and the bureau under an agreement; made where they are described."""

from tests.space.money.conftest import either, opened_till, till
from tests.space.operation.conftest import agreeing_home, bureau, founded, pool, standing

__all__ = ["agreeing_home", "bureau", "either", "founded", "opened_till", "pool", "standing", "till"]
