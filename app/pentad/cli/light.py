"""``pentad normals``: a light stack in, a normal map out."""

import argparse
import time
from pathlib import Path

import cv2
import numpy as np

from pentad.cli.console import Answer, Console
from pentad.cli.outputs import refuse_existing
from pentad.core.arrays import Bools, Image, Normals
from pentad.core.problem import Problem
from pentad.core.sample import NormalEncoding, RasterRef
from pentad.geometry.normals_codec import encode_normals
from pentad.geometry.photometric_stereo import Stereo, solve_least_squares
from pentad.io import rasters
from pentad.io.light_files import read_intensities, read_lights
from pentad.io.tree import open_tree
from pentad.sdk import Ticket
from pentad.sdk.atomic import replace_file

FRAGILE = 10.0


def normals(arguments: argparse.Namespace, console: Console) -> Answer:
    """Solve the stack and write the normals in the format that ``--out`` names."""
    refuse_existing(arguments.out, force=arguments.force)
    if arguments.out.suffix.lower() not in {".npy", ".png", ".tif", ".tiff"}:
        raise Problem(f"{arguments.out.name} is no format for normals", remedy="Use .npy, .png or .tif.")
    begun = time.monotonic()
    stereo = console.run("Normals", lambda ticket: _solve(arguments, ticket))
    write_normals(arguments.out, stereo.normals, NormalEncoding(arguments.encoding))
    if stereo.condition > FRAGILE:
        console.note(f"warning: the lights' condition number is {stereo.condition:.0f}; above {FRAGILE:g} is fragile")
    return {
        "pixels": int(stereo.normals.any(axis=2).sum()),
        "lights": len(arguments.images),
        "condition": stereo.condition,
        "residual_rms": stereo.residual_rms,
        "seconds": time.monotonic() - begun,
    }


def write_normals(path: Path, found: Normals, encoding: NormalEncoding) -> None:
    """(H, W, 3) normals as float32 .npy in camera axes, or as 16-bit codes in ``encoding``; written beside, renamed."""
    with replace_file(path) as temporary:
        if path.suffix.lower() == ".npy":
            with temporary.open("wb") as file:
                np.save(file, found)
            return
        codes = encode_normals(found, encoding, dtype=np.uint16)
        done, data = cv2.imencode(path.suffix.lower(), cv2.cvtColor(codes, cv2.COLOR_RGB2BGR))
        if not done:
            raise Problem(f"{path} could not be encoded", remedy="Try .npy.")
        temporary.write_bytes(data.tobytes())


def _solve(arguments: argparse.Namespace, ticket: Ticket) -> Stereo:
    images: list[Image] = []
    for count, path in enumerate(arguments.images):
        ticket.report(0.7 * count / len(arguments.images), path.name)
        images.append(_read(path))
    lights = read_lights(arguments.lights)
    intensities = read_intensities(arguments.intensities) if arguments.intensities is not None else None
    valid: Bools | None = None
    if arguments.mask is not None:
        mask = _read(arguments.mask)
        valid = (mask.max(axis=2) if mask.ndim == 3 else mask) > 0
    ticket.report(0.8, "solving")
    return solve_least_squares(images, lights, intensities=intensities, valid=valid)


def _read(path: Path) -> Image:
    if not path.is_file():
        raise Problem(f"There is no file {path}", remedy="Check the path.")
    return rasters.read_raw(open_tree(path.parent), RasterRef(path.name))
