"""Unit normals as files write them: 8 and 16-bit codes or floats, green up or green down."""

from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import DTypeLike, NDArray

from pentad.core.arrays import Image, Normals
from pentad.core.problem import Problem
from pentad.core.sample import NormalEncoding

_ROWS = 256
_SHORT = 0.5
"""A stored vector shorter than this is "no normal here": no code of a unit vector gets near it."""


def encode_normals(normals: Normals, encoding: NormalEncoding, *, dtype: DTypeLike = np.uint16) -> Image:
    """(H, W, 3) unit normals in camera axes to the RGB image ``encoding`` asks for.

    Codes are ``round((n + 1) / 2 * top)`` in ``dtype`` uint8 or uint16 and a zero vector becomes code 0 in all three
    channels, which no unit vector can give; float encodings are float32 in [-1, 1] and keep zero as zero.
    """
    flip = np.array([1, _green(encoding), 1], np.float32)
    if _is_float(encoding):
        return cast(Image, normals * flip)
    top = float(np.iinfo(np.dtype(dtype)).max)
    codes = np.empty(normals.shape, dtype)
    for rows in _bands(normals.shape[0]):
        block = normals[rows]
        scaled = np.rint((block * flip + 1) * (top / 2))
        codes[rows] = np.where(block.any(axis=2, keepdims=True), np.clip(scaled, 0, top), 0)
    return codes


def decode_normals(image: Image, encoding: NormalEncoding, *, name: str = "normal map") -> Normals:
    """The normals an RGB image holds, in camera axes, renormalised; zero where the file has none.

    Codes may be uint8 or uint16. A mid-grey or black code, a vector shorter than half and NaN count as "no normal
    here". Problem, naming ``name``, where the image does not fit ``encoding``.
    """
    if image.ndim != 3 or image.shape[2] != 3:
        raise _misfit(name, f"it has the shape {image.shape}, not (height, width, 3)", encoding)
    if _is_float(encoding) != bool(np.issubdtype(image.dtype, np.floating)):
        raise _misfit(name, f"its values are {image.dtype} but the encoding is {encoding}", encoding)
    if not _is_float(encoding) and image.dtype not in (np.uint8, np.uint16):
        raise _misfit(name, f"its values are {image.dtype}, not 8 or 16 bit", encoding)
    scale, shift = (1.0, 0.0) if _is_float(encoding) else (2.0 / float(np.iinfo(image.dtype).max), -1.0)
    factor = np.array([scale, scale * _green(encoding), scale], np.float32)
    offset = np.array([shift, shift * _green(encoding), shift], np.float32)
    normals = np.empty(image.shape, np.float32)
    for rows in _bands(image.shape[0]):
        block = image[rows]
        vectors = block.astype(np.float32) * factor + offset
        if not _is_float(encoding):
            vectors[~block.any(axis=2)] = 0
        normals[rows] = unit(vectors)
    return normals


def recode_normals(image: Image, source: NormalEncoding, target: NormalEncoding, *, dtype: DTypeLike) -> Image:
    """A normal map's codes in another encoding, depth (uint8 or uint16; float32 for the float encodings) or both.

    Nothing is lost beyond the target's own steps: between codes, green is turned over as top - code, 8 bit becomes 16
    by 257 and back by rounding, and no vector is brought to length one. "No normal here" stays. Problem as with
    ``decode_normals``, and for images that hold other values than ``source`` says.
    """
    if _is_float(source) or _is_float(target):
        kind = np.float32 if _is_float(target) else dtype
        return encode_normals(decode_normals(image, source), target, dtype=kind)
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype not in (np.uint8, np.uint16):
        raise _misfit("The image", f"it holds {image.dtype} of shape {image.shape}", source)
    top, wanted = int(np.iinfo(image.dtype).max), int(np.iinfo(np.dtype(dtype)).max)
    flip = _green(source) != _green(target)
    codes = np.empty(image.shape, dtype)
    for rows in _bands(image.shape[0]):
        block = image[rows]
        turned = block.copy()
        if flip:
            turned[..., 1] = top - block[..., 1]
        scaled = (
            turned if wanted == top else turned.astype(np.uint32) * 257 if wanted > top else (turned + 128.0) // 257
        )
        codes[rows] = np.where(block.any(axis=2, keepdims=True), scaled, 0)
    return codes


def unit(vectors: NDArray[Any]) -> Normals:
    """(..., 3) vectors at length one; shorter than a half or not finite becomes zero."""
    clean = np.nan_to_num(vectors.astype(np.float32, copy=False), nan=0.0, posinf=0.0, neginf=0.0)
    length = np.sqrt(np.einsum("...i,...i->...", clean, clean))[..., None]
    return cast(Normals, np.where(length > _SHORT, clean / np.maximum(length, _SHORT), np.float32(0)))


def reduce_normals(normals: Normals, size: tuple[int, int]) -> Normals:
    """``normals`` at a smaller (height, width), each pixel the renormalised mean of those it covers."""
    small = cv2.resize(normals, (size[1], size[0]), interpolation=cv2.INTER_AREA)
    return unit(small)


def _green(encoding: NormalEncoding) -> int:
    return -1 if encoding in (NormalEncoding.DIRECTX, NormalEncoding.FLOAT_DIRECTX) else 1


def _is_float(encoding: NormalEncoding) -> bool:
    return encoding in (NormalEncoding.FLOAT_OPENGL, NormalEncoding.FLOAT_DIRECTX)


def _bands(height: int) -> list[slice]:
    return [slice(top, min(top + _ROWS, height)) for top in range(0, height, _ROWS)]


def _misfit(name: str, why: str, encoding: NormalEncoding) -> Problem:
    return Problem(
        f"{name} is not a normal map in the encoding {encoding}",
        why,
        remedy="Say how the files are written: opengl or directx for 8 and 16-bit images, float-… for float files",
    )
