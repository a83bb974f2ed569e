"""The frozen backbones of this machine: listed, imported and removed, for the window and the command line alike."""

from pathlib import Path
from typing import cast

from pentad.core.problem import Problem
from pentad.sdk.backbone import BackboneSource, ImportedBackbone, ListedBackbone
from pentad.sdk.plugins import plugins
from pentad.session.jobs import Job
from pentad.session.session import Session


def installed_backbones() -> list[BackboneSource]:
    """Every source that could be loaded; Pentad's own is among them."""
    return [cast(BackboneSource, found.object) for found in plugins("pentad.backbones") if found.problem is None]


def backbone_source() -> BackboneSource:
    """Who fetches, imports and removes; Problem where no package does."""
    sources = installed_backbones()
    if not sources:
        raise Problem("No package offers a backbone", remedy="Reinstall Pentad with its built-in models.")
    return sources[0]


def listed_backbones() -> list[ListedBackbone]:
    """All backbones this machine knows of, those that are not here, too."""
    return [listed for source in installed_backbones() for listed in source.available()]


def start_listing(session: Session) -> Job[list[ListedBackbone]]:
    """Look which backbones there are, in the background."""
    return session.jobs.run("List the backbones", lambda ticket: listed_backbones(), lane="disk", quiet=True)


def start_removing(session: Session, id: str) -> Job[Path]:
    """Delete an imported backbone in the background. Problem without a source."""
    source = backbone_source()
    return session.jobs.run(f"Remove {id}", lambda ticket: source.remove(id), lane="disk")


def start_import(session: Session, place: Path, *, name: str, sha256: str) -> Job[ImportedBackbone]:
    """Import the backbone in ``place`` in the background; an empty name or digest is none. Problem without a source."""
    source = backbone_source()
    return session.jobs.run(
        f"Import {place.name}",
        lambda ticket: source.add(place, ticket, name=name or None, sha256=sha256 or None),
        lane="disk",
        replaces="import backbone",
    )
