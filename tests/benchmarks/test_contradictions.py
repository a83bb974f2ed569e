"""How long one part's five 20 MP masks take to be compared, the first time and again."""

import time

import numpy as np
import pytest
import trimesh

from pentad.annotation.contradictions import MarkedView, contradictions
from pentad.gantry.station import VIEWS, gantry_rig
from pentad.geometry.depth_raster import DepthRaster
from pentad.geometry.projection import project
from pentad.geometry.surface import Surface
from pentad.sdk.testing import PatientTicket

LONGEST = 5472
STEP = 4
PART_MM = (30.0, 14.0, 8.0)
LIMIT_S = 6.0


@pytest.mark.benchmark
def test_five_masks_of_20_mp_are_compared_in_seconds() -> None:
    """Twelve patches of some 60,000 pixels on the upper side of a block of 200,000 triangles."""
    block = trimesh.creation.box(PART_MM)
    block.apply_translation((0, 0, PART_MM[2] / 2))
    while len(block.faces) < 150_000:
        block = block.subdivide()
    surface, ticket = Surface.of(block.vertices, block.faces), PatientTicket()
    views = []
    begun = time.perf_counter()
    for name in VIEWS:
        camera = gantry_rig(LONGEST).camera(name)
        depth = DepthRaster.render(surface, camera, step=STEP, ticket=ticket)
        views.append(MarkedView(name, camera, depth))
    drawn = time.perf_counter() - begun
    marked = []
    for view in views:
        labels = np.zeros(view.camera.size, np.uint8)
        for x in np.linspace(-11, 11, 6):
            for y in (-3.5, 3.5):
                column, row = project(view.camera, [x, y, PART_MM[2]]).astype(int)
                if 0 <= row < labels.shape[0] and 0 <= column < labels.shape[1]:
                    labels[max(0, row - 120) : row + 120, max(0, column - 120) : column + 120] = 1
        marked.append(MarkedView(view.name, view.camera, view.depth, labels))
    begun = time.perf_counter()
    found = contradictions("part", marked, surface, tolerance_mm=0.2, ticket=ticket)
    took = time.perf_counter() - begun
    pixels = sum(int(np.count_nonzero(view.labels)) for view in marked if view.labels is not None)
    print(
        f"\n5 depth rasters {drawn:.2f} s; {pixels:,} marked pixels of 5 x 20 MP compared in {took:.2f} s, "
        f"{len(found)} found"
    )
    assert took < LIMIT_S
