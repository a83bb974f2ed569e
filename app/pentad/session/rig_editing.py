"""Editing the rig of a project: stations, image sizes, and a place for what is not calibrated yet."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from psygnal import Signal

from pentad.core.arrays import Doubles
from pentad.core.box import Box
from pentad.core.camera import Camera, Rig
from pentad.core.problem import Problem
from pentad.geometry.placing import Placing, pnp
from pentad.geometry.resizing import cropped, in_millimetres, scaled
from pentad.io.calibration import RigReading, check_image_size, likely_scale, unit_note, write_rig
from pentad.io.datasets.rig import RIG_FILE
from pentad.session.project import Project

_UPRIGHT = 1e-3
"""Degrees of tilt that are none."""


@dataclass(frozen=True, slots=True)
class Station:
    """How a board stands in the rig: turned about its normal, then shifted (METHODS 4).

    ``tilt_deg`` is by how much its normal is off the rig's, which the two others cannot say.
    """

    turn_deg: float
    shift_mm: tuple[float, float, float]
    tilt_deg: float = 0.0

    @classmethod
    def of(cls, camera: Camera) -> "Station":
        """That of a camera's board."""
        turn = camera.station[:3, :3]
        x, y, z = camera.station[:3, 3].tolist()
        tilt = math.degrees(math.acos(min(1.0, max(-1.0, float(turn[2, 2])))))
        return cls(math.degrees(math.atan2(turn[1, 0], turn[0, 0])), (x, y, z), tilt)

    @property
    def matrix(self) -> Doubles:
        """(4, 4) rig millimetres to the board's, without the tilt."""
        angle = math.radians(self.turn_deg)
        found = np.eye(4)
        found[:2, :2] = [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
        found[:3, 3] = self.shift_mm
        return found


@dataclass(frozen=True, slots=True)
class Pair:
    """A place of the rig, in millimetres, and the pixel ``x, y`` that shows it."""

    point_mm: tuple[float, float, float]
    pixel: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Row:
    """A number of a camera, in words: against its own board as published, and in the rig as it is edited."""

    title: str
    published: str
    rig: str


class RigEditing:
    """A rig that is being edited, beside what was read. Lives on the main thread; ``save`` alone writes.

    ``published`` is the data set's own reading, ``reading`` what is in force.
    """

    changed: ClassVar[Signal] = Signal()

    def __init__(self, project: Project, published: RigReading | None, reading: RigReading) -> None:
        self._project, self._published, self._reading = project, published, reading
        self.cameras: tuple[Camera, ...] = reading.rig.cameras
        self.unplaced: frozenset[str] = frozenset(reading.unplaced)

    @property
    def edited(self) -> bool:
        """Whether there is something to save."""
        return self.cameras != self._reading.rig.cameras or self.unplaced != frozenset(self._reading.unplaced)

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What was noticed when the rig and the published calibration were read."""
        return (*self._reading.notes, *(self._published.notes if self._published is not None else ()))

    @property
    def suggested_scale(self) -> float | None:
        """What the lengths should probably be multiplied by to be millimetres; None where they probably are."""
        return likely_scale(self._placed)

    @property
    def unit_question(self) -> Problem | None:
        """What a person is to be asked where the lengths are hardly millimetres."""
        suggested = self.suggested_scale
        return None if suggested is None else unit_note(self._placed, suggested)

    def convert(self, unit_mm: float) -> None:
        """All lengths are in units of ``unit_mm`` millimetres, and become millimetres."""
        self.cameras = tuple(in_millimetres(camera, unit_mm=unit_mm) for camera in self.cameras)
        self.changed.emit()

    def fitting(self, size: tuple[int, int] | None) -> tuple[str, ...]:
        """The cameras whose intrinsics can be those of photos of ``size`` (height, width); None: of any."""
        return tuple(camera.name for camera in self.cameras if size in (None, camera.size))

    def camera(self, name: str) -> Camera | None:
        return _named(self.cameras, name)

    def set_station(self, name: str, station: Station) -> None:
        """Turn and shift the board of a camera to there; what it was tilted by stays."""
        camera = self._known(name)
        there = station.matrix
        before = Station.of(camera)
        if before.tilt_deg > _UPRIGHT:
            upright = Station(before.turn_deg, (0.0, 0.0, 0.0)).matrix
            there[:3, :3] = there[:3, :3] @ upright[:3, :3].T @ camera.station[:3, :3]
        self._put(replace(camera, station=there))

    def scale(self, name: str, size: tuple[int, int]) -> None:
        """Its images are the calibrated ones scaled to ``size`` (height, width); that is recorded in the camera."""
        self._put(scaled(self._known(name), size=size))

    def crop(self, name: str, box: Box) -> None:
        """Its images are this part of the calibrated ones; that is recorded in the camera."""
        self._put(cropped(self._known(name), box))

    def place(self, name: str, pairs: Sequence[Pair], *, like: str, size: tuple[int, int] | None = None) -> Placing:
        """Put the camera where at least four pairs say it stands, with the intrinsics of the camera ``like``.

        It has no board of its own then: its station is the rig. Problem, and nothing is changed, where that cannot be:
        where photos of ``size`` (height, width) are none of that camera's, too, for intrinsics are not rescaled unsaid.
        """
        model = self._known(like)
        if size is not None and (other := check_image_size(model, size)) is not None:
            remedy = f"Say for {like} first how its photos came from the calibrated image, or take another camera's."
            raise Problem(f"{name} cannot have the lens and sensor of {like}", other.why, remedy=remedy)
        found = pnp(
            np.array([pair.point_mm for pair in pairs]).reshape(-1, 3),
            np.array([pair.pixel for pair in pairs]).reshape(-1, 2),
            matrix=model.matrix, distortion=model.distortion, size=model.size,
        )  # fmt: skip
        self.unplaced -= {name}
        self._put(replace(model, name=name, world_to_camera=found.pose, station=np.eye(4)))
        return found

    def as_published(self, name: str) -> None:
        """The camera as the data set has it; one that it does not have is gone again."""
        published = self._published
        given = _named(published.rig.cameras, name) if published is not None else None
        if published is not None and name in published.unplaced:
            self.unplaced |= {name}
        if given is not None:
            self._put(given)
        elif _named(self.cameras, name) is not None:
            self.cameras = tuple(camera for camera in self.cameras if camera.name != name)
            self.changed.emit()

    def discard(self) -> None:
        """As it was before the edits that are not saved."""
        self.cameras, self.unplaced = self._reading.rig.cameras, frozenset(self._reading.unplaced)
        self.changed.emit()

    def save(self) -> None:
        """Make it the project's own rig, in force from now on; Problem where it cannot be written."""
        project = self._project
        if project.store.read_only:
            remedy = "Close it where it is open for writing, then open it here again."
            raise Problem("The rig cannot be saved", "the project is open for reading only", remedy=remedy)
        if project.folder.resolve() == project.store.data.resolve():
            why = f"the project lies in the data set's own folder, whose {RIG_FILE} it would replace"
            raise Problem("The rig cannot be saved", why, remedy="Make a project in a folder of its own.")
        write_rig(project.folder / RIG_FILE, Rig(self._placed))
        self._reading = replace(self._reading, rig=Rig(self.cameras), unplaced=tuple(sorted(self.unplaced)))
        self.changed.emit()

    def rows(self, name: str) -> list[Row]:
        """What is known of a camera, side by side."""
        published, camera = self._published, self.camera(name)
        given = _named(published.rig.cameras, name) if published is not None else None
        if given is not None and published is not None and name in published.unplaced:
            given = None
        here = None if camera is None or name in self.unplaced else camera
        board = None if given is None else replace(given, station=np.eye(4))
        return [
            Row("Stands at, mm", _point(board), _point(here)),
            Row("Looks along", _way(board), _way(here)),
            Row("Board turned", "-", _turned(here)),
            Row("Board shifted, mm", "-", _shifted(here)),
            Row("Image, px", _size(given), _size(camera)),
            Row("Focal length, px", _focal(given), _focal(camera)),
            Row("Principal point, px", _principal(given), _principal(camera)),
            Row("Resized", _resized(given), _resized(camera)),
            Row("Homography off by", self._homography(name), "-"),
        ]

    def _homography(self, name: str) -> str:
        error = None if self._published is None else self._published.errors.get(name)
        return "-" if error is None else f"{error:.1e} of its largest entry"

    @property
    def _placed(self) -> tuple[Camera, ...]:
        return tuple(camera for camera in self.cameras if camera.name not in self.unplaced)

    def _known(self, name: str) -> Camera:
        camera = self.camera(name)
        if camera is None:
            raise Problem(f"{name} has no camera", remedy="Place it by point pairs first.")
        return camera

    def _put(self, camera: Camera) -> None:
        known = _named(self.cameras, camera.name)
        others = tuple(camera if other is known else other for other in self.cameras)
        self.cameras = others if known is not None else (*self.cameras, camera)
        self.changed.emit()


def _named(cameras: Sequence[Camera], name: str) -> Camera | None:
    return next((camera for camera in cameras if camera.name == name), None)


def _point(camera: Camera | None) -> str:
    return _numbers(camera.centre, 2) if camera is not None else "-"


def _way(camera: Camera | None) -> str:
    return _numbers(camera.rig_to_camera[2, :3], 3) if camera is not None else "-"


def _turned(camera: Camera | None) -> str:
    if camera is None:
        return "-"
    station = Station.of(camera)
    turned = f"{station.turn_deg:.3f}°"
    if station.tilt_deg > 180 - _UPRIGHT:
        return f"{turned}, face down"
    return f"{turned}, tilted {station.tilt_deg:.3f}°" if station.tilt_deg > _UPRIGHT else turned


def _shifted(camera: Camera | None) -> str:
    return _numbers(camera.station[:3, 3], 2) if camera is not None else "-"


def _size(camera: Camera | None) -> str:
    return f"{camera.size[1]} x {camera.size[0]}" if camera is not None else "-"


def _focal(camera: Camera | None) -> str:
    return _numbers(np.diag(camera.matrix)[:2], 1) if camera is not None else "-"


def _principal(camera: Camera | None) -> str:
    return _numbers(camera.matrix[:2, 2], 1) if camera is not None else "-"


def _resized(camera: Camera | None) -> str:
    if camera is None or camera.resized is None:
        return "-"
    was = camera.resized
    top, left, bottom, right = was.crop
    down, across = was.scale
    part = f"{right - left:g} x {bottom - top:g} at {left:g}, {top:g}"
    return f"{part} of {was.from_size[1]} x {was.from_size[0]}, times {across:.4g} x {down:.4g}"


def _numbers(values: Doubles, digits: int) -> str:
    return ", ".join(f"{value:.{digits}f}" for value in (np.asarray(values) + 0.0).tolist())
