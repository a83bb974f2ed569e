"""Curl is that of the closed form, and green upside down is hinted at where a surface can tell."""

import numpy as np
import pytest

from pentad.core.arrays import Doubles, Normals
from pentad.geometry.integrability import curl, doubt_green

FLIP = np.array([1, -1, 1], np.float32)


def normals_of(p: Doubles, q: Doubles) -> Normals:
    n = np.stack([-p, -q, np.ones_like(p)], axis=2)
    return np.asarray(n / np.linalg.norm(n, axis=2, keepdims=True), np.float32)


def saddle() -> Normals:
    """z = 0.3 sin(x/12) sin(y/15) times 12, y upwards."""
    y, x = np.mgrid[120:0:-1.0, 0:160:1.0]
    return normals_of(0.3 * np.cos(x / 12) * np.sin(y / 15), 0.24 * np.sin(x / 12) * np.cos(y / 15))


def test_the_curl_of_a_linear_field_is_its_constant() -> None:
    y, x = np.mgrid[30:0:-1.0, 0:40:1.0]
    as_is, turned = curl(normals_of(0.01 * y - 0.003 * x, 0.004 * x + 0.002 * y))
    assert np.allclose(as_is, 0.01 - 0.004, atol=1e-6)
    assert np.allclose(turned, 0.01 + 0.004, atol=1e-6)


def test_green_upside_down_is_hinted_at_and_green_as_declared_is_not() -> None:
    assert doubt_green(saddle()) is None
    doubt = doubt_green(saddle() * FLIP)
    assert doubt is not None
    assert doubt.sure > 0.9
    assert doubt.flipped < 0.2 * doubt.declared


def test_noise_holes_and_steps_do_not_change_its_mind() -> None:
    rng = np.random.default_rng(0)
    rough = saddle() + rng.normal(0, 0.01, (120, 160, 3)).astype(np.float32)
    rough[30:50, 60:90] = 0
    rough[:, 100:] *= np.array([-1, -1, 1], np.float32)
    assert doubt_green(rough) is None
    assert doubt_green(rough * FLIP) is not None


@pytest.mark.parametrize("flip", [(1, 1, 1), (1, -1, 1)])
def test_surfaces_that_cannot_tell_are_left_alone(flip: tuple[int, int, int]) -> None:
    x = np.mgrid[0:80, 0:100][1]
    cylinder = normals_of(0.5 * np.cos(x / 9), np.zeros(x.shape))
    flat = normals_of(np.zeros((50, 50)), np.zeros((50, 50)))
    nothing = np.zeros((40, 40, 3), np.float32)
    noise = np.random.default_rng(2).normal((0, 0, 3), 1, (90, 90, 3)).astype(np.float32)
    for normals in (cylinder, flat, nothing, noise / np.linalg.norm(noise, axis=2, keepdims=True)):
        assert doubt_green(normals * np.array(flip, np.float32)) is None
