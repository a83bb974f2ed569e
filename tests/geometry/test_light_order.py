"""Lights in another order than their images are noticed, and said with how sure."""

import numpy as np
import pytest

from pentad.core.arrays import Doubles
from pentad.geometry.photometric_stereo import Lighting, LightStack, OrderDoubt, doubt_order
from tests.geometry.test_robust_stereo import ring_of

UNEVEN = np.array(
    [
        [0.4, 0.5, 0.8],
        [0.1, 0.2, 1],
        [-0.1, 0.2, 1],
        [-0.3, 0.4, 0.8],
        [-0.3, -0.5, 0.8],
        [0.3, -0.4, 0.9],
        [0.5, 0, 0.9],
    ]
)


def bumps(lights: Doubles) -> LightStack:
    """A (96, 128) sheet of bumps in 8 bit, with noise, under the lights."""
    y, x = np.mgrid[96:0:-1.0, 0:128:1.0]
    p, q = 0.4 * np.cos(x / 9) * np.sin(y / 11 + 0.3), 0.35 * np.sin(x / 9) * np.cos(y / 11 + 0.3)
    normals = np.stack([-p, -q, np.ones_like(p)], axis=2)
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    units = lights / np.linalg.norm(lights, axis=1, keepdims=True)
    stack = np.clip(np.einsum("hwi,ki->khw", normals, units), 0, None) * 180 * (1 + 0.2 * np.sin(x / 30))
    return LightStack.of(
        np.rint(stack + np.random.default_rng(0).normal(0, 1, stack.shape)).clip(0, 255).astype(np.uint8)
    )


def doubt(lights: Doubles, order: list[int]) -> OrderDoubt | None:
    return doubt_order(bumps(lights), Lighting.distant(lights[order]))


@pytest.mark.parametrize("lights", [UNEVEN, ring_of(8, 0.6), ring_of(5, 0.5)], ids=["uneven", "ring", "five"])
def test_the_right_order_is_not_doubted(lights: Doubles) -> None:
    assert doubt(lights, list(range(len(lights)))) is None


@pytest.mark.parametrize(
    ("order", "name"),
    [
        ([6, 5, 4, 3, 2, 1, 0], "reversed"),
        ([1, 2, 3, 4, 5, 6, 0], "turned by 6"),
        ([0, 1, 2, 3, 5, 4, 6], "with some lights swapped"),
        ([3, 1, 2, 0, 4, 6, 5], "with some lights swapped"),
    ],
)
def test_uneven_lights_tell_their_order_by_what_they_leave_unexplained(order: list[int], name: str) -> None:
    found = doubt(UNEVEN, order)
    assert found is not None
    assert found.name == name
    assert [order[row] for row in found.lights] == list(range(7))
    assert not found.by_curl
    assert found.sure > 0.9
    assert found.misfit < 0.5 * found.given_misfit


@pytest.mark.parametrize("turned", [1, 2, 6])
def test_an_even_ring_tells_by_the_surface(turned: int) -> None:
    ring = ring_of(8, 0.6)
    found = doubt(ring, [(k + turned) % 8 for k in range(8)])
    assert found is not None
    assert found.by_curl
    assert found.sure > 0.9
    # Why two answers: half a turn more, and the same part is pressed in instead of out.
    assert [(row + turned) % 8 for row in found.lights] in ([*range(8)], [*range(4, 8), *range(4)])


def test_a_picture_with_nothing_in_it_has_no_say() -> None:
    rng = np.random.default_rng(1)
    flat = LightStack.of(np.full((7, 4, 4), 100, np.uint8))
    assert doubt_order(flat, Lighting.distant(UNEVEN)) is None
    noise = LightStack.of(rng.integers(1, 255, (7, 64, 64)).astype(np.uint8))
    assert doubt_order(noise, Lighting.distant(UNEVEN)) is None


def test_lights_of_unlike_strength_take_it_along_into_another_order() -> None:
    powers, back = np.array([1.0, 0.3, 0.8, 0.5, 1.2, 0.6, 0.4]), [6, 5, 4, 3, 2, 1, 0]
    codes = np.rint(np.array(bumps(UNEVEN).planes).reshape(7, 96, 128) * powers[:, None, None] * 150)
    stack = LightStack.of(codes.astype(np.uint16))
    assert doubt_order(stack, Lighting.distant(UNEVEN, intensities=powers)) is None
    found = doubt_order(stack, Lighting.distant(UNEVEN[back], intensities=powers[back]))
    assert found is not None
    assert (found.lights, found.name) == (tuple(back), "reversed")
