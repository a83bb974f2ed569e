"""Normal maps, and the maps that come with them, as files."""

from pathlib import Path

import cv2
import numpy as np

from pentad.core.arrays import Image, Normals
from pentad.core.problem import Problem
from pentad.core.sample import NormalEncoding
from pentad.geometry.normals_codec import encode_normals
from pentad.sdk.atomic import replace_file

BITS = {".npy": (32,), ".png": (16, 8), ".tif": (16, 8, 32), ".tiff": (16, 8, 32)}
"""What each format of a normal map can hold, the usual first; 32 are floats."""
_FLOATS = {
    NormalEncoding.OPENGL: NormalEncoding.FLOAT_OPENGL,
    NormalEncoding.DIRECTX: NormalEncoding.FLOAT_DIRECTX,
}


def bits_for(path: Path, asked: int | None = None) -> int:
    """The bits a channel in ``path``'s format, as ``asked`` where it can; Problem where it cannot."""
    able = BITS.get(path.suffix.lower())
    if able is None:
        raise Problem(f"{path.name} is no format for normals", remedy="Use .npy, .png or .tif.")
    if asked is not None and asked not in able:
        words = " or ".join(str(bits) for bits in sorted(able))
        raise Problem(f"{path.name} cannot hold {asked} bits a channel", remedy=f"Use {words}, or .tif for all.")
    return able[0] if asked is None else asked


def stored_as(encoding: NormalEncoding, bits: int) -> NormalEncoding:
    """``encoding`` for codes or, at 32 bits, for floats: the one whose green points the same way."""
    return _FLOATS.get(encoding, encoding) if bits == 32 else encoding


def write_normals(path: Path, found: Normals, encoding: NormalEncoding, *, bits: int | None = None) -> None:
    """(H, W, 3) normals as ``encoding``'s codes of 8 or 16 bits, or float32; written beside, renamed.

    ``.npy`` holds float32, ``.png`` codes, ``.tif`` either. A file of floats in OPENGL holds camera axes as they are.
    """
    deep = bits_for(path, bits)
    write_raster(path, encode_normals(found, stored_as(encoding, deep), dtype=_code(deep)))


def write_raster(path: Path, image: Image) -> None:
    """(H, W) or (H, W, 3) values as they are, in the format of ``path``'s suffix; written beside, renamed."""
    with replace_file(path) as temporary:
        if path.suffix.lower() == ".npy":
            with temporary.open("wb") as file:
                np.save(file, image)
            return
        try:
            done, data = cv2.imencode(
                path.suffix.lower(), cv2.cvtColor(image, cv2.COLOR_RGB2BGR) if image.ndim == 3 else image
            )
        except cv2.error as error:
            raise Problem(f"{path} could not be encoded", str(error.err), remedy="Try .npy.") from error
        if not done:
            raise Problem(f"{path} could not be encoded", remedy="Try .npy.")
        temporary.write_bytes(data.tobytes())


def _code(bits: int) -> type[np.uint8] | type[np.uint16]:
    return np.uint8 if bits == 8 else np.uint16
