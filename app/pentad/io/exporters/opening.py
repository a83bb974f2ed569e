"""Finding the formats that masks can be written to and read from."""

from typing import cast

from pentad.core.problem import Problem
from pentad.sdk.exchange import Exporter
from pentad.sdk.plugins import plugins

_GROUP = "pentad.exporters"


def installed_exporters() -> tuple[tuple[Exporter, ...], tuple[Problem, ...]]:
    """Every format the entry points name, by id, and why any of them cannot be had."""
    found = plugins(_GROUP)
    exporters = tuple(cast(Exporter, plugin.object) for plugin in found if plugin.problem is None)
    return exporters, tuple(plugin.problem for plugin in found if plugin.problem is not None)


def exporter(id: str) -> Exporter:
    """The format of this id; Problem where there is none."""
    known, _ = installed_exporters()
    found = next((one for one in known if one.info.id == id), None)
    if found is None:
        ids = ", ".join(one.info.id for one in known) or "none at all"
        raise Problem(f"There is no format '{id}'", remedy=f"Choose one of: {ids}.")
    return found
