"""Has the compiled loops ready before a hand waits for them."""

import numpy as np

from pentad.core.box import Box
from pentad.core.camera import Camera
from pentad.core.patch import Patch
from pentad.geometry.depth_raster import DepthRaster
from pentad.geometry.surface import Surface
from pentad.geometry.transfer import carry, correspondences
from pentad.sdk import Ticket
from pentad.sdk.quiet_ticket import QuietTicket

_SIDE = 8
"""Pixels of the picture, millimetres of the plane it shows."""
_TOLERANCE_MM = 0.1


def warm_up(ticket: Ticket) -> None:
    """Compile what drawing depth and carrying marks needs, or load it where a program on this machine has compiled it.

    Seconds the first time, a quarter of a second after that: a mask is carried between two small pictures of a plane.
    """
    ticket.report(0.0, "Loading the compiler")
    from pentad.geometry import compiled  # noqa: F401 - Why: numba takes half a second.

    ticket.report(0.1, "Compiling what draws depth")
    k = np.diag([10.0, 10.0, 1.0])  # Why: of a plane 10 mm away a pixel then shows a millimetre.
    camera, inside = Camera("small", k, np.eye(4), (_SIDE, _SIDE)), QuietTicket(ticket)
    plane = Surface.of([[0, 0, 10], [_SIDE, 0, 10], [_SIDE, _SIDE, 10], [0, _SIDE, 10]], [[0, 2, 1], [0, 3, 2]])
    depth = DepthRaster.render(plane, camera, step=1, ticket=inside)
    ticket.report(0.45, "Compiling what finds places in other views")
    correspondences(np.array([[2.0, 2.0]]), camera, depth, camera, depth, _TOLERANCE_MM)
    ticket.report(0.85, "Compiling what carries marks")
    where = Patch(Box(2, 2, 4, 4), np.ones((2, 2), bool))
    carry(where, camera, depth, camera, depth, tolerance_mm=_TOLERANCE_MM, ticket=inside)
    ticket.report(1.0)
