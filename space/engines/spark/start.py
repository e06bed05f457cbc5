"""Starts a carrier in the interpreter of its own environment: ``python -I start.py ASKED ANSWERED``.

That environment has other libraries than the project's, so nothing of the project's may be found there but
this package: ``space`` is made to be this folder's, and no folder of modules beside it.
"""

from __future__ import annotations

import sys
import types
from pathlib import Path

if __name__ == "__main__":
    space = types.ModuleType("space")
    space.__path__ = [str(Path(__file__).resolve().parents[2])]
    sys.modules["space"] = space
    from space.engines.spark.carrier import main

    main(int(sys.argv[1]), int(sys.argv[2]))
