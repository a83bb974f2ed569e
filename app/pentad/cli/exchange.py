"""``pentad export`` and ``pentad import``: masks to and from other tools' formats."""

import argparse
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from pentad.cli.console import Answer, Console
from pentad.cli.model import parse_settings
from pentad.core.label_class import LabelClass
from pentad.core.problem import Problem
from pentad.io.exporters.opening import exporter
from pentad.sdk import Ticket
from pentad.session.annotation import DEFAULT_CLASS
from pentad.session.exchange import ExchangeReport, ExportWish, Which, export_masks
from pentad.session.importing import How, Incoming, import_masks, write_mask
from pentad.session.project import open_project

SHOWN = 20
"""Skipped things named one by one on stderr; the answer has them all."""


def export(arguments: argparse.Namespace, console: Console) -> Answer:
    """Write a project's masks into a new folder."""
    format = exporter(arguments.format)
    wish = ExportWish(
        Which(arguments.masks), arguments.names == "sample", arguments.images, parse_settings(arguments.settings)
    )

    def work(ticket: Ticket) -> ExchangeReport:
        with closing(open_project(arguments.folder, ticket=ticket, read_only=True)) as project:
            classes = project.store.labels()
            return export_masks(
                project, format, arguments.out, wish, classes=classes, ticket=ticket, force=arguments.force
            )

    report = console.run(f"Export {format.info.title}", work)
    return {"format": format.info.id, "out": report.path, **_said(console, report)}


def import_(arguments: argparse.Namespace, console: Console) -> Answer:
    """Read masks from somebody's files into a project."""
    format = exporter(arguments.format)
    how = How.REPLACE if arguments.force else How.MERGE if arguments.merge else How.KEEP
    notes: list[Problem] = []

    def work(ticket: Ticket) -> ExchangeReport:
        with closing(open_project(arguments.folder, ticket=ticket)) as project:
            store, classes = project.store, project.store.labels()

            def add(fresh: tuple[LabelClass, ...]) -> None:
                store.set_labels([*(store.labels() or [DEFAULT_CLASS]), *fresh])

            def place(incoming: Incoming) -> None:
                notes.extend(write_mask(project, incoming))

            return import_masks(
                project, format, arguments.path, how=how, classes=classes, place=place, add=add, ticket=ticket
            )

    report = console.run(f"Import {format.info.title}", work)
    for note in notes:
        console.warn(note)
    return {"format": format.info.id, "project": arguments.folder, **_said(console, report)}


def _said(console: Console, report: ExchangeReport) -> Mapping[str, Any]:
    for one in report.skipped[:SHOWN]:
        console.note(f"skipped: {one.item} ({one.why})")
    if len(report.skipped) > SHOWN:
        console.note(f"skipped: {len(report.skipped) - SHOWN} more")
    skipped = [{"item": one.item, "why": one.why} for one in report.skipped]
    return {
        "annotations": report.annotations,
        "images": report.images,
        "skipped": skipped,
        "seconds": report.seconds,
    }
