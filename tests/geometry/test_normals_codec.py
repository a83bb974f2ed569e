"""Normals survive the way through a file, whichever encoding it has."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pentad.core.arrays import Doubles, Image, Normals
from pentad.core.problem import Problem
from pentad.core.sample import NormalEncoding
from pentad.geometry.normals_codec import decode_normals, encode_normals, recode_normals, reduce_normals

CODED = (NormalEncoding.OPENGL, NormalEncoding.DIRECTX)
FLOATS = (NormalEncoding.FLOAT_OPENGL, NormalEncoding.FLOAT_DIRECTX)
VECTORS = arrays(np.float64, (5, 7, 3), elements=st.floats(-1, 1, width=32))


def as_normals(vectors: Doubles) -> Normals:
    """Unit vectors; those with no direction to speak of become "no normal here"."""
    length = np.linalg.norm(vectors, axis=2, keepdims=True)
    return np.where(length > 1e-3, vectors / np.maximum(length, 1e-3), 0).astype(np.float32)


def chord(one: Normals, other: Normals) -> float:
    """The largest distance between unit vectors: for small angles, the angle in radians."""
    return float(np.linalg.norm(one.astype(np.float64) - other, axis=2).max())


@given(vectors=VECTORS, encoding=st.sampled_from(CODED), bits=st.sampled_from((8, 16)))
def test_codes_hold_a_normal_to_half_a_step_in_each_channel(
    vectors: Doubles, encoding: NormalEncoding, bits: int
) -> None:
    normals = as_normals(vectors)
    back = decode_normals(encode_normals(normals, encoding, dtype=f"uint{bits}"), encoding)
    half_a_step = 1 / (2**bits - 1)
    # Why 1.02: bringing the decoded vector to length one may turn it by a little more.
    assert chord(back, normals) <= 1.02 * np.sqrt(3) * half_a_step + 1e-6
    assert np.array_equal(back.any(axis=2), normals.any(axis=2))


@given(vectors=VECTORS, encoding=st.sampled_from(FLOATS))
def test_float_files_hold_a_normal_exactly(vectors: Doubles, encoding: NormalEncoding) -> None:
    normals = as_normals(vectors)
    image = encode_normals(normals, encoding)
    assert image.dtype == np.float32
    assert chord(decode_normals(image, encoding), normals) < 3e-7


@pytest.mark.parametrize(("opengl", "directx"), [CODED, FLOATS])
def test_the_two_conventions_differ_in_green_alone(opengl: NormalEncoding, directx: NormalEncoding) -> None:
    up = np.array([[[0.0, 1.0, 0.0]]], np.float32)
    bright, dark = encode_normals(up, opengl)[0, 0], encode_normals(up, directx)[0, 0]
    assert bright[1] > dark[1]
    assert np.array_equal(bright[[0, 2]], dark[[0, 2]])
    mistaken = decode_normals(encode_normals(up, opengl), directx)
    assert np.allclose(mistaken, -up, atol=1e-3)


def test_a_code_is_what_every_painting_program_shows() -> None:
    towards = np.array([[[0.0, 0.0, 1.0]]], np.float32)
    assert encode_normals(towards, NormalEncoding.OPENGL, dtype=np.uint8).tolist() == [[[128, 128, 255]]]


@pytest.mark.parametrize("code", [(0, 0, 0), (127, 127, 127), (128, 128, 128)])
def test_black_and_mid_grey_mean_no_normal(code: tuple[int, int, int]) -> None:
    assert not decode_normals(np.array([[code]], np.uint8), NormalEncoding.OPENGL).any()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_float_pixel_that_is_not_a_number_is_no_normal_and_harms_no_other(bad: float) -> None:
    image = np.array([[[bad, bad, bad], [0, 0, 1]]], np.float32)
    assert decode_normals(image, NormalEncoding.FLOAT_OPENGL).tolist() == [[[0, 0, 0], [0, 0, 1]]]


@pytest.mark.parametrize(
    ("image", "encoding"),
    [
        (np.zeros((4, 4), np.uint8), NormalEncoding.OPENGL),
        (np.zeros((4, 4, 4), np.uint8), NormalEncoding.OPENGL),
        (np.zeros((4, 4, 3), np.float32), NormalEncoding.OPENGL),
        (np.zeros((4, 4, 3), np.uint8), NormalEncoding.FLOAT_OPENGL),
        (np.zeros((4, 4, 3), np.int32), NormalEncoding.DIRECTX),
    ],
)
def test_an_image_of_another_kind_is_refused_by_name(image: Image, encoding: NormalEncoding) -> None:
    with pytest.raises(Problem, match=r"left_normal\.png") as caught:
        decode_normals(image, encoding, name="left_normal.png")
    assert caught.value.remedy


def test_tall_images_are_treated_alike_from_top_to_bottom() -> None:
    column = as_normals(np.random.default_rng(3).normal(size=(700, 2, 3)))
    back = decode_normals(encode_normals(column, NormalEncoding.DIRECTX), NormalEncoding.DIRECTX)
    assert chord(back, column) < 1e-4


def test_a_reduced_map_keeps_unit_vectors_pointing_the_mean_way() -> None:
    ridge = np.zeros((4, 4, 3), np.float32)
    ridge[:, ::2], ridge[:, 1::2] = (0.6, 0, 0.8), (-0.6, 0, 0.8)
    assert np.allclose(reduce_normals(ridge, (2, 2)), (0, 0, 1), atol=1e-6)


@given(codes=arrays(np.uint8, (4, 6, 3)), target=st.sampled_from(CODED))
def test_codes_come_back_bit_for_bit_from_any_other_code(codes: Image, target: NormalEncoding) -> None:
    codes[~codes.any(axis=2)] = 0
    # Why not black: a code that turns into black would turn into "no normal here", and no unit vector has it.
    codes[(codes[..., 0] == 0) & (codes[..., 2] == 0), 2] = 1
    for dtype in (np.uint8, np.uint16):
        there = recode_normals(codes, NormalEncoding.OPENGL, target, dtype=dtype)
        assert there.dtype == dtype
        assert np.array_equal(recode_normals(there, target, NormalEncoding.OPENGL, dtype=np.uint8), codes)


@given(vectors=VECTORS, encoding=st.sampled_from(CODED))
def test_recoding_is_encoding_what_was_decoded(vectors: Doubles, encoding: NormalEncoding) -> None:
    normals = as_normals(vectors)
    wide = encode_normals(normals, NormalEncoding.OPENGL, dtype=np.uint16)
    for dtype, step in ((np.uint8, 1), (np.uint16, 1)):
        found = recode_normals(wide, NormalEncoding.OPENGL, encoding, dtype=dtype)
        wanted = encode_normals(normals, encoding, dtype=dtype)
        assert np.abs(found.astype(int) - wanted).max() <= step
    floats = recode_normals(wide, NormalEncoding.OPENGL, NormalEncoding.FLOAT_DIRECTX, dtype=np.float32)
    assert chord(decode_normals(floats, NormalEncoding.FLOAT_DIRECTX), normals) < 1e-4


def test_recoding_refuses_what_is_no_code() -> None:
    with pytest.raises(Problem):
        recode_normals(np.zeros((3, 3), np.uint8), NormalEncoding.OPENGL, NormalEncoding.DIRECTX, dtype=np.uint8)
    with pytest.raises(Problem):
        recode_normals(np.zeros((3, 3, 3), np.float32), NormalEncoding.OPENGL, NormalEncoding.DIRECTX, dtype=np.uint8)
