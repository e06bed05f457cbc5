"""Sensors: new files ask for a build, new registrations for a fresh look at the ledger.

Decides nothing about a build; fingerprints are compared before a run opens, so that what is unchanged
is not in it. What the loaded code location does not know yet cannot be in a run of it: the second
sensor has the location loaded again.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Final

import dagster as dg

from catalog.errors import CatalogError
from catalog.outlines import Outline, all_outlines
from catalog.settings import reading as settings
from contracts.canonical import digest
from pipelines.building.plan import changed
from pipelines.orchestration.resources import Installation

# How often files and the ledger are looked at, in seconds.
INTERVAL_S: Final = 60
# Address of the Dagster page, e.g. http://127.0.0.1:3000; with it the location is loaded again by itself.
PAGE_VARIABLE: Final = "YBZ_DAGSTER_URL"
# How long the page may take to load the location again, in seconds.
RELOAD_TIMEOUT_S: Final = 120
# Names shown in one line of a log.
_SHOWN: Final = 10

_RELOAD: Final = (
    "mutation ($name: String!) { reloadRepositoryLocation(repositoryLocationName: $name) "
    "{ __typename ... on PythonError { message } } }"
)


def new_files(outlines: Sequence[Outline]) -> dg.SensorDefinition:
    """Asks for a build of what changed since its release; off until somebody turns it on."""
    loaded = frozenset(outline.name for outline in outlines)

    @dg.sensor(
        name="new_files",
        minimum_interval_seconds=INTERVAL_S,
        asset_selection=_datasets(),
        required_resource_keys={"installation"},
    )
    def look(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        installation: Installation = context.resources.installation
        try:
            due = changed(installation.home, installation.engine)
        except CatalogError as error:
            return dg.SkipReason(str(error))
        known = {name: now for name, now in due.items() if name in loaded}
        if len(known) < len(due):
            context.log.warning("not loaded yet, so not in the run: %s", _names(set(due) - loaded))
        if not known:
            return dg.SkipReason("no file changed since the last releases")
        # The same changes ask for one run, however often they are seen.
        return dg.RunRequest(
            run_key=digest(known), asset_selection=[dg.AssetKey(name.split(".")) for name in known]
        )

    made: dg.SensorDefinition = look
    return made


def new_registrations(outlines: Sequence[Outline]) -> dg.SensorDefinition:
    """Has the code location loaded again once the ledger differs from it; off until somebody turns it on."""
    loaded = {outline.name: outline.digest for outline in outlines}

    @dg.sensor(
        name="new_registrations",
        minimum_interval_seconds=INTERVAL_S,
        asset_selection=_datasets(),
        required_resource_keys={"installation"},
    )
    def look(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        installation: Installation = context.resources.installation
        now = {outline.name: outline.digest for outline in all_outlines(installation.engine)}
        told = _difference(loaded, now)
        if not told:
            return dg.SkipReason("the ledger is as it was loaded")
        origin = context.code_location_origin
        asked = _reload(settings.value(PAGE_VARIABLE), origin.location_name if origin else "")
        context.log.warning("%s — %s", told, asked)
        return dg.SkipReason(f"{told} — {asked}")

    made: dg.SensorDefinition = look
    return made


def _datasets() -> dg.AssetSelection:
    return dg.AssetSelection.all() - dg.AssetSelection.groups("ledger")


def _difference(loaded: Mapping[str, str], now: Mapping[str, str]) -> str:
    """What the ledger has that the loaded code location has not, in words; empty where nothing."""
    new = set(now) - set(loaded)
    revised = {name for name in set(now) & set(loaded) if now[name] != loaded[name]}
    parts = []
    if new:
        parts.append(f"{len(new)} new in the ledger: {_names(new)}")
    if revised:
        parts.append(f"{len(revised)} with a new revision: {_names(revised)}")
    return "; ".join(parts)


def _reload(page: str, location: str) -> str:
    """Ask the Dagster page to load the location again; what came of it, in words."""
    if not page or not location:
        return f"reload the code location in Dagster, or set {PAGE_VARIABLE}; `ybz build` sees them already"
    if not page.startswith(("http://", "https://")):
        return f"{PAGE_VARIABLE} is no http address — correct it"
    body = json.dumps({"query": _RELOAD, "variables": {"name": location}}).encode()
    request = urllib.request.Request(  # noqa: S310 (http or https, checked above)
        f"{page.rstrip('/')}/graphql", body, {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=RELOAD_TIMEOUT_S) as answer:  # noqa: S310
            kind = json.load(answer)["data"]["reloadRepositoryLocation"]["__typename"]
    except (OSError, urllib.error.URLError, ValueError, KeyError, TypeError) as error:
        return f"the Dagster page could not be asked to reload ({type(error).__name__}); reload it there"
    if kind != "WorkspaceLocationEntry":
        return f"the Dagster page answered {kind}; reload the code location there"
    return "the code location was loaded again"


def _names(names: set[str]) -> str:
    shown = ", ".join(sorted(names)[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"
