"""Normals of a part that lies a little otherwise are laid over those of another."""

import numpy as np
import pytest

from pentad.core.arrays import Doubles, Normals
from pentad.geometry.lining_up import lined_up
from pentad.geometry.normal_maps import difference_deg

SIZE = (150, 200)


def bumpy(turn_deg: float = 0.0, shift: tuple[float, float] = (0.0, 0.0)) -> Normals:
    """A plate with bumps, in closed form: turned about the image's middle (y down), then shifted by (y, x) pixels."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]].astype(np.float64)
    back = _turn(-turn_deg)
    middle = np.array([(SIZE[1] - 1) / 2, (SIZE[0] - 1) / 2])
    own = np.stack([x - shift[1], y - shift[0]], axis=-1) - middle
    u, v = np.moveaxis(own @ back.T, -1, 0)
    slope = np.zeros((*SIZE, 2))
    for centre_u, centre_v, width in ((-40, -20, 12), (30, 10, 20), (-10, 35, 9), (55, -40, 14)):
        bump = 6 * np.exp(-((u - centre_u) ** 2 + (v - centre_v) ** 2) / (2 * width**2))
        slope += np.stack([u - centre_u, v - centre_v], axis=-1) * (bump / width**2)[..., None]
    seen = slope @ _turn(turn_deg).T
    normals = np.dstack([seen[..., 0], -seen[..., 1], np.ones(SIZE)])
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    normals[(np.abs(u) > 85) | (np.abs(v) > 60)] = 0
    return normals.astype(np.float32)


def _turn(degrees: float) -> Doubles:
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[cos, -sin], [sin, cos]])


@pytest.mark.parametrize(("turn", "shift"), [(0.0, (4.0, -6.5)), (3.0, (0.0, 0.0)), (-2.0, (5.0, 3.0))])
def test_a_part_that_lies_shifted_and_turned_comes_to_lie_on_the_other(turn: float, shift: tuple[float, float]) -> None:
    to, other = bumpy(), bumpy(turn, shift)
    found = lined_up(other, to)
    inside = np.s_[25:-25, 30:-30]
    before, after = (np.nanmean(difference_deg(each[inside], to[inside])) for each in (other, found.normals))
    assert before > 1.2
    assert after < 0.35
    assert found.shift_px == pytest.approx(np.hypot(*shift), abs=0.5)


def test_what_shows_nothing_and_what_is_too_far_away_stays_where_it_is() -> None:
    flat = np.zeros((*SIZE, 3), np.float32)
    flat[..., 2] = 1
    for other, to in ((flat, bumpy()), (bumpy(), flat), (np.zeros_like(flat), bumpy()), (bumpy(30.0), bumpy())):
        found = lined_up(other, to)
        assert found.normals is other
        assert found.shift_px == 0
