"""Where a place of one view is seen in the others, and what lies between two: worked out away from the main thread."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import degrees, isfinite

import numpy as np

from pentad.annotation.components import region_at
from pentad.annotation.preview import BrushTip, Path, Shape
from pentad.annotation.probe import Place
from pentad.core.arrays import Labels
from pentad.core.box import Box
from pentad.core.camera import Camera
from pentad.core.patch import Patch
from pentad.core.problem import Problem
from pentad.geometry.depth_raster import DepthRaster
from pentad.geometry.epipolar import epipolar_segment
from pentad.geometry.frustum import focus
from pentad.geometry.measuring import Gauge, Measured, Sight
from pentad.geometry.transfer import correspondences
from pentad.sdk import Ticket
from pentad.session.part_depths import PartInRig

_RING = 0.008
"""Radius of a marker, in longest sides of the image."""
_REACH = 0.15
"""How far before and behind the rig's middle a place may be, where there is no surface: in distances to it."""


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is pointed at and clicked, and what there is to answer it with.

    ``depths`` are all of the part's views, or none; ``marked`` the box of all that is marked in the pin's view, and the
    labels in it, where an area is asked for. ``measures``: what lies between the pins is wanted too, not known already.
    """

    part: PartInRig
    depths: Mapping[str, DepthRaster]
    tolerance_mm: float
    pointed: Place | None
    pins: tuple[Place, ...] = ()
    marked: tuple[Box, Labels] | None = None
    measures: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Markers by view; ``words`` say where the place pointed at is seen, ``measured`` what lies between the
    pins, None where that was not asked."""

    shapes: Mapping[str, tuple[Shape, ...]] = field(default_factory=dict)
    words: str = ""
    measured: str | None = ""


def answer(question: Question, ticket: Ticket) -> Answer:
    """Look a place up in every other view, and measure between two."""
    shapes: dict[str, list[Shape]] = {view.name: [] for view in question.part.sample.views}
    words = _look_up(question, shapes) if question.pointed is not None else ""
    cameras = question.part.cameras
    for pin in question.pins:
        if pin.key.view in cameras:
            shapes[pin.key.view].append(_ring(cameras[pin.key.view], pin.y, pin.x))
            _mark_elsewhere(question, pin, shapes)
    ticket.check()
    measured = None
    if question.measures:
        measured = _measure(question, ticket) if question.pins else ""
    if len(question.pins) == 2 and question.pins[0].key == question.pins[1].key:
        start, end = question.pins
        shapes[start.key.view].append(Path(((start.y, start.x), (end.y, end.x)), dashed=True))
    return Answer({view: tuple(drawn) for view, drawn in shapes.items()}, words, measured)


def _look_up(question: Question, shapes: Mapping[str, list[Shape]]) -> str:
    """Mark the place pointed at in the other views; in words, where it is."""
    place, part = question.pointed, question.part
    if place is None:
        return ""
    view = place.key.view
    source = part.cameras.get(view)
    if source is None:
        return f"{view}: {part.missing.get(view) or part.why or 'not calibrated'}"
    on_part = bool(question.depths) and np.isfinite(_depth(question.depths[view], place))
    said = []
    for name, target in part.cameras.items():
        if name == view:
            continue
        if not on_part:
            line = _epipolar(part, place, source, target)
            if line is not None:
                shapes[name].append(line)
                said.append(f"{name} on the line")
            continue
        y, x = _seen(question, place, name)
        if isfinite(y):
            shapes[name].append(_ring(target, y, x))
            said.append(f"{name} y {y:.1f} x {x:.1f}")
        else:
            said.append(f"{name} hidden")
    said += [f"{name} {why}" for name, why in part.missing.items()]
    said += [part.by] if part.by and on_part else []
    return ("" if on_part else "no surface here: ") + "    ".join(said)


def _mark_elsewhere(question: Question, pin: Place, shapes: Mapping[str, list[Shape]]) -> None:
    if not question.depths:
        return
    for name, target in question.part.cameras.items():
        if name != pin.key.view:
            y, x = _seen(question, pin, name)
            if isfinite(y):
                shapes[name].append(_ring(target, y, x))


def _measure(question: Question, ticket: Ticket) -> str:
    """The distance and the angle between two pins, or the area of the marked region beneath one."""
    part = question.part
    if part.surface is None or any(pin.key.view not in part.cameras for pin in question.pins):
        return "nothing can be measured: " + (
            part.why or (part.by and "there is no mesh") or "the view is not calibrated"
        )
    gauge = Gauge(part.surface)
    sights = [Sight(part.cameras[pin.key.view], pin.y, pin.x) for pin in question.pins]
    try:
        if len(sights) == 1:
            return _area(question, gauge, ticket)
        start, end = sights
        said = [f"{gauge.distance_mm(start, end).words} apart"]
        if question.pins[0].key == question.pins[1].key:
            said += _along(gauge, start, end)
        angle = gauge.angle_rad(start, end)
        said.append(Measured(degrees(angle.value), degrees(angle.sigma), "\N{DEGREE SIGN}").words)
        return ", ".join(said)
    except Problem as problem:
        return str(problem)


def _along(gauge: Gauge, start: Sight, end: Sight) -> list[str]:
    way = np.array([[start.y, start.x], [end.y, end.x]])
    try:
        return [f"{gauge.path_mm(start.camera, way).words} along the surface"]
    except Problem:
        return ["no way along the surface"]  # Why: the line leaves the part, or goes over an edge to what lies behind.


def _area(question: Question, gauge: Gauge, ticket: Ticket) -> str:
    pin = question.pins[0]
    if question.marked is None:
        return ""
    box, labels = question.marked
    region = region_at(labels, round(pin.y) - box.y0, round(pin.x) - box.x0)
    if region is None:
        return ""
    where = Patch(region.box.moved(box.y0, box.x0), region.where)
    area = gauge.area_mm2(question.part.cameras[pin.key.view], where, ticket=ticket)
    return f"{area.words} on the surface"


def _seen(question: Question, place: Place, target: str) -> tuple[float, float]:
    """Where another view shows the place, y and x; NaN where it does not."""
    view, cameras, depths = place.key.view, question.part.cameras, question.depths
    found = correspondences(
        np.array([[place.y, place.x]]),
        cameras[view],
        depths[view],
        cameras[target],
        depths[target],
        question.tolerance_mm,
    )
    return float(found[0, 0]), float(found[0, 1])


def _depth(raster: DepthRaster, place: Place) -> float:
    row, column = (min(max(int(p + 0.5) // raster.step, 0), n - 1) for p, n in
                   zip((place.y, place.x), raster.values.shape, strict=True))  # fmt: skip
    return float(raster.values[row, column])


def _epipolar(part: PartInRig, place: Place, source: Camera, target: Camera) -> Path | None:
    middle = focus(list(part.cameras.values()))
    distance = float(source.rig_to_camera[2, :3] @ middle + source.rig_to_camera[2, 3])
    if distance <= 0:
        return None
    near, far = distance * (1 - _REACH), distance * (1 + _REACH)
    line = epipolar_segment((place.y, place.x), source, target, near, far)
    return Path(tuple((y, x) for y, x in line.tolist()), dashed=True) if len(line) else None


def _ring(camera: Camera, y: float, x: float) -> Shape:
    return BrushTip((y, x), _RING * max(camera.size))
