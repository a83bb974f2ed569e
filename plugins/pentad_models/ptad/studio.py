"""The part in its own coordinates before the working looks, ready to be drawn at any reduction."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.core.problem import Problem
from pentad.geometry.rigid import placed
from pentad.geometry.surface import Surface
from pentad.sdk import PoseRequest, Ticket, Value
from pentad.sdk.quiet_ticket import QuietTicket
from pentad_models.ptad import references
from pentad_models.ptad.comparing import Level, levels
from pentad_models.ptad.journal import Journal
from pentad_models.ptad.looks import WorkingLook, working_look
from pentad_models.ptad.rasteriser import Disks, Rasteriser
from pentad_models.ptad.rasterising import rasteriser_for
from pentad_models.ptad.references import Rings
from pentad_models.ptad.splatting import Splatting, reduced, resolution_of, splatted
from pentad_models.ptad.starts import mean_scale
from pentad_models.ptad.unit_frame import UnitFrame

_COARSEST = 40
_BLURS = {4: 1.0, 2: 1.5, 1: 1.0}
"""By how much the search's masks are reduced."""
_SOFT = 0.1
_CLOSER_VIEWS, _CLOSER_ELEVATIONS = 30, (8.0, 20.0, 32.0, 44.0)
_FINER = 2
_FARTHEST = 1e9
"""Radii from the rig's origin to a camera: farther, and float64 blurs where the part is."""


@dataclass(frozen=True, slots=True)
class Knobs:
    """The checked settings of a run, by their own kinds."""

    values: Mapping[str, Value]

    def number(self, key: str) -> float:
        return float(self.values[key])

    def whole(self, key: str) -> int:
        return int(self.values[key])

    def word(self, key: str) -> str:
        return str(self.values[key])


@dataclass(frozen=True, slots=True, eq=False)
class Studio:
    """The part in unit coordinates before the working looks: what makes levels of them.

    ``finer``: the working looks are so many times as fine as what the search needs. Several looks at once tell a pose
    to hundredths of a degree, which takes more pixels than the setting has for one.
    """

    mesh: Mesh
    frame: UnitFrame
    looks: tuple[WorkingLook, ...]
    cameras: tuple[Doubles, ...]
    knobs: Knobs
    ticket: Ticket
    finer: int

    @classmethod
    def of(cls, request: PoseRequest, knobs: Knobs, ticket: Ticket) -> "Studio":
        if not request.looks:
            raise Problem("There is nothing to align with", "no look was given", remedy="Give a photo and its mask.")
        mesh = checked(request.mesh)
        frame = UnitFrame.of(mesh)
        finer = _FINER if len(request.looks) > 1 else 1
        side = finer * knobs.whole("side")
        looks = tuple(working_look(look, side=side, margin=knobs.number("margin")) for look in request.looks)
        cameras = tuple(frame.extrinsics(look.camera.rig_to_camera) for look in looks)
        _check_near(looks, cameras)
        # Why here: every level splats it again.
        part = reduced(frame.normalised(mesh), knobs.whole("decimate"))
        return cls(part, frame, looks, cameras, knobs, QuietTicket(ticket), finer)

    def level(self, reduction: int) -> Level:
        """Masks ``reduction`` times as coarse as the search's full size: 4, 2 or 1."""
        return self._level(reduction * self.finer, reduction, _BLURS[reduction])

    def finest(self) -> Level:
        """The working looks as they are. One is not blurred, as one piece less must not pull; several hold the pose
        well enough for the softer comparison, which comes nearer in fewer steps."""
        return self._level(1, 1 / self.finer, *((1.0, 0.3) if self.finer > 1 else (0.0, _SOFT)))

    def _level(self, reduction: int, coarseness: float, blur: float, soft: float = _SOFT) -> Level:
        disks = Disks.of(splatted(self.mesh, splatting(self.knobs, coarseness), ticket=self.ticket))

        def make(camera: Camera) -> Rasteriser:
            return drawn_by(self.knobs, disks, camera)

        return levels(self.looks, self.cameras, reduction, make, blur=blur, soft=soft)

    def reference_poses(self, level: Level, journal: Journal) -> list[Doubles]:
        """(4, 4) each, unit coordinates to rig in radii; at the distance where they fill as the query does."""
        rings = Rings(
            self.knobs.whole("views"),
            references.elevations_of(self.knobs.word("elevations")),
            self._up(),
        )
        first, to_camera = self.looks[0], self.cameras[0]
        middle = references.crossing(self.looks, self.cameras)
        if middle is not None:
            references.check_unit(self.looks, self.cameras, middle, self.frame.radius)
            return [placed(turn, middle) for turn in references.rig_turns(first, to_camera, rings)]
        focal = float(np.sqrt(first.camera.matrix[0, 0] * first.camera.matrix[1, 1]))
        distance = max(focal / references.half_diagonal(first.inside), 1.5)
        poses = references.single_view_poses(first, to_camera, rings.turns(), distance)
        distance = max(distance / mean_scale(level, poses, journal), 1.2)
        return references.single_view_poses(first, to_camera, rings.turns(), distance)

    def closer_poses(self, near: Doubles) -> list[Doubles]:
        """As ``reference_poses`` of one look, in closer rings, as far away as the pose ``near`` (4, 4)."""
        rings = Rings(_CLOSER_VIEWS, _CLOSER_ELEVATIONS, self._up())
        distance = float(np.linalg.norm((self.cameras[0] @ near)[:3, 3]))
        return references.single_view_poses(self.looks[0], self.cameras[0], rings.turns(), distance)

    def _up(self) -> str:
        asked = self.knobs.word("up")
        return references.upward(np.ptp(self.mesh.bounds, axis=0)) if asked == "auto" else asked


def _check_near(looks: tuple[WorkingLook, ...], cameras: tuple[Doubles, ...]) -> None:
    for look, to_camera in zip(looks, cameras, strict=True):
        away = float(np.abs(to_camera[:3, 3]).max())
        if away > _FARTHEST:
            name = look.camera.name or "the image"
            why = f"it stands {away:.1g} times the part's half length from the rig's origin"
            remedy = "Check the mesh's unit, and the rig's file."
            raise Problem(f"The camera of {name} stands too far away", why, remedy=remedy)


def checked(mesh: Mesh) -> Mesh:
    """The mesh with none but used vertices, each once; Problem where it is none (``Surface.of``)."""
    surface = Surface.of(mesh.vertices, mesh.faces)
    used = np.unique(surface.faces)
    return Mesh(surface.vertices[used], np.searchsorted(used, surface.faces).astype(np.int32))


def splatting(knobs: Knobs, coarseness: float = 1.0) -> Splatting:
    """How the mesh is splatted for masks so many times as coarse as the settings have them."""
    cells = knobs.whole("resolution") or resolution_of(knobs.number("density"))
    if coarseness != 1:
        cells = max(_COARSEST, round(cells / coarseness))
    scale, opacity = knobs.number("scale"), knobs.number("opacity")
    return Splatting(cells, scale=scale, mode=knobs.word("mode"), opacity=opacity, decimate=knobs.whole("decimate"))


def drawn_by(knobs: Knobs, disks: Disks, camera: Camera) -> Rasteriser:
    return rasteriser_for(
        knobs.word("backend"),
        disks,
        camera,
        opacity=knobs.number("opacity"),
        spread=knobs.number("spread"),
        threads=knobs.whole("threads"),
    )
