"""Pixels out of the files of a data set, read when asked for and no larger than asked for.

The rule for EXIF: a photo is shown upright, as its own tag says, and so is its mask; a mask whose size does not fit the
upright photo is a Problem. A normal map with a turning tag is refused, since turning pixels does not turn vectors.
Alpha is dropped: under it lie the camera's pixels.
"""

import io
import math
import struct
import zlib
from dataclasses import replace
from typing import Any, cast

import cv2
import numpy as np
import tifffile
import yaml
from numpy.typing import NDArray

from pentad.core.arrays import Floats, Image, Labels, Normals, Rgb
from pentad.core.problem import Problem
from pentad.core.sample import RasterRef
from pentad.geometry.normals_codec import decode_normals, reduce_normals
from pentad.io.headers import Header, is_cut_short, read_header
from pentad.io.tree import FileTree

LARGEST_IMAGE = 400_000_000
"""Pixels. Twenty times the largest camera of the rig; beyond it a file is damaged or a trap."""

_LARGE = 100_000_000
_MOST_PER_BYTE = 20_000
_HEAD = 65_536
_ANY = cv2.IMREAD_ANYDEPTH | cv2.IMREAD_ANYCOLOR
_COLOUR = cv2.IMREAD_ANYDEPTH | cv2.IMREAD_COLOR
_REDUCED = {8: cv2.IMREAD_REDUCED_COLOR_8, 4: cv2.IMREAD_REDUCED_COLOR_4, 2: cv2.IMREAD_REDUCED_COLOR_2}
_OPAQUE = {np.dtype(np.uint8): 255, np.dtype(np.uint16): 65_535}
_TIFF_FAULTS = (
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    RuntimeError,
    OSError,
    struct.error,
    zlib.error,
)

# Why: OpenCV prints its own account of every bad file; ours goes into the Problem.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def size(tree: FileTree, ref: RasterRef) -> tuple[int, int]:
    """(height, width) of the raster, upright, one part of a wide image; from the header wherever the format allows."""
    header = read_header(tree.read_bytes(ref.path, _HEAD))
    if header is None:
        data = _bytes(tree, ref)
        header = read_header(data)
        height, width = header.upright_size if header else _decode(data, ref.path, _ANY).shape[:2]
    else:
        height, width = header.upright_size
    columns = _columns(width, ref)
    return height, columns.stop - columns.start


def read_raw(tree: FileTree, ref: RasterRef) -> Image:
    """The pixels as stored, (H, W) or (H, W, 3) red first, in the file's own depth; Problem where unreadable."""
    return _cut(_decode(_bytes(tree, ref), ref.path, _ANY), ref)


def read_rgb(tree: FileTree, ref: RasterRef, longest: int | None = None) -> Rgb:
    """(H, W, 3) 8 bit, red first, the longer side at most ``longest``.

    Deeper images are scaled by what their type can hold (floats by 1, or by their maximum where that is above 1),
    grey becomes three channels, CMYK is converted. Reduction is by area mean; JPEGs are already decoded smaller.
    """
    data = _bytes(tree, ref)
    image: Image = _to_8_bit(_cut(_decode(data, ref.path, _reduced_flag(data, longest, ref)), ref))
    if image.ndim == 2:
        image = cv2.cvtColor(image, cv2.COLOR_GRAY2RGB)
    target = _reduced_size(image.shape[:2], longest)
    if target != image.shape[:2]:
        image = cv2.resize(image, target[::-1], interpolation=cv2.INTER_AREA)
    return cast(Rgb, np.ascontiguousarray(image))


def read_alpha(tree: FileTree, ref: RasterRef, longest: int | None = None) -> Floats | None:
    """(H, W) how opaque each pixel is, 0 to 1, the longer side at most ``longest``; None where a file has no alpha."""
    data = _bytes(tree, ref)
    header = read_header(data)
    if header is not None and header.kind == "npy":
        return None
    _decode(data, ref.path, _ANY)  # Why: it refuses what is damaged, or a trap, in words.
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if image is None or image.ndim != 3 or image.shape[2] != 4 or image.dtype not in _OPAQUE:
        return None
    alpha = _cut(cast(Image, image), ref)[..., 3].astype(np.float32) / np.float32(_OPAQUE[image.dtype])
    reduced = cv2.resize(alpha, _reduced_size(alpha.shape, longest)[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(reduced, np.float32)


def read_normals(tree: FileTree, ref: RasterRef, longest: int | None = None) -> Normals:
    """(H, W, 3) unit normals in camera axes, decoded as ``ref.encoding`` says; reduced by mean and renormalised."""
    if ref.encoding is None:
        remedy = "Say how the normal maps are written: --normals opengl or --normals directx"
        raise Problem(f"{ref.path} is a normal map of unknown encoding", remedy=remedy)
    data = _bytes(tree, ref)
    header = read_header(data)
    if header is not None and header.orientation != 1:
        why = "it carries an EXIF rotation, and turning its pixels would not turn its vectors"
        raise Problem(f"{ref.path} cannot be read as a normal map", why, remedy="Save it upright, without the tag")
    image = _cut(_decode(data, ref.path, _reduced_flag(data, longest, ref, otherwise=_ANY)), ref)
    target = _reduced_size(image.shape[:2], longest)
    if target != image.shape[:2] and image.ndim == 3 and image.dtype in (np.uint8, np.uint16):
        image = _mean_codes(image, target)
    normals = decode_normals(image, ref.encoding, name=ref.path)
    return reduce_normals(normals, target) if target != normals.shape[:2] else normals


def read_mask(tree: FileTree, ref: RasterRef, size: tuple[int, int] | None = None) -> Labels:
    """(H, W) uint8, 1 where the brightest channel exceeds ``ref.above``; resampled to ``size`` by nearest neighbour.

    ``ref.sidecar`` is the other half of a mask that is in two files: what is a defect in either is one.
    """
    if ref.sidecar is not None:
        one = read_mask(tree, replace(ref, sidecar=None), size)
        other = read_mask(tree, replace(ref, path=ref.sidecar, sidecar=None), size)
        if one.shape != other.shape:
            raise _misfit(ref, f"{ref.sidecar} is of another size", "the two halves of one mask")
        return one | other
    image = read_raw(tree, ref)
    if image.ndim == 3:
        image = image.max(axis=2)
    mask = (image > ref.above).astype(np.uint8)
    if size is not None and size != mask.shape:
        mask = cast(NDArray[np.uint8], cv2.resize(mask, size[::-1], interpolation=cv2.INTER_NEAREST_EXACT))
    return mask


def read_xyz(tree: FileTree, ref: RasterRef) -> Floats:
    """(H, W, 3) float32 millimetres of an organised point cloud in camera axes (x right, y down, z ahead).

    NaN where nothing came back (also stored as zeros).
    """
    image = read_raw(tree, ref)
    if image.ndim != 3:
        raise _misfit(ref, f"it has the shape {image.shape}, not (height, width, 3)", "an x, y, z image")
    points = image.astype(np.float32)
    # Why: damaged files hold signalling NaNs, at which numpy warns.
    with np.errstate(invalid="ignore"):
        points[~points.any(axis=2)] = np.nan
        return points if ref.scale == 1 else points * np.float32(ref.scale)


def read_depth(tree: FileTree, ref: RasterRef) -> Floats:
    """(H, W) float32 millimetres of camera z; NaN where there is none (stored as zero or NaN).

    Integer codes become lengths by the ``normalization`` range in ``ref.sidecar``: z = code / top (max - min) + min
    (Eyecandies); without a sidecar they stay as they are. ``ref.scale`` makes millimetres of them.
    """
    image = read_raw(tree, ref)
    if image.ndim != 2:
        raise _misfit(ref, f"it has the shape {image.shape}, not (height, width)", "a depth map")
    depth = image.astype(np.float32)
    if ref.sidecar is not None:
        low, high = _depth_range(tree, ref.sidecar)
        top = np.iinfo(image.dtype).max if np.issubdtype(image.dtype, np.integer) else 1
        depth = depth * np.float32((high - low) / top) + np.float32(low)
    depth[image == 0] = np.nan
    return depth * np.float32(ref.scale)


def _depth_range(tree: FileTree, path: str) -> tuple[float, float]:
    try:
        info = yaml.safe_load(tree.read_bytes(path))
        span = info["normalization"]
        low, high = float(span["min"]), float(span["max"])
    except (yaml.YAMLError, KeyError, TypeError, ValueError, RecursionError) as error:
        remedy = "Restore the file: it says how depth codes become lengths"
        raise Problem(
            f"{path} has no depth range", f"normalization: min, max expected ({error})", remedy=remedy
        ) from error
    return low, high


def _bytes(tree: FileTree, ref: RasterRef) -> bytes:
    data = tree.read_bytes(ref.path)
    if not data:
        raise Problem(f"{ref.path} is empty", "it has 0 bytes", remedy="Copy the file again from its source")
    return data


def _decode(data: bytes, path: str, flag: int) -> Image:
    header = read_header(data)
    _refuse_bomb(header, path, len(data))
    if header is not None and header.kind == "npy":
        return _npy(data, path)
    if is_cut_short(data):
        raise Problem(f"{path} is cut short", "the end of the image is missing", remedy="Copy the file again")
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), flag)
    except cv2.error as error:
        raise _undecodable(path, str(error.err or error)) from error
    if image is None:
        if header is not None and header.kind == "tiff":
            return _tiff(data, path)
        raise _undecodable(path, "its content is not an image Pentad can read, or is damaged")
    if image.ndim == 3:
        return cv2.cvtColor(image[..., :3], cv2.COLOR_BGR2RGB) if image.dtype in _CV_COLOUR else image[..., 2::-1]
    return image


_CV_COLOUR = (np.uint8, np.uint16, np.float32)


def _npy(data: bytes, path: str) -> Image:
    try:
        array: NDArray[Any] = np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise _undecodable(path, str(error)) from error
    return _checked(array, path, channels=(3,))


def _tiff(data: bytes, path: str) -> Image:
    try:
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            array: NDArray[Any] = file.pages[0].asarray()
    except _TIFF_FAULTS as error:
        raise _undecodable(path, str(error)) from error
    if array.ndim == 3 and array.shape[0] in (3, 4) and array.shape[2] not in (3, 4):
        array = np.moveaxis(array, 0, 2)
    array = _checked(array, path, channels=(3, 4))
    return np.ascontiguousarray(array[..., :3]) if array.ndim == 3 else array


def _checked(array: NDArray[Any], path: str, *, channels: tuple[int, ...]) -> Image:
    if (
        array.ndim not in (2, 3)
        or array.dtype.kind not in "uif"
        or (array.ndim == 3 and array.shape[2] not in channels)
    ):
        raise _undecodable(path, f"it holds {array.dtype} of shape {array.shape}, not an image")
    return array


def _refuse_bomb(header: Header | None, path: str, length: int) -> None:
    """Problem for an image beyond the limit, and for a large one that no compression brings to ``length`` bytes."""
    pixels = header.size[0] * header.size[1] if header is not None else 0
    if header is not None and (pixels > LARGEST_IMAGE or pixels > max(_LARGE, _MOST_PER_BYTE * length)):
        height, width = header.size
        limit = f"{LARGEST_IMAGE // 1_000_000} megapixels is the limit"
        why = f"it claims {width} x {height} pixels in {length} bytes; {limit}"
        raise Problem(f"{path} is too large", why, remedy="Cut it into smaller images, or replace it if it is damaged")


def _reduced_flag(data: bytes, longest: int | None, ref: RasterRef, *, otherwise: int = _COLOUR) -> int:
    """The OpenCV flag that decodes a JPEG at an eighth, a quarter or a half, where that still leaves ``longest``."""
    header = read_header(data) if longest is not None else None
    if header is None or header.kind != "jpeg" or longest is None:
        return otherwise
    height, width = header.upright_size
    columns = _columns(width, ref)
    side = max(height, columns.stop - columns.start)
    return next((flag for factor, flag in _REDUCED.items() if side >= longest * factor), otherwise)


def _reduced_size(size: tuple[int, ...], longest: int | None) -> tuple[int, int]:
    height, width = size
    if longest is None or max(height, width) <= longest:
        return height, width
    scale = longest / max(height, width)
    return max(1, math.floor(height * scale + 0.5)), max(1, math.floor(width * scale + 0.5))


def _columns(width: int, ref: RasterRef) -> slice:
    index, count = ref.part or (0, 1)
    return slice(width * index // count, width * (index + 1) // count)


def _cut(image: Image, ref: RasterRef) -> Image:
    return image if ref.part is None else image[:, _columns(image.shape[1], ref)]


def _to_8_bit(image: Image) -> Rgb:
    if image.dtype == np.uint8:
        return image
    if image.dtype == np.uint16:
        return cast(Rgb, cv2.convertScaleAbs(image, alpha=255 / 65535))
    if np.issubdtype(image.dtype, np.integer):
        top = float(np.iinfo(image.dtype).max)
    else:
        image = np.nan_to_num(image, posinf=0.0, neginf=0.0)
        top = max(1.0, float(image.max(initial=0)))
    return cast(Rgb, np.rint(np.clip(image / top, 0, 1) * 255).astype(np.uint8))


def _mean_codes(codes: Image, target: tuple[int, int]) -> Image:
    """16-bit codes at ``target``: of each cell the mean over its pixels that have a normal, black where most have none.

    Why: a code is linear in its vector, so the mean may be taken before decoding, on a small image.
    """
    there = (cv2.cvtColor(codes, cv2.COLOR_RGB2GRAY) > 0).astype(np.uint8) * np.uint8(255)
    share = cv2.resize(there, target[::-1], interpolation=cv2.INTER_AREA)[..., None] / np.float32(255)
    wide = codes if codes.dtype == np.uint16 else codes.astype(np.uint16) * np.uint16(257)
    mean = cv2.resize(wide, target[::-1], interpolation=cv2.INTER_AREA)
    full = np.minimum(np.rint(mean / np.maximum(share, np.float32(0.5))), 65535)
    return np.where(share >= 0.5, full, 0).astype(np.uint16)


def _undecodable(path: str, why: str) -> Problem:
    return Problem(
        f"{path} cannot be read as an image", why, remedy="Copy the file again from its source, or replace it"
    )


def _misfit(ref: RasterRef, why: str, wanted: str) -> Problem:
    return Problem(f"{ref.path} is not {wanted}", why, remedy="Check what the layout says this file is")
