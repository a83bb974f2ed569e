"""A part that does not stand upright is found, too."""

import numpy as np
import pytest

from pentad.geometry.rigid import rotation
from pentad.sdk import Look, PoseRequest, Value
from pentad.sdk.testing import PatientTicket
from pentad_models.ptad import ALIGNER
from pentad_models.ptad.anywhere import all_around
from pentad_models.ptad.mmpdn.info import POSES
from pentad_models.ptad.mmpdn.posing import found_pose
from tests.helpers.silhouettes import CAMERA, bracket, degrees_apart, outline, overlap


@pytest.mark.parametrize("turn", [(1.9, 0.4, -0.8), (0.3, -0.9, 2.2), (-1.2, 1.8, 0.6)])
def test_a_tipped_part_is_found(turn: tuple[float, float, float]) -> None:
    mesh, true = bracket(), np.eye(4)
    true[:3, :3], true[:3, 3] = rotation(turn), (4, -3, 200)
    look = Look(CAMERA, outline(mesh, true, CAMERA))
    trace = ALIGNER.align(PoseRequest(mesh, (look,)), {}, PatientTicket(), watch=lambda news: None)
    assert degrees_apart(trace.pose, true) < 1
    np.testing.assert_allclose(trace.pose[:3, 3], true[:3, 3], atol=1.5)


def test_directions_are_even_and_every_turn_is_one() -> None:
    turns = np.stack(all_around(120))
    np.testing.assert_allclose(turns @ turns.transpose(0, 2, 1), np.broadcast_to(np.eye(3), (120, 3, 3)), atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(turns), 1)
    ahead = turns[:, 2]
    cosines = ahead @ ahead.T - 2 * np.eye(120)
    nearest = np.degrees(np.arccos(cosines.max(axis=1)))
    assert nearest.min() > 12  # 120 discs of equal area on a sphere are about 20 degrees apart
    assert nearest.max() < 25


@pytest.mark.parametrize("lying", ["auto", "anyhow"])
def test_a_line_as_a_mask_ends_in_a_pose(lying: str) -> None:
    mask = np.zeros((256, 256), np.float32)
    mask[np.arange(60, 200), np.arange(60, 200)] = 1  # thinner than the pixels that it is looked for on
    request = PoseRequest(bracket(), (Look(CAMERA, mask),))
    settings: dict[str, Value] = {"lying": lying, "resolution": 40, "starts": 2}
    trace = ALIGNER.align(request, settings, PatientTicket(), watch=lambda news: None)
    assert np.isfinite([*trace.pose.ravel(), trace.loss, trace.iou]).all()


def test_every_way_to_find_a_pose_for_the_detector_gives_one() -> None:
    mesh, true = bracket(), np.eye(4)
    true[:3, :3], true[:3, 3] = rotation((0, 0.5, 0)) @ rotation((np.pi - 0.35, 0, 0)).T, (4, -3, 200)
    look, apart = Look(CAMERA, outline(mesh, true, CAMERA)), {}
    for how in POSES:
        pose = found_pose(mesh, [look], how, "numba", PatientTicket())
        np.testing.assert_allclose(pose[:3, :3] @ pose[:3, :3].T, np.eye(3), atol=1e-6)
        apart[how] = overlap(outline(mesh, pose, CAMERA) > 0.5, look.mask > 0.5)
    assert apart["lm"] > 0.95
    assert apart["lm"] >= apart["chamfer"] >= apart["none"] - 0.05
