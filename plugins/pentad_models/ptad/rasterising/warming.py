"""The first use of compiled loops: seconds once on a machine, a moment in every later run."""

import numpy as np

from pentad.core.camera import Camera
from pentad.sdk import Ticket
from pentad_models.ptad.rasteriser import Disks
from pentad_models.ptad.rasterising.scene import Scene

_SAYING = "Compiling the rasteriser, once, about 5 s"


def warm_numba(ticket: Ticket) -> None:
    """Draw one splat in every way there is."""
    ticket.report(0.0, _SAYING)
    from pentad_models.ptad.rasterising.numba_backend import NumbaRasteriser

    disk = Disks(*(np.array([values], np.float32) for values in ([0, 0, 10], [1, 0, 0], [0, 1, 0])))
    camera = Camera("first use", np.array([[10.0, 0, 4], [0, 10, 4], [0, 0, 1]]), np.eye(4), (9, 9))
    rasteriser = NumbaRasteriser(Scene.of(disk, camera, opacity=0.731, spread=0.3), threads=1)
    ticket.report(0.1, _SAYING)
    rasteriser.silhouette(np.eye(4))
    ticket.report(0.4, _SAYING)
    rasteriser.silhouette(np.eye(4), jacobian=True)
    ticket.report(0.8, _SAYING)
    rasteriser.depth(np.eye(4))
    ticket.report(1.0, "")
