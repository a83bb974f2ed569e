"""``pentad backbone``: the frozen backbones, found through the entry points ``pentad.backbones``."""

import argparse
from functools import partial

from pentad.cli.console import Answer, Console
from pentad.session.backbones import backbone_source, listed_backbones


def backbone(arguments: argparse.Namespace, console: Console) -> Answer:
    """List, fetch, import or remove."""
    match arguments.what:
        case "fetch":
            return _fetch(console)
        case "import":
            return _import(arguments, console)
        case "remove":
            return {"removed": arguments.name, "folder": backbone_source().remove(arguments.name)}
        case _:
            return _list()


def _fetch(console: Console) -> Answer:
    source = backbone_source()
    folder = console.run("Fetch the backbone", source.fetch)
    return {"backbones": [listed.id for listed in source.available() if listed.available], "folder": folder}


def _list() -> Answer:
    return {
        "backbones": [
            {
                "id": listed.id,
                "available": listed.available,
                "imported": listed.imported,
                "licence": listed.licence or None,
                "sha256": listed.sha256 or None,
                "source": listed.source,
            }
            for listed in listed_backbones()
        ]
    }


def _import(arguments: argparse.Namespace, console: Console) -> Answer:
    work = partial(backbone_source().add, arguments.path, name=arguments.name, sha256=arguments.sha256)
    card = console.run("Import the backbone", work, lane="disk")
    return {
        "backbone": card.id,
        "sha256": card.sha256,
        "file_sha256": card.brought_sha256 or None,
        "compared": arguments.sha256 is not None,
        "licence": card.licence or None,
        "use": f"--set backbone={card.id}",
    }
