"""The process that adds noise to the figures of one build: OpenDP may end its process, a build may not.

``python -I -m pipelines.statistics.noise_worker``. Decides nothing: a request states every scale and what it
spends. One JSON document comes in, one goes out; whatever goes wrong ends it with a status and without a
word, for words may speak of rows.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def main() -> None:
    """Answer one request."""
    try:
        request = json.loads(sys.stdin.buffer.read())
        answer = noised(request)
    # What went wrong may quote a figure: nothing of it leaves.
    except BaseException:
        os._exit(1)
    sys.stdout.buffer.write(json.dumps(answer).encode())


def noised(request: dict[str, Any]) -> dict[str, Any]:
    """The cells that show, and their figures with noise.

    Args:
        request: ``figures`` with ``values``, ``sensitivity``, ``sigma`` and ``rho``; ``keys`` with
            ``counts``, ``bound``, ``sigma``, ``rho``, ``delta`` and ``k`` where cells show by their noisy
            count, else null.
    """
    from catalog.releases.mechanisms import threshold_mechanism, vector_mechanism

    keys, counted = request["keys"], None
    if keys is not None:
        stated = (keys["bound"], keys["sigma"], keys["rho"], keys["delta"], keys["k"])
        mechanism = threshold_mechanism(*stated)
        kept = mechanism({str(place): n for place, n in enumerate(keys["counts"])})
        shown = sorted(int(place) for place in kept)
        counted = [int(kept[str(place)]) for place in shown]
    else:
        shown = list(range(len(request["figures"][0]["values"]))) if request["figures"] else []
    figures = []
    for figure in request["figures"]:
        values = [figure["values"][place] for place in shown]
        made = vector_mechanism(figure["sensitivity"], figure["sigma"], figure["rho"])
        figures.append([int(v) for v in made(values)] if values else [])
    return {"shown": shown, "counted": counted, "figures": figures}


if __name__ == "__main__":
    main()
