"""The first use of compiled loops: seconds once on a machine, a moment in every later run."""

from typing import Any, cast

import numpy as np

from pentad.core.camera import Camera
from pentad.sdk import Ticket
from pentad_models.ptad.rasteriser import Disks
from pentad_models.ptad.rasterising.scene import Scene

_SAYING = "Compiling the rasteriser, once, about 5 s"


def warm_numba(ticket: Ticket, *, until: float) -> None:
    """Draw one splat in every way there is, fractions going up to ``until``; nothing where this run did it before."""
    ticket.check()
    from pentad_models.ptad.rasterising import compiled
    from pentad_models.ptad.rasterising.numba_backend import NumbaRasteriser

    if cast(Any, compiled.blend).signatures:
        return
    disk = Disks(*(np.array([values], np.float32) for values in ([0, 0, 10], [1, 0, 0], [0, 1, 0])))
    camera = Camera("first use", np.array([[10.0, 0, 4], [0, 10, 4], [0, 0, 1]]), np.eye(4), (9, 9))
    rasteriser = NumbaRasteriser(Scene.of(disk, camera, opacity=0.731, spread=0.3), threads=1)
    ticket.report(0.1 * until, _SAYING)
    rasteriser.silhouette(np.eye(4))
    ticket.report(0.4 * until, _SAYING)
    rasteriser.silhouette(np.eye(4), jacobian=True)
    ticket.report(0.8 * until, _SAYING)
    rasteriser.depth(np.eye(4))
    ticket.report(until, "")
