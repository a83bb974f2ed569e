"""The measured points of the sample on show, read in the background where its data set has a depth or xyz raster."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from psygnal import Signal

from pentad.core.arrays import Rgb
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample, View
from pentad.geometry.points import Points, depth_points, laid_down, merged, pinhole, sensed_points
from pentad.io import rasters
from pentad.io.tree import FileTree
from pentad.sdk import Ticket
from pentad.session.jobs import Jobs

MOST_POINTS = 600_000
"""Of all views together."""
_LONG_S = 1.0
_HARDLY_MM = 2.0


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Cloud:
    """A sample's measured points, of which ``views`` they are, and why there are none of others.

    ``placed``: they are where the rig's cameras say. Otherwise they are one view's, laid on the plane z = 0.
    """

    points: Points | None = None
    views: tuple[str, ...] = ()
    problems: Mapping[str, Problem] = field(default_factory=dict)
    placed: bool = True

    @property
    def hardly_mm(self) -> bool:
        """Whether they are so close together that they are rather in metres."""
        return self.points is not None and float(np.ptp(self.points.places, axis=0).max()) < _HARDLY_MM


def has_points(sample: Sample) -> bool:
    """Whether a raster of the sample says how far away things are."""
    return any(Modality.XYZ in view.rasters or Modality.DEPTH in view.rasters for view in sample.views)


class RigPoints:
    """Reads one sample's points at a time. Lives on the main thread."""

    changed: ClassVar[Signal] = Signal()

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._asked: tuple[Sample, tuple[Camera, ...]] | None = None
        self._long = True
        self.cloud: Cloud | None = None
        self.reading = False

    def ask(self, tree: FileTree, sample: Sample | None, cameras: Mapping[str, Camera]) -> None:
        """Have ``cloud`` be the sample's soon; None at once where it has no such rasters, or for no sample."""
        if sample is None or not has_points(sample):
            self._asked, self.reading = None, False
            self._show(None)
            return
        asked = (sample, tuple(cameras.values()))
        if self._asked is not None and self._asked[0] is sample and _same(self._asked[1], asked[1]):
            return
        self._asked, self.reading = asked, True
        self._show(None)
        started = time.monotonic()

        def came(cloud: Cloud) -> None:
            self._long = time.monotonic() - started > _LONG_S
            if self._asked is asked:
                self.reading = False
                self._show(cloud)

        def failed(problem: Problem) -> None:
            if self._asked is asked:
                self.reading = False
                self._show(Cloud(problems={sample.id: problem}))

        job = self._jobs.run(
            f"Points of {sample.id}", lambda ticket: read_cloud(tree, sample, cameras, ticket=ticket), lane="disk",
            replaces="rig-points", quiet=not self._long, then=came,
        )  # fmt: skip
        job.failed.connect(failed)

    def _show(self, cloud: Cloud | None) -> None:
        if cloud is not self.cloud:
            self.cloud = cloud
            self.changed.emit()


def read_cloud(
    tree: FileTree, sample: Sample, cameras: Mapping[str, Camera], *, ticket: Ticket, most: int = MOST_POINTS
) -> Cloud:
    """The points of the calibrated views; of the first view that says enough by itself where none is calibrated."""
    measured = [view for view in sample.views if Modality.XYZ in view.rasters or Modality.DEPTH in view.rasters]
    wanted = [view for view in measured if view.name in cameras] if cameras else measured[:1]
    found: dict[str, Points] = {}
    problems: dict[str, Problem] = {}
    for done, view in enumerate(wanted):
        ticket.report(done / len(wanted), view.name)
        try:
            points = _points_of(tree, view, cameras.get(view.name), most // len(wanted))
            found[view.name] = points if cameras else laid_down(points)
        except Problem as problem:
            problems[view.name] = problem
    found = {name: points for name, points in found.items() if len(points.places)}
    return Cloud(merged(list(found.values())) if found else None, tuple(found), problems, bool(cameras))


def _points_of(tree: FileTree, view: View, camera: Camera | None, most: int) -> Points:
    xyz = view.rasters.get(Modality.XYZ)
    if xyz is not None:
        places = rasters.read_xyz(tree, xyz)
        return sensed_points(camera, places, _photo(tree, view, max(places.shape[:2])), most=most)
    ref = view.rasters[Modality.DEPTH]
    depth = rasters.read_depth(tree, ref)
    if camera is None and ref.focal is not None:
        camera = pinhole(ref.focal, (depth.shape[0], depth.shape[1]))
    if camera is None:
        remedy = 'Name the cameras in pentad.toml: [rig] file = "rig.toml"'
        raise Problem("A depth raster cannot be placed", "its view has no calibrated camera", remedy=remedy)
    return depth_points(camera, depth, _photo(tree, view, max(depth.shape)), most=most)


def _photo(tree: FileTree, view: View, longest: int) -> Rgb | None:
    """The view's photo, no larger than its points are dense; None where it cannot be had: grey points say as much."""
    ref = view.rasters.get(Modality.RGB)
    try:
        return None if ref is None else rasters.read_rgb(tree, ref, longest)
    except Problem:
        return None


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
