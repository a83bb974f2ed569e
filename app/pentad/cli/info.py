"""``pentad info``: what a path is, and what is wrong with it."""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pentad.cli.console import Answer, Console
from pentad.cli.outputs import as_words
from pentad.core.camera import Rig
from pentad.core.problem import Problem
from pentad.core.sample import Modality
from pentad.io import calibration, rasters
from pentad.io.datasets import Dataset, describe, open_dataset
from pentad.io.datasets.manifest_file import FILE_NAME
from pentad.io.datasets.reader import Options
from pentad.io.datasets.rig import rig_reading_of
from pentad.io.meshes import MESH_SUFFIXES, describe_mesh
from pentad.io.results import RunFile
from pentad.io.splats import describe_splats, holds_splats
from pentad.io.store_check import check
from pentad.sdk.model_folder import CARD, read_card
from pentad.session.project import is_project

_CALIBRATIONS = frozenset({".yaml", ".yml", ".xml", ".json", ".toml", ".txt", ".bin"})


def info(arguments: argparse.Namespace, console: Console) -> Answer:
    """Tell a calibration, a rig, a mesh, splats, a run, a model, a project and a data set apart, and describe it."""
    path: Path = arguments.path
    if not path.exists():
        raise Problem(f"There is nothing at {path}", remedy="Check the path.")
    suffix = path.suffix.lower()
    if path.is_file() and suffix in _CALIBRATIONS and path.name != FILE_NAME:
        return _calibration(path, arguments.scale)
    if suffix == ".ply" and holds_splats(path):
        return {"kind": "splats", **console.run("Splats", lambda ticket: describe_splats(path, ticket))}
    if suffix in MESH_SUFFIXES:
        mesh = describe_mesh(path)
        return {"kind": "mesh", **mesh.numbers, "notes": [as_words(note) for note in mesh.notes]}
    if suffix in {".h5", ".hdf5"} or _is_hdf5(path):
        return _run(path)
    if (path / CARD).is_file():
        card = read_card(path)
        return {"kind": "model", **{key: card.get(key) for key in ("model", "backbone", "preset", "category", "made")}}
    if is_project(path):
        return describe_project(path)
    if path.is_dir() and not (path / FILE_NAME).is_file() and calibration.has_calibration(path):
        return _calibration(path, arguments.scale)
    options = {"manifest": str(arguments.manifest.resolve())} if arguments.manifest is not None else {}
    dataset = open_dataset(path, layout=arguments.layout, options=options)
    return {"kind": "dataset", **describe(dataset), **_rig(dataset, options)}


def describe_project(folder: Path) -> Mapping[str, Any]:
    """What ``pentad project check`` says."""
    report = check(folder)
    return {
        "kind": "project",
        "samples": report.samples,
        "images": report.images,
        "masks": report.masks,
        "runs": report.runs,
        "missing": len(report.missing),
        "problems": [as_words(problem) for problem in report.problems],
    }


def _is_hdf5(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(8) == b"\x89HDF\r\n\x1a\n"


def _rig(dataset: Dataset, options: Options) -> Answer:
    """The calibration that a data set names, and what is odd about it; nothing where it names none."""
    try:
        reading = rig_reading_of(dataset.tree, options)
    except Problem as problem:
        return {"rig": None, "rig_notes": [as_words(problem)]}
    if reading is None:
        return {}
    notes = [*reading.notes, *_sizes(dataset, reading.rig)]
    return {"rig": [camera.name for camera in reading.rig.cameras], "rig_notes": [as_words(note) for note in notes]}


def _sizes(dataset: Dataset, rig: Rig) -> Iterator[Problem]:
    """What is to be said where photos (the first sample's) are of another size than their cameras' images."""
    known = {camera.name: camera for camera in rig.cameras}
    for view in dataset.samples[0].views:
        camera, photo = known.get(view.camera_name), view.rasters.get(Modality.RGB)
        if camera is not None and photo is not None:
            try:
                note = calibration.check_image_size(camera, rasters.size(dataset.tree, photo))
            except Problem as problem:
                note = problem
            if note is not None:
                yield note


def _calibration(path: Path, scale: float | None) -> Answer:
    reading = calibration.read_rig(path, scale=scale)
    cameras = [
        calibration.summary(camera, error=reading.errors[camera.name], frame=reading.frame)
        for camera in reading.rig.cameras
    ]
    kind = "rig" if reading.kind == "pentad" else "calibration"
    return {
        "kind": kind,
        "format": reading.kind,
        "cameras": cameras,
        "unplaced": list(reading.unplaced),
        "suggested_scale": reading.suggested_scale,
        "notes": [as_words(note) for note in reading.notes],
    }


def _run(path: Path) -> Answer:
    with RunFile.open(path) as run:
        run.verify()
        return {
            "kind": "run",
            "model": run.made_by.model,
            "backbone": run.made_by.backbone,
            "preset": run.made_by.preset,
            "trained_on": run.made_by.trained_on,
            "created": run.created,
            "samples": len(run.samples),
            "images": sum(len(views) for views in run.view_scores().values()),
            "skipped": [{"sample": skip.sample, "view": skip.view, "why": skip.why} for skip in run.skipped],
        }
