"""Light stacks give back the surface they were made from."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.core.arrays import Doubles
from pentad.core.problem import Problem
from pentad.geometry.photometric_stereo import Stereo, solve_least_squares

RING = np.array([[np.cos(a), np.sin(a), 1.3] for a in np.arange(6) * np.pi / 3]) / np.hypot(1, 1.3)


def ball(size: int = 64) -> tuple[Doubles, Doubles]:
    """The front of a ball, up to 30 degrees from the axis: (H, W, 3) normals in closed form and its (H, W) albedo."""
    y, x = np.mgrid[0.5 : -0.5 : size * 1j, -0.5 : 0.5 : size * 1j] * 0.7
    normals = np.stack([x, y, np.sqrt(1 - x**2 - y**2)], axis=2)
    return normals, 0.5 + 0.3 * np.sin(9 * x) * np.cos(7 * y)


def photographed(normals: Doubles, albedo: Doubles, lights: Doubles) -> Doubles:
    """(K, H, W) Lambert, the textbook's way, nothing in shadow."""
    stack = np.asarray(np.einsum("hwi,ki->khw", normals, lights) * albedo)
    assert stack.min() > 0
    return stack


def degrees(found: Stereo, normals: Doubles) -> float:
    """The largest angle; by the chord, because near 1 an arccos of float32 is blind."""
    return float(np.degrees(np.linalg.norm(found.normals - normals, axis=2)).max())


def test_a_ball_comes_back_in_closed_form() -> None:
    normals, albedo = ball()
    found = solve_least_squares(photographed(normals, albedo, RING), RING)
    assert degrees(found, normals) < 1e-3
    assert np.abs(found.albedo - albedo).max() < 1e-5
    assert found.residual_rms < 1e-6
    assert found.condition == pytest.approx(np.linalg.cond(RING))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(3, 9))
def test_any_stack_is_solved_as_lstsq_solves_each_pixel(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    lights = rng.normal((0, 0, 2), size=(count, 3))
    lights /= np.linalg.norm(lights, axis=1, keepdims=True)
    stack = rng.uniform(0, 1, (count, 5, 4))
    g, *_ = np.linalg.lstsq(lights, stack.reshape(count, -1), rcond=None)
    found = solve_least_squares(stack, lights)
    rounding = 1e-5 * np.linalg.cond(lights)
    assert np.allclose(found.albedo.ravel(), np.linalg.norm(g, axis=0), atol=rounding)
    assert np.allclose(found.normals.reshape(-1, 3) * found.albedo.reshape(-1, 1), g.T, atol=rounding)
    rms = np.sqrt(np.mean(np.square(lights @ g - stack.reshape(count, -1))))
    assert found.residual_rms == pytest.approx(rms, abs=rounding)


def test_a_plane_larger_than_one_chunk_is_solved_whole_by_any_number_of_threads() -> None:
    tilt = np.array([0.2, -0.3, 0.8]) / np.linalg.norm([0.2, -0.3, 0.8])
    normals = np.broadcast_to(tilt, (300, 500, 3))
    stack = photographed(normals, np.full((300, 500), 0.7), RING)
    one, three = (solve_least_squares(stack, RING, threads=threads) for threads in (1, 3))
    assert degrees(one, normals) < 1e-3
    assert np.array_equal(one.normals, three.normals)


def test_lights_of_any_length_and_strength_are_one_to_the_answer() -> None:
    normals, albedo = ball()
    powers = np.array([1.0, 0.5, 2.0, 0.8, 1.3, 0.2])
    stack = photographed(normals, albedo, RING) * powers[:, None, None]
    found = solve_least_squares(stack, RING * 7.5, intensities=powers)
    assert degrees(found, normals) < 1e-3
    assert degrees(solve_least_squares(stack, RING), normals) > 5


def test_colour_images_are_averaged_after_each_channel_is_set_right() -> None:
    normals, albedo = ball(16)
    colour, powers = np.array([0.9, 0.6, 0.3]), np.random.default_rng(2).uniform(0.5, 2, (6, 3))
    stack = photographed(normals, albedo, RING)[..., None] * colour * powers[:, None, None, :]
    found = solve_least_squares(stack, RING, intensities=powers)
    assert degrees(found, normals) < 1e-3
    assert np.allclose(found.albedo, albedo * 0.6, atol=1e-5)


def test_dark_and_masked_pixels_have_no_normal() -> None:
    normals, albedo = ball(16)
    stack = photographed(normals, albedo, RING)
    stack[:, 3, 4] = 0
    valid = np.ones((16, 16), np.bool_)
    valid[8:] = False
    found = solve_least_squares(stack, RING, valid=valid)
    solved = np.linalg.norm(found.normals, axis=2) > 0
    assert not solved[3, 4]
    assert solved.sum() == 8 * 16 - 1
    assert not found.albedo[~solved].any()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_pixel_that_is_not_a_number_is_left_out_and_harms_no_other(bad: float) -> None:
    normals, albedo = ball(16)
    stack = photographed(normals, albedo, RING)
    stack[2, 5, 6] = bad
    found = solve_least_squares(stack, RING)
    assert not found.normals[5, 6].any()
    assert found.residual_rms < 1e-6
    normals[5, 6] = 0
    assert degrees(found, normals) < 1e-3


def test_sixteen_bit_codes_on_disk_are_read_where_they_lie(tmp_path: Path) -> None:
    normals, albedo = ball()
    codes = np.rint(photographed(normals, albedo, RING) * 60000).astype(np.uint16)
    mapped = np.memmap(tmp_path / "stack.raw", np.uint16, "w+", shape=codes.shape)
    mapped[:] = codes
    mapped.flush()
    found = solve_least_squares(
        [np.memmap(tmp_path / "stack.raw", np.uint16, "r", 0, codes.shape)[k] for k in range(6)], RING
    )
    assert degrees(found, normals) < 0.01
    assert np.array_equal(found.normals, solve_least_squares(codes, RING).normals)


@pytest.mark.parametrize(
    ("lights", "word"),
    [
        (RING[:2], "2 lights"),
        (np.c_[RING[:, :2], np.zeros(6)], "one plane"),
        (np.tile(RING[:1], (6, 1)), "one plane"),
        (np.r_[RING[:5], np.zeros((1, 3))], "light 6 has length zero"),
        (np.r_[RING[:5], [[np.nan, 0, 1]]], "not a number"),
        (RING[:, :2], "shape"),
    ],
)
def test_lights_that_cannot_tell_a_normal_are_refused(lights: Doubles, word: str) -> None:
    with pytest.raises(Problem, match=word):
        solve_least_squares(np.ones((len(lights), 4, 4)), lights)


@pytest.mark.parametrize(
    ("shapes", "word"),
    [
        ([(4, 4)] * 5, "5 images but 6"),
        ([(4, 4)] * 5 + [(4, 5)], "image 6 is 5 x 4"),
        ([(4, 4)] * 5 + [(4, 4, 3)], "some are RGB"),
        ([(4, 4, 2)] * 6, "neither grey nor RGB"),
    ],
)
def test_images_that_do_not_belong_together_are_refused(shapes: list[tuple[int, ...]], word: str) -> None:
    with pytest.raises(Problem, match=word):
        solve_least_squares([np.ones(shape) for shape in shapes], RING)


@pytest.mark.parametrize("powers", [[1.0] * 5, [1, 1, 1, 1, 1, 0], [1, 1, 1, 1, 1, np.nan], np.ones((6, 2))])
def test_intensities_that_fit_no_light_are_refused(powers: list[float]) -> None:
    with pytest.raises(Problem, match="lights cannot give normals"):
        solve_least_squares(np.ones((6, 4, 4)), RING, intensities=powers)


def test_a_mask_of_another_size_is_refused() -> None:
    with pytest.raises(Problem, match="do not belong together"):
        solve_least_squares(np.ones((6, 4, 4)), RING, valid=np.ones((4, 5), np.bool_))
