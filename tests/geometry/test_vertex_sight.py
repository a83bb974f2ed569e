"""What cameras see of a surface, against shapes whose hidden side is known."""

import numpy as np
import trimesh

from pentad.core.camera import Camera
from pentad.core.heatmap import Heatmap
from pentad.geometry.surface import Surface
from pentad.geometry.vertex_sight import Sight, sights, vertex_heat
from pentad.sdk.testing import PatientTicket


def above(height: float, size: tuple[int, int] = (201, 201)) -> Camera:
    """Looks straight down; x to the right, y up in the image."""
    pose = np.diag([1.0, -1.0, -1.0, 1.0])
    pose[2, 3] = height
    return Camera("above", np.array([[200.0, 0, 100], [0, 200, 100], [0, 0, 1]]), pose, size)


def test_of_a_ball_the_cap_before_the_camera_is_seen() -> None:
    solid = trimesh.creation.icosphere(subdivisions=4, radius=10.0)
    surface = Surface.of(solid.vertices, solid.faces)
    seen = sights(surface, {"above": above(100.0)}, ticket=PatientTicket())["above"]
    # From 100 mm above the middle, the horizon is at z = r^2 / 100 = 1 mm.
    heights = surface.vertices[seen.vertices, 2]
    assert heights.min() > 0.5
    hidden = np.delete(surface.vertices[:, 2], seen.vertices)
    assert hidden.max() < 3.0
    # On a ball the normal is the place; what is seen more flatly than at a cosine of 0.08 takes no heat.
    places = surface.vertices[seen.vertices]
    way = np.array([0, 0, 100.0]) - places
    assert (np.einsum("ni,ni->n", places / 10, way) / np.linalg.norm(way, axis=1)).min() > 0.07


def test_what_lies_beneath_something_is_not_seen() -> None:
    lid, floor = trimesh.creation.box((10, 10, 1)), trimesh.creation.box((40, 40, 1))
    lid.apply_translation((0, 0, 20))
    floor = floor.subdivide().subdivide().subdivide()
    vertices = np.concatenate([lid.vertices, floor.vertices])
    surface = Surface.of(vertices, np.concatenate([lid.faces, floor.faces + len(lid.vertices)]))
    seen = sights(surface, {"above": above(100.0)}, ticket=PatientTicket())["above"]
    on_floor = np.flatnonzero(np.isclose(surface.vertices[:, 2], 0.5))
    # The lid's edge 5 mm out at 20.5 mm hides the floor at 0.5 mm out to 5 * 99.5 / 79.5 = 6.26 mm.
    far = np.abs(surface.vertices[on_floor, :2]).max(axis=1)
    assert set(on_floor[far > 6.3]) <= set(seen.vertices.tolist())
    assert set(on_floor[far < 6.2]) & set(seen.vertices.tolist()) == set()


def test_places_outside_the_image_are_not_seen() -> None:
    floor = trimesh.creation.box((400, 400, 1)).subdivide().subdivide()
    surface = Surface.of(floor.vertices, floor.faces)
    seen = sights(surface, {"above": above(100.0)}, ticket=PatientTicket())["above"]
    assert np.abs(surface.vertices[seen.vertices, :2]).max() < 51


def test_a_vertex_takes_the_greatest_heat_of_its_views_and_none_where_nobody_looks() -> None:
    ramp = np.tile(np.arange(4, dtype=np.float32), (2, 1))
    one = Sight(np.array([0, 1]), np.array([[0.5, 0.125], [0.5, 0.5]]))
    other = Sight(np.array([1, 2]), np.array([[0.5, 0.875], [0.5, 0.0]]))
    heat = vertex_heat(4, {"a": one, "b": other}, {"a": Heatmap(ramp, 0, 1), "b": Heatmap(ramp, 0, 1)})
    assert heat[:3].tolist() == [0.0, 3.0, 0.0]
    assert np.isnan(heat[3])
    assert np.isnan(vertex_heat(4, {"a": one}, {})).all()
