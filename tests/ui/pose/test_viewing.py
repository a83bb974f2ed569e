"""From where a camera looks at a part, in closed form; and the part's small outlines against its convex hull."""

import numpy as np
import pytest
from scipy.spatial import ConvexHull
from scipy.spatial.transform import Rotation

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.core.pose_trace import PoseStep, Reference
from pentad.sdk.testing import PatientTicket
from pentad.ui.pose.silhouettes import MARGIN, silhouettes
from pentad.ui.pose.step_table import ROWS, Seen, differences, values_of
from pentad.ui.pose.viewing import Viewing
from tests.helpers.looking import looking_from
from tests.helpers.silhouettes import overlap

SIDES = np.array([10.0, 20.0, 6.0])
CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)]) * SIDES
FACES = np.array(
    [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4],
     [1, 5, 7], [1, 7, 3]], np.int32,
)  # fmt: skip
MESH = Mesh(CORNERS, FACES)
CAMERA = Camera("front", np.array([[300.0, 0, 63.5], [0, 300, 63.5], [0, 0, 1]]), np.eye(4), (128, 128))


def looked_at(azimuth: float, elevation: float, distance: float, *, up: int) -> Doubles:
    """(4, 4) mesh to camera: from there at the middle of the mesh, the ``up`` axis upwards."""
    a, e = np.radians([azimuth, elevation])
    ground = [k for k in range(3) if k != up]
    way = np.zeros(3)
    way[ground[0]], way[ground[1]], way[up] = np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)
    return looking_from(SIDES / 2 + distance * way, SIDES / 2, np.eye(3)[up])


def ring(up: int) -> list[Reference]:
    return [Reference(looked_at(azimuth, 20, 90, up=up), 1.0) for azimuth in range(0, 360, 36)]


@pytest.mark.parametrize("up", [1, 2])
def test_a_camera_is_where_it_was_put(up: int) -> None:
    viewing = Viewing.of(MESH, CAMERA, ring(up))
    assert viewing.up == up
    for azimuth, elevation, distance in ((0.5, 10, 80), (130, -35, 120), (359, 71, 60)):
        found = viewing.from_camera(looked_at(azimuth, elevation, distance, up=up), CAMERA)
        assert found == pytest.approx((azimuth, elevation, distance), abs=1e-6)


def test_an_outline_fills_the_hull_of_a_box_and_its_picture() -> None:
    side = 48
    poses = [looked_at(azimuth, 25, 90, up=2) for azimuth in (10, 100, 250)]
    for pose, outline in zip(poses, silhouettes(MESH, CAMERA, poses, side, PatientTicket()), strict=True):
        assert outline is not None
        places = CORNERS @ pose[:3, :3].T + pose[:3, 3]
        flat = places[:, :2] / places[:, 2:]
        low, high = flat.min(axis=0), flat.max(axis=0)
        pixels = (flat - (low + high) / 2) / (high - low).max() * (side - 1 - 2 * MARGIN) + (side - 1) / 2
        edges = ConvexHull(pixels).equations
        grid = np.moveaxis(np.indices((side, side))[::-1], 0, -1)
        inside = np.all(grid @ edges[:, :2].T + edges[:, 2] <= 0, axis=-1)
        assert overlap(inside, outline) > 0.97


def test_a_reference_behind_the_camera_has_no_outline() -> None:
    behind = looked_at(0, 0, 90, up=2)
    behind[2, 3] = -90
    assert silhouettes(MESH, CAMERA, [behind], 48, PatientTicket()) == (None,)


def step(pose: Doubles) -> PoseStep:
    change = np.array([0, 0, np.radians(3.0), 0, 4.0, 3.0])
    return PoseStep(pose, 0.25, 0.5, 2, 4, change, 12.0, float("nan"), ())


def test_the_table_says_a_pose_its_step_and_the_one_turn_between_two() -> None:
    one, other = np.eye(4), np.eye(4)
    one[:3, :3] = Rotation.from_rotvec([0, 0, 50], degrees=True).as_matrix()
    other[:3, :3] = Rotation.from_rotvec([0, 0, 35], degrees=True).as_matrix()
    one[:3, 3], other[:3, 3] = (1, 2, 102), (1, 5, 98)
    seen = [Seen("a", step(pose), CAMERA, None) for pose in (one, other)]
    names = [name for name, *_ in ROWS]
    said = dict(zip(names, values_of(seen[0]), strict=True))
    assert (said["Turn z"], said["Turn"], said["Shift z"]) == ("+50.000", "50.000", "+102.000")
    assert (said["Step, turn"], said["Step, shift"], said["Start"], said["Images"]) == ("3", "5", "3", "1/4")
    assert said["Damping"] == ""
    between = dict(zip(names, differences(*seen), strict=True))
    assert (between["Turn z"], between["Turn"], between["Shift"]) == ("+15.000", "15.000", "5.0000")
    assert between["Loss"] == "+0.00000"
