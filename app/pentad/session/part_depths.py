"""Where a part stands before its cameras, and how deep it is in each view: what is asked about more than one view."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import ClassVar

import numpy as np
from psygnal import Signal

from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample
from pentad.geometry.depth_maps import laid_over, pixel_angle
from pentad.geometry.depth_raster import DepthRaster
from pentad.geometry.drawable import Drawable
from pentad.geometry.surface import Surface
from pentad.geometry.warming import warm_up
from pentad.io import rasters
from pentad.io.calibration import RigReading
from pentad.io.datasets.meshes import mesh_of
from pentad.sdk import DepthEstimate, DepthMade, Ticket
from pentad.session.depths import Depths
from pentad.session.jobs import Job, Jobs
from pentad.session.project import Project
from pentad.session.rig_state import RigState

ROOM = 500_000_000
"""Bytes of rasters kept; five whole ones of 20 MP."""
LARGE = 8_000_000
"""Pixels of a view above which the depth for taking over is had at two pixels a cell."""
NO_MESH = (
    "this part has no mesh (the manifest's [mesh] names one), and no generated depth (Models > Make depth makes one)"
)
BY_DEPTH = "by generated depth"
_SPREADS, _LEAST, _UNKNOWN = 3.0, 0.005, 0.02
"""How far generated depth is not to be trusted: so many spreads of its samples, but at least that share of the part's
extent; of a single sample, whose spread nobody knows, the other share."""
_CELL_BYTES = 4
READING = "the rig and the part are being read"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PartInRig:
    """One sample's calibrated ``cameras`` by view and its ``surface``, in rig millimetres.

    ``missing`` says for the other views why they have no camera; ``why`` what keeps masks from being carried at all,
    if anything does. Where there is no surface, ``estimates`` by view may take its place: depth that a model made, in
    mm, which is off by ``slack_mm`` or so. It has no repr: signals look at those of what is connected to them, and a
    mesh's takes long.
    """

    sample: Sample
    cameras: Mapping[str, Camera] = field(default_factory=dict)
    surface: Surface | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    estimates: Mapping[str, DepthEstimate] = field(default_factory=dict)
    slack_mm: float = 0.0

    @property
    def by(self) -> str:
        """What is carried by, where it is not the mesh: "by generated depth"."""
        return BY_DEPTH if self.estimates else ""

    @property
    def has_depth(self) -> bool:
        """Whether depth rasters can be drawn of it."""
        return self.surface is not None or bool(self.estimates)

    @property
    def coarse(self) -> int:
        """Image pixels a cell for what follows a hand: some 800 cells along the longest side."""
        longest = max((max(camera.size) for camera in self.cameras.values()), default=1)
        return min(max(round(longest / 800), 1), 8)

    @property
    def fine(self) -> int:
        """Image pixels a cell for what is taken over, pixel by pixel: as few as leave room for all views."""
        pixels = [camera.size[0] * camera.size[1] for camera in self.cameras.values()]
        step = 1 if max(pixels, default=0) <= LARGE else 2
        # Why: of more than there is room for, one would be drawn in the other's place for ever.
        while sum(pixels) * _CELL_BYTES > step * step * ROOM / 2:
            step += 1
        return step


class PartDepths:
    """Reads cameras and mesh of a sample and draws its depth rasters, all in the background and as they are asked for.

    Lives on the main thread. Rasters are kept up to ``room`` bytes, those last used the longest.
    """

    changed: ClassVar[Signal] = Signal()
    """More is known."""
    failed: ClassVar[Signal] = Signal(Problem)

    def __init__(self, jobs: Jobs, rig: RigState, depths: Depths) -> None:
        self.room = ROOM
        self._jobs, self._rig, self._depths = jobs, rig, depths
        self._project: Project | None = None
        self._read_part: PartInRig | None = None
        """As it was read: without what a model made."""
        self._part: PartInRig | None = None
        self._reading: str | None = None
        self._known: tuple[RigReading | None, Drawable | None] = (None, None)
        self._rasters: OrderedDict[tuple[str, str, int], DepthRaster] = OrderedDict()
        self._drawing: dict[tuple[str, str, int], Job[DepthRaster]] = {}
        self._waiting: list[tuple[tuple[tuple[str, str, int], ...], Callable[[], None]]] = []
        self._warm = False
        rig.changed.connect(self._on_rig)
        depths.changed.connect(self._on_depths)

    def use(self, project: Project | None) -> None:
        """Work on another project."""
        self._project, self._read_part, self._part, self._reading = project, None, None, None
        self._rasters.clear()
        self._drawing.clear()
        self._waiting.clear()
        self.changed.emit()

    def part(self, sample: Sample) -> PartInRig | None:
        """What is known of the sample's part; None as long as it is being read, which begins with the first asking."""
        if self._part is not None and self._part.sample.id == sample.id:
            return self._part
        self._rig.ask(None)
        if self._rig.problem is not None:
            return PartInRig(sample, why=_lowered(self._rig.problem))
        if self._rig.reading is not None and self._reading != sample.id:
            self._read(sample, dict(self._rig.cameras(sample)), self._rig.surface)
        return None

    def at_hand(self, part: PartInRig, view: str, step: int) -> DepthRaster | None:
        """The view's raster at ``step`` pixels a cell, if it is drawn already."""
        key = (part.sample.id, view, step)
        raster = self._rasters.get(key)
        if raster is not None:
            self._rasters.move_to_end(key)
        return raster

    def all_at_hand(self, part: PartInRig, step: int) -> Mapping[str, DepthRaster] | None:
        """Every calibrated view's raster; None, and they are on their way, where one of them is not drawn."""
        found = {view: raster for view in part.cameras if (raster := self.at_hand(part, view, step)) is not None}
        if len(found) == len(part.cameras):
            return found
        self.draw(part, part.cameras, step)
        return None

    def draw(self, part: PartInRig, views: Iterable[str], step: int, *, then: Callable[[], None] | None = None) -> None:
        """Draw the rasters of ``views`` that are not there; ``then`` is done when all are, and never if one fails."""
        wanted = tuple((part.sample.id, view, step) for view in views)
        for key in wanted:
            drawing = self._drawing.get(key)
            if key not in self._rasters and (drawing is None or drawing.settled) and part.has_depth:
                self._begin(key, part)
        if then is not None:
            self._waiting.append((wanted, then))
            self._serve()

    def _begin(self, key: tuple[str, str, int], part: PartInRig) -> None:
        job = self._jobs.run(
            f"Depth of {key[0]} {key[1]}",
            partial(_draw, part, key[1], key[2]),
            lane="cpu",
            quiet=True,
            then=partial(self._drawn, self._project, key),
        )
        if not job.settled:
            self._drawing[key] = job
            job.failed.connect(partial(self._not_drawn, self._project, key))

    def _drawn(self, project: Project | None, key: tuple[str, str, int], raster: DepthRaster) -> None:
        if project is not self._project:
            return
        self._drawing.pop(key, None)
        self._rasters[key] = raster
        filled = sum(kept.values.nbytes for kept in self._rasters.values())
        needed = {wanted for waiting, _ in self._waiting for wanted in waiting} | {key}
        for old in list(self._rasters):
            if filled <= self.room:
                break
            if old not in needed:
                filled -= self._rasters.pop(old).values.nbytes
        self._serve()
        self.changed.emit()

    def _not_drawn(self, project: Project | None, key: tuple[str, str, int], problem: Problem) -> None:
        if project is self._project:
            self._drawing.pop(key, None)
            self._waiting = [(wanted, then) for wanted, then in self._waiting if key not in wanted]
            part = self._part
            if part is not None and part.sample.id == key[0] and part.surface is not None and not part.why:
                # Why not tried again: the part and the camera stay as they are. Nor are the others' faults told.
                self._part = PartInRig(part.sample, part.cameras, None, part.missing, _lowered(problem))
                self.failed.emit(problem)
            self.changed.emit()

    def _serve(self) -> None:
        ready = [pair for pair in self._waiting if all(key in self._rasters for key in pair[0])]
        self._waiting = [pair for pair in self._waiting if pair not in ready]
        for _, then in ready:
            then()

    def _read(self, sample: Sample, cameras: Mapping[str, Camera], opened: Surface | None) -> None:
        project = self._project
        if project is None:
            return
        self._reading = sample.id
        for key, job in list(self._drawing.items()):
            if key[0] != sample.id and not any(key in wanted for wanted, _ in self._waiting):
                job.cancel()
                del self._drawing[key]
        work = partial(_part, project, sample, cameras, opened)
        then = partial(self._came, project)
        self._jobs.run(f"Part of {sample.id}", work, lane="disk", replaces="part in rig", quiet=True, then=then)

    def _came(self, project: Project, part: PartInRig) -> None:
        if project is self._project:
            self._read_part, self._reading = part, None
            self._take(self._with_depths(part))

    def _take(self, part: PartInRig) -> None:
        self._part = part
        if part.has_depth and not part.why:
            self._warm_up()
        self.changed.emit()

    def _with_depths(self, part: PartInRig) -> PartInRig:
        """``part``, with the depth on show in the place of the mesh it does not have."""
        if part.why != NO_MESH:
            return part
        self._depths.ask()
        made = self._depths.made
        return part if made is None or made.sample != part.sample.id else _by_depth(part, made)

    def _on_depths(self) -> None:
        """Another generated depth makes what was drawn by the last one worthless."""
        read, now = self._read_part, self._part
        if read is None or now is None or read.why != NO_MESH:
            return
        part = self._with_depths(read)
        same = {id(each) for each in part.estimates.values()} == {id(each) for each in now.estimates.values()}
        if same and part.why == now.why:
            return
        for key in [key for key in self._drawing if key[0] == read.sample.id]:
            self._drawing.pop(key).cancel()
        for key in [key for key in self._rasters if key[0] == read.sample.id]:
            del self._rasters[key]
        self._waiting = [(wanted, then) for wanted, then in self._waiting if wanted[0][0] != read.sample.id]
        self._take(part)

    def _warm_up(self) -> None:
        """Once, before the first rasters: whoever then paints waits for no compiler."""
        if not self._warm:
            self._warm = True
            self._jobs.run("Getting ready to carry marks", warm_up, lane="cpu")

    def _on_rig(self) -> None:
        """Other cameras make what was drawn worthless; another part does where the manifest names none."""
        before, now = self._known, (self._rig.reading, self._rig.part)
        self._known = now
        settled = self._read_part is not None and self._read_part.why != NO_MESH
        if now[0] is before[0] and (now[1] is before[1] or settled):
            return
        self._read_part, self._part, self._reading = None, None, None
        self._rasters.clear()
        self.changed.emit()


def _draw(part: PartInRig, view: str, step: int, ticket: Ticket) -> DepthRaster:
    camera = part.cameras[view]
    if part.surface is not None:
        return DepthRaster.render(part.surface, camera, step=step, ticket=ticket)
    estimate = part.estimates[view]
    values = laid_over(estimate.depth, estimate.region, camera.size, step=step, pixel_angle=pixel_angle(camera))
    return DepthRaster(np.nan_to_num(values, nan=np.inf), step, camera.size)


def _by_depth(part: PartInRig, made: DepthMade) -> PartInRig:
    """``part`` with the generated depth of its calibrated views in the place of its surface."""
    usable = {view: made.views[view] for view in part.cameras if view in made.views and made.views[view].unit == "mm"}
    if len(usable) < 2:
        why = "this part has no mesh, and its generated depth is not in mm of two calibrated views or more"
        return replace(part, why=why)
    cameras = {view: part.cameras[view] for view in usable}
    missing = {**part.missing, **{view: "without generated depth" for view in part.cameras if view not in usable}}
    slack = float(np.median([_slack(estimate, made.samples) for estimate in usable.values()]))
    return PartInRig(part.sample, cameras, None, missing, estimates=usable, slack_mm=slack)


def _slack(estimate: DepthEstimate, samples: int) -> float:
    known = np.isfinite(estimate.depth)
    if not known.any():
        return 0.0
    low, high = np.percentile(estimate.depth[known], [2, 98]).tolist()
    extent = float(high - low)
    if samples == 1:
        return _UNKNOWN * extent
    return max(_SPREADS * float(np.nanmedian(estimate.spread[known])), _LEAST * extent)


def _part(
    project: Project, sample: Sample, cameras: Mapping[str, Camera], opened: Surface | None, ticket: Ticket
) -> PartInRig:
    """What can be said of a sample, ``opened`` being the part where its data set names none.

    A fault of its mesh is a reason, not a failure.
    """
    fitting, missing = _fitting(project, sample, cameras)
    ticket.check()
    try:
        surface = mesh_of(project.tree, project.store.options, sample) or opened
    except Problem as problem:
        return PartInRig(sample, fitting, None, missing, f"its mesh cannot be used: {_lowered(problem)}")
    if surface is None:
        return PartInRig(sample, fitting, None, missing, NO_MESH)
    if len(fitting) < 2:
        reasons = "; ".join(f"{view}: {why}" for view, why in missing.items())
        return PartInRig(sample, fitting, surface, missing, f"fewer than two views are calibrated ({reasons})")
    return PartInRig(sample, fitting, surface, missing)


def _fitting(
    project: Project, sample: Sample, cameras: Mapping[str, Camera]
) -> tuple[Mapping[str, Camera], Mapping[str, str]]:
    """The cameras whose image size is that of their view's photo, and why the other views have none."""
    fitting: dict[str, Camera] = {}
    missing: dict[str, str] = {}
    for view in sample.views:
        camera, photo = cameras.get(view.name), view.rasters.get(Modality.RGB)
        if camera is None or photo is None:
            missing[view.name] = "not calibrated"
            continue
        try:
            height, width = rasters.size(project.tree, photo)
        except Problem as problem:
            missing[view.name] = f"its photo cannot be read: {_lowered(problem)}"
            continue
        if (height, width) == camera.size:
            fitting[view.name] = camera
        else:
            calibrated = f"{camera.size[1]} x {camera.size[0]} px"
            missing[view.name] = f"its photo has {width} x {height} px, but it was calibrated at {calibrated}"
    return fitting, missing


def _lowered(problem: Problem) -> str:
    words = f"{problem.what}: {problem.why}" if problem.why else problem.what
    return words[:1].lower() + words[1:]
