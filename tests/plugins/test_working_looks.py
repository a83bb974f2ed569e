"""What the pose is worked out on: the same rays in fewer pixels, specks left aside, and never a step for the worse."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pentad.core.arrays import Doubles, Floats
from pentad.geometry.rigid import motion
from pentad.sdk import Look, PoseRequest
from pentad.sdk.testing import PatientTicket
from pentad_models.ptad import ALIGNER
from pentad_models.ptad.comparing import compare
from pentad_models.ptad.journal import Journal
from pentad_models.ptad.levenberg import climb
from pentad_models.ptad.looks import working_look
from pentad_models.ptad.outlines import QueryOutline
from pentad_models.ptad.studio import Knobs, Studio
from tests.plugins.test_aligning import POSE, QUICK, bracket, camera_at, one_look, run


def block(rows: slice, columns: slice) -> Floats:
    mask = np.zeros((280, 260), np.float32)
    mask[rows, columns] = 1
    return mask


def middle_ray(matrix: Doubles, mask: Floats) -> Doubles:
    """(2,) ideal coordinates of a mask's middle, grey pixels counted as much as they are."""
    y, x = np.mgrid[0 : mask.shape[0], 0 : mask.shape[1]]
    place = np.array([(x * mask).sum(), (y * mask).sum(), mask.sum()]) / mask.sum()
    return np.asarray(np.linalg.solve(matrix, place)[:2])


@pytest.mark.parametrize("side", [64, 96, 160])
def test_a_reduced_mask_lies_on_the_rays_of_the_given_one(side: int) -> None:
    look = Look(camera_at(np.eye(4)), block(slice(40, 223), slice(31, 140)))
    working = working_look(look, side=side, margin=0.2)
    assert max(working.mask.shape) <= side
    np.testing.assert_allclose(
        middle_ray(working.camera.matrix, working.mask), middle_ray(look.camera.matrix, look.mask), atol=4e-5
    )


def test_specks_do_not_widen_the_cut() -> None:
    look = Look(camera_at(np.eye(4)), block(slice(100, 160), slice(90, 150)))
    plain, speckled = look.mask, look.mask.copy()
    speckled[2:5, 2:5] = speckled[270:273, 250:253] = 1
    clean, other = (working_look(replace(look, mask=mask), side=64, margin=0.2) for mask in (plain, speckled))
    np.testing.assert_array_equal(clean.camera.matrix, other.camera.matrix)
    assert not other.cut_off


def test_an_outline_is_not_sought_where_the_image_ends() -> None:
    inside, known = np.zeros((40, 40), bool), np.ones((40, 40), bool)
    inside[10:30, :25], known[:, :8] = True, False
    query = QueryOutline.of(inside, known, far=4.0)
    assert not query.border[:, :9].any()
    farther = inside.copy()
    farther[:, :8] = False
    assert query.distance(farther) == 0


@pytest.mark.parametrize("reduction", [4, 2, 1])
def test_a_climb_never_ends_higher_than_it_began(reduction: int) -> None:
    knobs = Knobs({setting.key: setting.default for setting in ALIGNER.info.settings} | QUICK)
    studio = Studio.of(one_look(bracket(), POSE), knobs, PatientTicket())
    level = studio.level(reduction)
    journal = Journal(studio.frame, (studio.looks[0].mask.shape,), np.eye(4), PatientTicket(), lambda news: None)
    for turn in ((0.0, 0, 0), (0.4, -0.3, 0.2), (2.0, 1.0, 0.5), (0, 0, 3.0)):
        pose = studio.frame.inside(POSE) @ motion(np.array([*turn, 0.1, -0.2, 0.3]))
        end = climb(level, pose, journal, start=0, rounds=25, enough=1e-9)
        again = climb(level, end.pose, journal, start=0, rounds=1, enough=1e-9)
        assert again.found.cost <= compare(level, end.pose).cost
        assert end.found.cost <= compare(level, pose).cost
        assert compare(level, end.pose).cost == pytest.approx(end.found.cost, rel=1e-4)


def test_a_part_that_is_another_one_is_in_doubt() -> None:
    disc = np.zeros((280, 260), np.uint8)
    cv2.circle(disc, (130, 140), 70, 1, -1)
    trace = run(PoseRequest(bracket(), (Look(camera_at(np.eye(4)), disc.astype(np.float32)),)))
    assert any("poorly" in doubt for doubt in trace.doubts) == (trace.iou < 0.75)
    thin = block(slice(20, 260), slice(125, 132))
    trace = run(PoseRequest(bracket(), (Look(camera_at(np.eye(4)), thin),)))
    assert trace.iou < 0.75
    assert any("poorly" in doubt for doubt in trace.doubts)
