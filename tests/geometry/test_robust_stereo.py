"""Robust photometric stereo rejects what is not Lambert, and near lights are told from distant ones."""

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from pentad.core.arrays import Doubles, Floats
from pentad.core.problem import Problem
from pentad.geometry.photometric_stereo import Lighting, LightStack, Method, solve
from tests.geometry.test_photometric_stereo import RING, ball, degrees, photographed

ROBUST = (Method.MASK, Method.TRIM, Method.L1)
TWELVE = np.array([[np.cos(a), np.sin(a), 1.2] for a in np.arange(12) * np.pi / 6]) / np.hypot(1, 1.2)


@pytest.mark.parametrize("method", list(Method))
def test_a_ball_comes_back_by_every_method_from_codes_of_either_depth(method: Method) -> None:
    normals, albedo = ball()
    for dtype, allowed in ((np.uint8, 2.0), (np.uint16, 0.01)):  # Why 2: the darkest of the ball has 40 codes.
        codes = np.rint(photographed(normals, albedo, RING) * 0.9 * np.iinfo(dtype).max).astype(dtype)
        assert degrees(solve(LightStack.of(codes), Lighting.distant(RING), method=method), normals) < allowed


@pytest.mark.parametrize("method", ROBUST)
def test_attached_shadows_and_a_saturated_highlight_are_left_out(method: Method) -> None:
    normals, albedo = ball()
    grazing = TWELVE * [2.5, 2.5, 1]
    grazing /= np.linalg.norm(grazing, axis=1, keepdims=True)
    stack = np.clip(np.einsum("hwi,ki->khw", normals, grazing), 0, None) * albedo
    stack[3, 20:30, 20:30] = 5
    codes = np.rint(np.clip(stack, 0, 1) * 65535).astype(np.uint16)
    found = solve(LightStack.of(codes), Lighting.distant(grazing), method=method)
    plain = solve(LightStack.of(codes), Lighting.distant(grazing), method=Method.LS)
    assert degrees(found, normals) < 0.05
    assert degrees(plain, normals) > 5
    assert found.lights_used.min() >= 3
    assert found.lights_used[25, 25] < 12
    assert found.residuals[25, 25] < plain.residuals[25, 25]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_l1_is_as_good_as_the_linear_programme(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lights = TWELVE + rng.normal(0, 0.05, TWELVE.shape)
    lights /= np.linalg.norm(lights, axis=1, keepdims=True)
    stack = lights @ [0.1, -0.2, 0.9] + rng.normal(0, 0.01, 12)
    stack[rng.choice(12, 3, replace=False)] += rng.uniform(0.1, 0.4, 3)
    # min sum t with -t <= L g - I <= t, in the unknowns g and t.
    eye = np.eye(12)
    sides = np.r_[np.c_[lights, -eye], np.c_[-lights, -eye]]
    best = cast(Any, optimize).linprog(
        np.r_[np.zeros(3), np.ones(12)], sides, np.r_[stack, -stack], bounds=[(None, None)] * 3 + [(0, None)] * 12
    )
    images: Floats = stack.astype(np.float32)[:, None, None]
    found = solve(LightStack.of(images), Lighting.distant(lights), method=Method.L1)
    g = found.normals[0, 0] * found.albedo[0, 0]
    # Why not equal: ten rounds come near, and a pixel has no use for more.
    assert np.abs(lights @ g - stack).sum() <= 1.1 * best.fun


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(4, 20))
def test_trimming_is_lstsq_over_the_lights_of_middling_brightness(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    lights = rng.normal((0, 0, 1.5), size=(count, 3))
    lights /= np.linalg.norm(lights, axis=1, keepdims=True)
    stack = rng.uniform(0.3, 1, count)
    dark = min(round(count / 5), count - 3)
    middling = np.argsort(stack)[dark : count - min(round(count / 6), count - 3 - dark)]
    images: Floats = stack.astype(np.float32)[:, None, None]
    found = solve(LightStack.of(images), Lighting.distant(lights), method=Method.TRIM)
    condition = np.linalg.cond(lights[middling])
    g = np.linalg.lstsq(lights[middling], stack[middling], rcond=None)[0]
    assert found.lights_used[0, 0] == len(middling)
    if condition < 30:
        assert np.allclose(found.normals[0, 0] * found.albedo[0, 0], g, atol=2e-6 * condition**2)


def test_lights_that_count_but_lie_in_a_plane_leave_the_pixel_unsolved() -> None:
    lights = np.array([[0.5, 0, 0.8], [-0.5, 0, 0.8], [0, 0, 1], [0, 0.5, 0.8]])
    images = np.full((4, 2, 2), 0.5, np.float32)
    images[3, 0, 0] = 0.001
    found = solve(LightStack.of(images), Lighting.distant(lights), method=Method.MASK)
    assert found.lights_used[0, 0] == 3
    assert not found.normals[0, 0].any()
    assert found.normals[1, 1].any()


def test_a_value_that_is_no_number_costs_robust_methods_one_light_only() -> None:
    normals, albedo = ball(16)
    stack = photographed(normals, albedo, RING)
    stack[2, 5, 6] = np.nan
    found = solve(LightStack.of(stack), Lighting.distant(RING), method=Method.MASK)
    assert degrees(found, normals) < 1e-3
    assert found.lights_used[5, 6] == 5


@pytest.mark.parametrize("method", list(Method))
def test_lights_a_hand_away_need_the_near_model(method: Method) -> None:
    y, x = np.mgrid[15:-16:-1.0, -23:24:1.0] * 0.5
    heights = 2 * np.cos(x / 9) * np.cos(y / 7)
    slopes = [np.sin(x / 9) * np.cos(y / 7) * 2 / 9, np.cos(x / 9) * np.sin(y / 7) * 2 / 7]
    normals = np.stack([*slopes, np.ones_like(x)], axis=2)
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    places, powers = RING * 80, np.array([1, 1.2, 0.9, 1, 1.1, 0.8])
    stack = np.zeros((6, *x.shape))
    for k, (place, power) in enumerate(zip(places, powers, strict=True)):
        towards = place - np.stack([x, y, heights], axis=2)
        away = np.linalg.norm(towards, axis=2)
        stack[k] = 0.6 * power * np.einsum("hwi,hwi->hw", normals, towards / away[..., None]) * (80 / away) ** 2
    near = Lighting.near(places, mm_per_pixel=0.5, intensities=powers)
    given_heights = solve(LightStack.of(stack), near, method=method, heights_mm=heights.astype(np.float32))
    assert degrees(given_heights, normals) < 0.01
    assert np.allclose(given_heights.albedo, 0.6, atol=1e-4)
    flat = degrees(solve(LightStack.of(stack), near, method=method), normals)
    far = degrees(solve(LightStack.of(stack), Lighting.distant(places, intensities=powers), method=method), normals)
    assert flat < 2 < 5 < far


def test_a_flat_field_takes_out_what_the_lens_took() -> None:
    normals, albedo = ball()
    fields = np.stack([1 - 0.5 * albedo * k / 6 for k in range(6)])
    stack = photographed(normals, albedo, RING) * fields / fields.mean(axis=(1, 2), keepdims=True)
    found = solve(LightStack.of(stack), Lighting.distant(RING), method=Method.LS, flats=list(fields))
    assert degrees(found, normals) < 1e-3
    assert np.allclose(found.albedo, albedo, atol=1e-5)
    fields[2] = 0
    for flats, word in ((list(fields), "black"), ([fields[0]] * 4, "4 flat"), ([fields[0, :8]], "does not fit")):
        with pytest.raises(Problem, match=word):
            solve(LightStack.of(stack), Lighting.distant(RING), method=Method.LS, flats=flats)


def test_a_stack_in_a_scratch_file_is_solved_as_one_in_memory(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    colour = rng.integers(2000, 60000, (5, 170, 131, 3)).astype(np.uint16)
    lighting = Lighting.distant(RING[:5], intensities=rng.uniform(0.5, 2, (5, 3)))
    whole = solve(LightStack.of(colour), lighting, method=Method.L1)
    read = [lambda image=image: image for image in colour]
    with LightStack.read(read, keep=1000, folder=tmp_path) as stack:
        tiled = solve(stack, lighting, method=Method.L1)
        assert stack.scratch is not None
        assert list(tmp_path.iterdir()) == []
    for name in ("normals", "albedo", "residuals", "lights_used"):
        assert np.array_equal(getattr(whole, name), getattr(tiled, name))


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda stack: np.zeros_like(stack[2]), "image 3 is black"),
        (lambda stack: np.full_like(stack[2], 65535), "image 3 is saturated"),
        (lambda stack: (stack[2] >> 8).astype(np.uint8), "image 3 holds uint8"),
        (lambda stack: stack[2][:-1], "image 3 is 16 x 15"),
        (lambda stack: np.full(stack[2].shape, np.nan, np.float32), "image 3 holds"),
    ],
)
def test_an_image_that_spoils_its_stack_is_named(spoil: object, word: str) -> None:
    assert callable(spoil)
    normals, albedo = ball(16)
    codes = np.rint(photographed(normals, albedo, RING) * 60000).astype(np.uint16)
    images = list(codes)
    images[2] = spoil(codes)
    with pytest.raises(Problem, match=word):
        LightStack.of(images)


def test_a_stack_of_nothing_but_nan_is_refused_and_so_is_a_mask_without_pixels() -> None:
    with pytest.raises(Problem, match="no number"):
        LightStack.of(np.full((4, 5, 5), np.nan))
    empty = np.zeros((5, 5), np.bool_)
    with pytest.raises(Problem, match="no pixels"):
        solve(LightStack.of(np.ones((6, 5, 5))), Lighting.distant(RING), method=Method.LS, valid=empty)


def ring_of(count: int, slant: float) -> Doubles:
    around = np.arange(count) * 2 * np.pi / count
    return np.stack(
        [np.sin(slant) * np.cos(around), np.sin(slant) * np.sin(around), np.full(count, np.cos(slant))], axis=1
    )


def test_the_condition_number_is_that_of_numpy() -> None:
    assert Lighting.distant(ring_of(8, 0.05)).condition == pytest.approx(np.linalg.cond(ring_of(8, 0.05)))
    assert Lighting.distant(ring_of(8, 0.05)).condition > 10
