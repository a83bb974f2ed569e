"""The depth of the sample on show as surfaces in the rig, worked out in the background."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

import numpy as np
from psygnal import Signal

from pentad.core.arrays import Doubles, Floats, Rgb
from pentad.core.box import BoxShares
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample, View
from pentad.geometry.depth_maps import STEEP, region_camera
from pentad.geometry.drawable import Triangles, clustered
from pentad.geometry.integration.surfaces import relief_surface
from pentad.geometry.projection import project
from pentad.io import rasters
from pentad.io.tree import FileTree
from pentad.io.view_pixels import load_depth
from pentad.sdk import DepthEstimate, Ticket
from pentad.session.depth_maps import TITLES, DepthMaps
from pentad.session.depths import Depths
from pentad.session.jobs import Jobs
from pentad.session.view_state import DepthKind

MOST_STILL, MOST_MOVING = 300_000, 60_000
"""Triangles of all views together."""
LONGEST = 512
"""Values along the longer side of a data set's own depth."""
WHOLE: BoxShares = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Relief:
    """One view's depth as triangles in rig millimetres, at two resolutions, with the photo's colours (V, 3)."""

    view: str
    kind: DepthKind
    still: Triangles
    moving: Triangles
    still_colours: Rgb
    moving_colours: Rgb


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Reliefs:
    """Those that could be made, and why the others could not."""

    found: tuple[Relief, ...] = ()
    problems: Mapping[str, Problem] = field(default_factory=dict)

    @property
    def words(self) -> list[str]:
        """Sentences: which depth of which views it is, and why others have none."""
        by_kind: dict[DepthKind, list[str]] = {}
        for relief in self.found:
            by_kind.setdefault(relief.kind, []).append(relief.view)
        said = [f"Relief of {', '.join(views)}: {TITLES[kind].lower()} depth." for kind, views in by_kind.items()]
        return said + [f"No relief of {view}: {problem}." for view, problem in self.problems.items()]


@dataclass(frozen=True, slots=True, eq=False)
class ReliefWish:
    """Which depth of a view is wanted, and the camera that places it; ``estimate`` where a model made it."""

    view: View
    camera: Camera
    kind: DepthKind
    estimate: DepthEstimate | None = None


def surface_kind(kind: DepthKind) -> DepthKind:
    """Which depth is a surface where the look asks for ``kind``: what is a difference or a spread is none."""
    return kind if kind in (DepthKind.TRUE, DepthKind.INTEGRATED) else DepthKind.GENERATED


def relief_wishes(sample: Sample, cameras: Mapping[str, Camera], maps: DepthMaps, depths: Depths) -> list[ReliefWish]:
    """What to make of these views of the sample on screen, as the depth row shows it; asks for what is not at hand."""
    kinds = {view: surface_kind(maps.kind(view, sample)) for view in cameras}
    if any(kind is not DepthKind.TRUE for kind in kinds.values()):
        depths.ask()
    made = depths.views()
    return [
        ReliefWish(sample.view(view), cameras[view], kind, made.get(view))
        for view, kind in kinds.items()
        if kind is DepthKind.TRUE or view in made
    ]


class RigReliefs:
    """Works out the reliefs of some views at a time. Lives on the main thread."""

    changed: ClassVar[Signal] = Signal()

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._asked: tuple[object, ...] = ()
        self.reliefs: Reliefs | None = None

    def ask(self, tree: FileTree, sample: Sample | None, wishes: Sequence[ReliefWish]) -> None:
        """Have ``reliefs`` be these soon; None at once for no wish. Older ones stay until the new ones are there."""
        asked: tuple[object, ...] = tuple(
            part for wish in wishes for part in (sample, wish.view.name, wish.camera, wish.kind, wish.estimate)
        )
        if len(asked) == len(self._asked) and all(
            one is other or (isinstance(one, str) and one == other)
            for one, other in zip(asked, self._asked, strict=True)
        ):
            return
        if not asked or not self._asked or asked[0] is not self._asked[0]:
            self._show(None)
        self._asked = asked
        if not asked:
            return

        def came(found: Reliefs) -> None:
            if self._asked is asked:
                self._show(found)

        self._jobs.run(
            "Relief", partial(work_out, tree, tuple(wishes)), lane="cpu", replaces="rig-reliefs", quiet=True, then=came
        )

    def _show(self, reliefs: Reliefs | None) -> None:
        if reliefs is not self.reliefs:
            self.reliefs = reliefs
            self.changed.emit()


def work_out(tree: FileTree, wishes: Sequence[ReliefWish], ticket: Ticket) -> Reliefs:
    """The reliefs of all views that have one; for a worker."""
    found: list[Relief] = []
    problems: dict[str, Problem] = {}
    for done, wish in enumerate(wishes):
        ticket.report(done / len(wishes), wish.view.name)
        try:
            found.append(relief_of(tree, wish, still=MOST_STILL // len(wishes), moving=MOST_MOVING // len(wishes)))
        except Problem as problem:
            problems[wish.view.name] = problem
    return Reliefs(tuple(found), problems)


def relief_of(tree: FileTree, wish: ReliefWish, *, still: int, moving: int) -> Relief:
    """One view's depth as a surface, cut where it steps: no curtain hangs between what is near and what is far."""
    depth, region = _depth(tree, wish)
    shape = (depth.shape[0], depth.shape[1])
    camera = region_camera(wish.camera, region, shape)
    step = max(1, int(np.ceil(np.sqrt(2 * np.count_nonzero(np.isfinite(depth)) / still))))
    mesh = relief_surface(depth, camera=camera, step=step, steepest=STEEP).mesh
    pose = camera.rig_to_camera
    places = (mesh.vertices - pose[:3, 3]) @ pose[:3, :3]
    colours = _colours(tree, wish, places, max(shape[0] / (region[2] - region[0]), shape[1] / (region[3] - region[1])))
    fine = Triangles(places.astype(np.float32), mesh.faces, np.arange(len(places), dtype=np.int64))
    coarse = clustered(places, mesh.faces, most=moving)
    if len(coarse.faces) == len(fine.faces):
        return Relief(wish.view.name, wish.kind, fine, fine, colours, colours)
    few = np.zeros((len(coarse.vertices), 3), np.uint8)
    few[coarse.origin] = colours
    return Relief(wish.view.name, wish.kind, fine, coarse, colours, few)


def _depth(tree: FileTree, wish: ReliefWish) -> tuple[Floats, BoxShares]:
    if wish.kind is DepthKind.TRUE or wish.estimate is None:
        shrink = max(1.0, max(wish.camera.size) / LONGEST)
        height, width = (max(1, round(length / shrink)) for length in wish.camera.size)
        depth = load_depth(tree, wish.view, (height, width))
        if depth is None:
            raise Problem(f"{wish.view.name} has no depth", remedy="Let a model make it: Models > Make depth.")
        return depth, WHOLE
    estimate = wish.estimate
    if estimate.unit != "mm":
        why = "the model learnt on depth without a unit"
        raise Problem(f"The depth of {wish.view.name} has no place in the rig", why, remedy="Train on millimetres.")
    integrated = wish.kind is DepthKind.INTEGRATED and estimate.integrated is not None
    return estimate.integrated if integrated and estimate.integrated is not None else estimate.depth, estimate.region


def _colours(tree: FileTree, wish: ReliefWish, places: Doubles, longest: float) -> Rgb:
    """(V, 3) the photo's colours at places (V, 3) in the rig; grey without a photo."""
    ref = wish.view.rasters.get(Modality.RGB)
    if ref is None:
        return np.full((len(places), 3), 160, np.uint8)
    photo = rasters.read_rgb(tree, ref, max(64, round(longest)))
    height, width = wish.camera.size
    pixels = np.nan_to_num(project(wish.camera, places))
    column = np.clip((pixels[:, 0] + 0.5) / width * photo.shape[1], 0, photo.shape[1] - 1).astype(np.intp)
    row = np.clip((pixels[:, 1] + 0.5) / height * photo.shape[0], 0, photo.shape[0] - 1).astype(np.intp)
    return np.ascontiguousarray(photo[row, column])
