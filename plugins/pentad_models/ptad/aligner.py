"""Aligning a part's splats with its masks: what the entry point's object does once it is asked to."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.core.pose_trace import Candidate, PoseStart, PoseTrace
from pentad.core.problem import Problem
from pentad.core.splat_cloud import SplatCloud
from pentad.geometry.rigid import nearest_rigid
from pentad.sdk import PoseRequest, Rendering, Ticket, Value, Watch
from pentad_models.ptad.anywhere import anywhere
from pentad_models.ptad.comparing import Level, compare
from pentad_models.ptad.doubts import Certainty, doubts
from pentad_models.ptad.journal import Journal
from pentad_models.ptad.outlines import disagreement, outlines
from pentad_models.ptad.rasteriser import Disks
from pentad_models.ptad.rasterising import warm
from pentad_models.ptad.screw import screwed
from pentad_models.ptad.searching import Found, Search
from pentad_models.ptad.splatting import splatted
from pentad_models.ptad.starts import Ranked, Start, hypotheses, ranked
from pentad_models.ptad.studio import Knobs, Studio, drawn_by, splatting

_LEAST_VISIBLE = 4
"""Pixels of the part that must be seen from the pose to begin with."""
_RIGID = 1e-3
_CONVINCING = 0.08
"""Outlines that disagree by less are the same part's, one piece of it missing perhaps."""
_FULL = 0.97
"""Masks that overlap by more are, too. Not less, for a machined part seen the wrong way round overlaps by 95 %."""
_WIDE, _SOFT = 20.0, 3.0
"""Pixels that outlines are compared over, and masks blurred by, where a pose is looked for again."""
_CLEARLY = 0.8
"""A part that lies anyhow must agree so much better than an upright one."""


def splat(mesh: Mesh, settings: Mapping[str, Value], ticket: Ticket) -> SplatCloud:
    """As ``Aligner.splat``, the settings checked."""
    knobs = Knobs(settings)
    return splatted(mesh, splatting(knobs), ticket=ticket)


def render(mesh: Mesh, camera: Camera, pose: Doubles, settings: Mapping[str, Value], ticket: Ticket) -> Rendering:
    """As ``Aligner.render``, the settings checked; the depth is eq. 8's, not divided by the mask."""
    knobs = Knobs(settings)
    cloud = splatted(mesh, splatting(knobs), ticket=ticket)
    rasteriser = drawn_by(knobs, Disks.of(cloud), camera)
    return rasteriser.depth(camera.rig_to_camera @ pose, normalised=bool(settings["normalised"]))


def align(request: PoseRequest, settings: Mapping[str, Value], ticket: Ticket, *, watch: Watch) -> PoseTrace:
    """As ``Aligner.align``, the settings checked."""
    began = time.perf_counter()
    knobs = Knobs(settings)
    if knobs.word("backend") in {"auto", "numba"}:
        warm(ticket, until=0.0)
    ticket.report(0.0, "Splatting the mesh")
    studio = Studio.of(request, knobs, ticket)
    journal = Journal(studio.frame, tuple(look.mask.shape for look in studio.looks), studio.cameras[0], ticket, watch)
    run = _lm if knobs.word("method") == "lm" else _ptad
    order, fine, found = run(studio, request, journal)
    last = compare(fine, found.best.pose)
    certainty = Certainty.of(fine, found.best.pose, last.hessian)
    said = doubts(fine, studio.looks, found.best, found.others, certainty)
    journal.report(1.0, "Aligned")
    return PoseTrace(
        method=knobs.word("method"),
        settings=dict(settings),
        cameras=tuple(look.camera for look in studio.looks),
        masks=tuple(look.mask for look in studio.looks),
        references=order.references if order is not None else (),
        candidates=tuple(journal.candidates),
        steps=tuple(journal.steps),
        best=found.best.step,
        doubts=said,
        information=certainty.information,
        axes=certainty.axes,
        renders=journal.renders,
        seconds=time.perf_counter() - began,
        suspicion=found.suspicion,
    )


def _lm(studio: Studio, request: PoseRequest, journal: Journal) -> tuple[Ranked | None, Level, Found]:
    coarse, small, full = (studio.level(reduction) for reduction in (4, 2, 1))
    finest = studio.finest() if studio.finer > 1 else replace(full, blur=0.0)
    order = _announced(studio, request, journal, small, align=True)
    if order is None:
        starts = [_given(studio, request, journal, full)]
    else:
        starts = hypotheses(coarse, small, order, journal, only=request.reference)
    tried, kept = (max(2, studio.knobs.whole(key) // studio.finer) for key in ("starts", "kept"))
    search = Search(tried, kept, studio.knobs.whole("refits"))
    found = search(small, full, finest, starts, journal)
    if order is not None and request.reference is None:
        found = _looked_again(studio, search, (coarse, small, full, finest), found, journal)
    return order, finest, found


def _looked_again(
    studio: Studio, search: Search, levels: tuple[Level, Level, Level, Level], first: Found, journal: Journal
) -> Found:
    """The best of ``first`` and, where that explains the query badly, of a search in closer rings, then from all
    sides."""
    coarse, small, full, finest = levels
    queries = outlines(full)
    wanted = studio.knobs.word("lying")

    def apart(found: Found) -> float:
        journal.renders += len(full.sights)
        return disagreement(full, queries, found.best.pose)

    def convincing(found: Found) -> bool:
        return wanted != "anyhow" and (found.best.found.iou > _FULL or apart(found) < _CONVINCING)

    if convincing(first):
        return first
    if len(full.sights) == 1 and wanted != "anyhow":
        closer = ranked(small, studio.closer_poses(first.best.pose), journal, align=False)
        # Why wider and softer: thin wires overlap with nothing until they are nearly right.
        starts = hypotheses(coarse, small, closer, journal, known=False, far=_WIDE)
        second = search(replace(small, blur=_SOFT), full, finest, starts, journal)
        first = _better(first, second, by=apart, factor=1.0)
        if convincing(first):
            return first
    if wanted == "upright":
        return first
    around = anywhere(small, first.best.pose[:3, 3], journal)
    # Why none: a wire may be thinner than the pixels that it is looked for on.
    return _better(first, search(small, full, finest, around, journal), by=apart, factor=_CLEARLY) if around else first


def _better(first: Found, second: Found, *, by: Callable[[Found], float], factor: float) -> Found:
    """``second`` where it is less than ``factor`` times what ``first`` is; the loser is kept as a rival."""
    if by(second) < factor * by(first):
        return replace(second, others=[*second.others, *first.others, first.best])
    return replace(first, others=[*first.others, *second.others, second.best])


def _ptad(studio: Studio, request: PoseRequest, journal: Journal) -> tuple[Ranked | None, Level, Found]:
    fine = studio.finest()
    order = _announced(studio, request, journal, fine, align=False)
    if order is None:
        start = _given(studio, request, journal, fine)
    elif request.reference is not None:
        start = Start(request.reference, order.poses[request.reference])
    else:
        start = order.nearest()
    iterations, seed = studio.knobs.whole("iterations"), studio.knobs.whole("seed")
    best = screwed(fine, start.pose, journal, start=0, iterations=iterations, seed=seed)
    end = Candidate(start.reference, journal.frame.outside(best.pose), best.found.loss, best.found.iou)
    journal.candidates.append(end)
    return order, fine, Found(best, (), [])


def _announced(studio: Studio, request: PoseRequest, journal: Journal, level: Level, *, align: bool) -> Ranked | None:
    """The references, ranked, told to whoever watches; None where a pose was given instead."""
    order = None
    if request.begin is None:
        order = ranked(level, studio.reference_poses(level, journal), journal, align=align)
        count = len(order.references)
        if request.reference is not None and not 0 <= request.reference < count:
            why = f"there are {count}, counted from 0"
            raise Problem(f"There is no reference {request.reference}", why, remedy="Choose one of them.")
    cameras, masks = tuple(look.camera for look in studio.looks), tuple(look.mask for look in studio.looks)
    journal.watch(PoseStart(cameras, masks, order.references if order is not None else ()))
    return order


def _given(studio: Studio, request: PoseRequest, journal: Journal, level: Level) -> Start:
    """The pose that somebody gave; Problem where it is none, or where no camera sees anything of the part."""
    pose = np.asarray(request.begin, np.float64)
    turn = pose[:3, :3] if pose.shape == (4, 4) else np.zeros((3, 3))
    if not np.isfinite(pose).all() or not np.allclose(turn @ turn.T, np.eye(3), atol=_RIGID) or np.linalg.det(turn) < 0:
        why = "it is no rotation and shift, as a matrix of four rows and columns"
        raise Problem("The pose to begin with cannot be used", why, remedy="Start from a reference instead.")
    start = Start(-1, studio.frame.inside(nearest_rigid(pose)))
    seen = sum(int((sight.drawn(start.pose).mask > 0.5).sum()) for sight in level.sights)
    journal.renders += len(level.sights)
    if seen < _LEAST_VISIBLE:
        why = "the part lies beside the images or behind the cameras"
        raise Problem("No camera sees the part where it is to begin", why, remedy="Start from a reference instead.")
    return start
