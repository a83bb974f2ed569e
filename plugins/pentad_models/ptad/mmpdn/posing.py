"""Where a part lies before the cameras, found from the photos' outlines in the way a setting names."""

import math
from collections.abc import Sequence

import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.mesh import Mesh
from pentad.core.pose_trace import PoseStart, PoseStep
from pentad.geometry.rigid import placed, rotation
from pentad.sdk import Look, PoseRequest, Ticket, Value
from pentad.sdk.quiet_ticket import QuietTicket
from pentad.sdk.settings import checked_settings
from pentad_models.ptad import ALIGNER
from pentad_models.ptad.info import INFO, PRESETS
from pentad_models.ptad.journal import Journal
from pentad_models.ptad.starts import onto_query, ranked
from pentad_models.ptad.studio import Knobs, Studio

WRONGNESS = ((0.4, 0.004), (0.4, 0.004), (0.8, 0.01), (2.0, 0.02))
"""How wrong the poses are that a known one is varied to while training: degrees, and shares of the part's size, both
standard deviations. The first two are about what `lm` leaves over, the others what it leaves over now and then."""


def found_pose(mesh: Mesh, looks: Sequence[Look], how: str, rasteriser: str, ticket: Ticket) -> Doubles:
    """(4, 4) mesh to rig. ``how`` is one of ``info.POSES``; Problem where there is nothing to align.

    "none" is the first half of the paper's alignment alone: of 20 references on a ring, placed where the query is seen
    and as far as their mean area says, the one of the least chamfer distance, unchanged. "chamfer" shifts and scales
    each reference onto the query before they are ranked, and optimises nothing either.
    """
    request, quiet = PoseRequest(mesh, tuple(looks)), QuietTicket(ticket)
    settings: dict[str, Value] = {"backend": rasteriser, "threads": 1}
    if how == "chamfer":
        return _shifted(request, settings, quiet)
    settings["method"] = "lm" if how == "lm" else "ptad"
    if how == "none":
        settings["iterations"] = 0
    return ALIGNER.align(request, settings, quiet, watch=_nobody).pose


def varied(pose: Doubles, to_camera: Doubles, size: float, random: np.random.Generator) -> list[Doubles]:
    """``pose`` (4, 4) mesh to rig made wrong as ``WRONGNESS`` says, turned about the part's place in that camera.

    ``size`` is the part's in mm. Along the axis a silhouette tells least, so shifts are larger there.
    """
    there = to_camera @ pose
    away = float(there[2, 3])
    poses = []
    for degrees, share in WRONGNESS:
        turned = rotation(random.normal(0, math.radians(degrees), 3)) @ there[:3, :3]
        shift = random.normal(0, share * size, 3) * [0.35, 0.35, max(1.0, away / size)]
        poses.append(np.linalg.inv(to_camera) @ placed(turned, there[:3, 3] + shift))
    return poses


def _shifted(request: PoseRequest, settings: dict[str, Value], ticket: Ticket) -> Doubles:
    knobs = Knobs(checked_settings(INFO, settings, presets=PRESETS))
    studio = Studio.of(request, knobs, ticket)
    sizes = tuple(look.mask.shape for look in studio.looks)
    journal = Journal(studio.frame, sizes, studio.cameras[0], ticket, _nobody)
    level = studio.level(2)
    order = ranked(level, studio.reference_poses(level, journal), journal, align=True)
    nearest = int(np.argmin([reference.aligned for reference in order.references]))
    return studio.frame.outside(onto_query(level.sights, order.poses[nearest]))


def _nobody(step: PoseStep | PoseStart) -> None:
    """Watches nothing."""
