"""A relief becomes triangles where it is whole, and none where it breaks."""

import numpy as np
import pytest

from pentad.core.problem import Problem
from pentad.geometry.integration.surfaces import relief_surface


def test_a_plane_has_two_triangles_a_square_that_look_to_the_camera() -> None:
    x = np.mgrid[:20, :30][1]
    found = relief_surface((5 + 0.5 * x).astype(np.float32), pixel_mm=0.1).mesh
    corners = found.vertices[found.faces]
    areas = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) / 2
    assert found.faces.shape == (2 * 19 * 29, 3)
    assert (areas[:, 2] < 0).all()
    assert np.abs(areas[:, 2]).sum() == pytest.approx(1.9 * 2.9)
    assert np.allclose(found.vertices[:, 2], 5 + 5 * found.vertices[:, 0], atol=1e-5)


def test_holes_and_breaks_have_no_triangles_and_leave_no_loose_vertices() -> None:
    depth = np.zeros((10, 12), np.float32)
    depth[:, 6:] = 100
    depth[0, 0] = np.nan
    found = relief_surface(depth).mesh
    assert found.faces.shape == (2 * 9 * 10 - 1, 3)
    assert len(found.vertices) == 119
    assert (np.ptp(found.vertices[found.faces][..., 2], axis=1) == 0).all()
    assert found.bounds.tolist() == [[0, 0, 0], [11, 9, 100]]


def test_what_is_too_fine_is_drawn_by_every_so_many_pixels() -> None:
    found = relief_surface(np.zeros((21, 21), np.float32), step=4)
    assert (found.step, len(found.mesh.vertices)) == (4, 36)
    assert relief_surface(np.zeros((21, 21), np.float32)).step == 1


def test_a_relief_of_one_line_has_no_surface() -> None:
    depth = np.full((5, 5), np.nan, np.float32)
    depth[2] = 1
    with pytest.raises(Problem, match="no surface"):
        relief_surface(depth)
