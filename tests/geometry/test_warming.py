"""Who carries marks for the first time waits for no compiler."""

from typing import cast

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

from pentad.core.box import Box
from pentad.core.patch import Patch
from pentad.gantry.station import gantry_rig
from pentad.geometry import compiled
from pentad.geometry.depth_raster import DepthRaster
from pentad.geometry.surface import Surface
from pentad.geometry.transfer import carry, correspondences
from pentad.geometry.warming import warm_up
from pentad.sdk.cancelled import Cancelled
from pentad.sdk.testing import ImpatientTicket, PatientTicket


def test_what_is_compiled_beforehand_is_what_real_cameras_ask_for() -> None:
    ticket = PatientTicket()
    warm_up(ticket)
    assert ticket.fractions == sorted(ticket.fractions)
    assert ticket.fractions[-1] == 1.0
    top, front = gantry_rig(192).cameras[:2]
    board = Surface.of([[-9, -9, 0], [9, -9, 0], [9, 9, 0], [-9, 9, 0]], [[0, 1, 2], [0, 2, 3]])
    depths = [DepthRaster.render(board, camera, step=2, ticket=ticket) for camera in (top, front)]
    mask = Patch(Box(50, 80, 60, 95), np.ones((10, 15), bool))
    carried = carry(mask, top, depths[0], front, depths[1], tolerance_mm=0.2, ticket=ticket, step=2)
    assert carried.patch.where.any()
    assert np.isfinite(correspondences(np.array([[55, 85]]), top, depths[0], front, depths[1], 0.2)).all()
    # One kind of arguments each: a second kind would be compiled while a hand waits.
    for loop in (compiled.draw, compiled.send, compiled.fetch):
        assert len(cast(Dispatcher, loop).signatures) == 1


def test_it_can_be_given_up() -> None:
    with pytest.raises(Cancelled):
        warm_up(ImpatientTicket(2))
