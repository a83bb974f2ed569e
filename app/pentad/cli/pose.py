"""``pentad align``: the pose of a part from its outlines."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pentad.cli.console import Answer, Console
from pentad.cli.model import parse_settings
from pentad.cli.outputs import refuse_existing
from pentad.cli.sources import open_source
from pentad.core.arrays import Floats, Labels, Rgb
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.core.sample import RasterRef, View
from pentad.geometry.silhouette import mask_of_photo
from pentad.io import rasters
from pentad.io.calibration.lone_camera import read_lone_camera
from pentad.io.meshes import read_surface
from pentad.io.traces import KeptTrace, write_trace
from pentad.io.tree import open_tree
from pentad.sdk import Look, PoseRequest, Ticket, Value
from pentad.session.aligners import Aligners
from pentad.session.aligning import Outline, Wanted, subject_of
from pentad.session.pose_run import Subject, kept_trace

_MOST_LABELS = 0.1
"""Of what its type can hold: an image no brighter than that counts classes, it is not grey."""


def align(arguments: argparse.Namespace, console: Console) -> Answer:
    """Find the pose and write its trace; one image for each camera, or a sample of a data set."""
    refuse_existing(arguments.out, force=arguments.force)
    aligner = Aligners.installed()[arguments.aligner]
    settings: dict[str, Value] = {**parse_settings(arguments.settings), "method": arguments.method}
    if arguments.views is not None:
        settings["views"] = arguments.views

    def work(ticket: Ticket) -> KeptTrace:
        subject = _from_files(arguments) if arguments.data is None else _from_data(arguments, ticket)
        request = PoseRequest(subject.mesh, subject.looks)
        return kept_trace(subject, aligner.align(request, settings, ticket, watch=lambda news: None), "")

    kept = console.run("Align", work, lane="pose")
    write_trace(arguments.out, kept)
    trace = kept.trace
    for doubt in trace.doubts:
        console.note(f"doubt: {doubt}")
    poses = [camera.rig_to_camera @ trace.pose for camera in trace.cameras]
    return {
        "world_to_camera": poses[0].tolist(),
        "cameras": {camera.name: pose.tolist() for camera, pose in zip(trace.cameras, poses, strict=True)},
        "iou": trace.iou,
        "l1": trace.loss,
        "renders": trace.renders,
        "seconds": trace.seconds,
        "method": trace.method,
        "ambiguous": trace.ambiguous,
        "doubts": list(trace.doubts),
    }


def _from_data(arguments: argparse.Namespace, ticket: Ticket) -> Subject:
    """All calibrated views of a sample."""
    source = open_source(arguments, ticket)
    found = [sample for sample in source.samples if sample.id == arguments.sample]
    if not found:
        some = ", ".join(sample.id for sample in source.samples[:3])
        raise Problem(f"There is no sample {arguments.sample}", remedy=f"Name one with --sample, as {some} …")
    mesh = None if arguments.mesh is None else read_surface(arguments.mesh).mesh
    wanted = Wanted(found[0], outline=Outline(arguments.outline))
    return subject_of(source.tree, source.geometry(), wanted, ticket, drawn=_nothing, mesh=mesh)


def _nothing(view: View) -> Labels:
    raise Problem(f"Nothing is drawn in {view.name}", remedy="Take the outline from the photo.")


def _from_files(arguments: argparse.Namespace) -> Subject:
    files: Sequence[Path] = arguments.mask or arguments.photo
    if arguments.mesh is None:
        raise Problem("There is no mesh to align", remedy="Name it with --mesh.")
    if len(files) != len(arguments.camera):
        why = f"{len(files)} images and {len(arguments.camera)} cameras"
        raise Problem("Every image needs its camera", why, remedy="Give as many --camera files, in the same order.")
    looks, shown = [], []
    for file, where in zip(files, arguments.camera, strict=True):
        photo = _photo(file)
        mask = _mask(file) if arguments.mask else mask_of_photo(photo)
        looks.append(Look(_camera(where, mask, alone=len(files) == 1), mask))
        shown.append(photo)
    about = {"mesh": arguments.mesh.name, "images": ", ".join(file.name for file in files)}
    return Subject(read_surface(arguments.mesh).mesh, tuple(looks), tuple(shown), about)


def _camera(file: Path, mask: Floats, *, alone: bool) -> Camera:
    camera = read_lone_camera(file)
    if camera.size != mask.shape:
        why = f"the image has {mask.shape[1]} x {mask.shape[0]} px, the camera {camera.size[1]} x {camera.size[0]}"
        raise Problem(f"{file.name} is not this image's camera", why, remedy="Give the camera for this image size.")
    if not alone and np.array_equal(camera.rig_to_camera, np.eye(4)):
        why = "several views are joined by where their cameras stand"
        remedy = "Use one view, or calibrated files."
        raise Problem(f"{file.name} does not say where its camera stands", why, remedy=remedy)
    return camera


def _mask(file: Path) -> Floats:
    """(H, W) in 0 to 1: what alpha an image has, else how bright it is; of labels, which are small numbers, any."""
    tree, ref = open_tree(file.parent), _ref(file)
    alpha = rasters.read_alpha(tree, ref)
    if alpha is not None:
        return alpha
    found = rasters.read_raw(tree, ref)
    found = found.max(axis=2) if found.ndim == 3 else found
    full = float(np.iinfo(found.dtype).max) if np.issubdtype(found.dtype, np.integer) else 1.0
    if float(found.max()) <= _MOST_LABELS * full:
        return (found > 0).astype(np.float32)
    return np.asarray(np.clip(found.astype(np.float32) / np.float32(full), 0, 1), np.float32)


def _photo(file: Path) -> Rgb:
    return rasters.read_rgb(open_tree(file.parent), _ref(file))


def _ref(file: Path) -> RasterRef:
    if not file.is_file():
        raise Problem(f"There is no file {file}", remedy="Check the path.")
    return RasterRef(file.name)
