"""Normal maps and masks that lie by themselves, and reliefs as depth images."""

from pathlib import Path

import numpy as np
import tifffile

from pentad.core.arrays import Bools, Floats, Image, Normals
from pentad.core.problem import Problem
from pentad.core.sample import NormalEncoding, RasterRef
from pentad.geometry.normals_codec import decode_normals
from pentad.io import rasters
from pentad.io.normal_files import stored_as
from pentad.io.tree import open_tree
from pentad.sdk.atomic import replace_file

DEPTH_SUFFIXES = frozenset({".npy", ".tif", ".tiff"})


def read_lone_image(path: Path) -> Image:
    """The pixels of an image file as they are, (H, W) or (H, W, 3); Problem where there is none."""
    if path.is_dir():
        raise Problem(f"{path} is a folder", remedy="Name an image in it.")
    if not path.is_file():
        raise Problem(f"There is no file {path}", remedy="Check the path.")
    return rasters.read_raw(open_tree(path.parent), RasterRef(path.name))


def read_normal_file(path: Path, encoding: NormalEncoding) -> Normals:
    """(H, W, 3) unit normals in camera axes, zero where there is none; ``encoding`` says which way green points.

    Whether values are codes or floats is the file's own to say.
    """
    image = read_lone_image(path)
    if np.issubdtype(image.dtype, np.floating):
        encoding = stored_as(encoding, 32)
        image = image.astype(np.float32, copy=False)
    return decode_normals(image, encoding, name=str(path))


def read_region(path: Path) -> Bools:
    """(H, W) where the image is not black."""
    image = read_lone_image(path)
    return np.asarray((image.max(axis=2) if image.ndim == 3 else image) > 0)


def write_depth(path: Path, depth: Floats) -> None:
    """(H, W) as float32, NaN where nothing is: ``.npy``, or a ``.tif`` with one float a pixel."""
    with replace_file(path) as temporary:
        if path.suffix.lower() == ".npy":
            with temporary.open("wb") as file:
                np.save(file, depth.astype(np.float32, copy=False))
        else:
            tifffile.imwrite(temporary, depth.astype(np.float32, copy=False), compression="zlib")
