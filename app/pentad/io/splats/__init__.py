"""Clouds of 3D Gaussians in PLY files: standard ones with harmonics of any degree, and compressed ones."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from pentad.core.problem import Problem
from pentad.core.splat_cloud import SplatCloud
from pentad.io.splats.compressed import is_compressed, read_compressed
from pentad.io.splats.ply import check_size, read_header
from pentad.io.splats.standard import HARMONICS, is_standard, read_standard, write_standard
from pentad.sdk import Ticket

__all__ = ["describe_splats", "holds_splats", "read_splats", "write_splats"]

_REMEDY = "Write it again with the program that made it."


def holds_splats(path: Path) -> bool:
    """Whether a PLY file says it holds Gaussians, and not a mesh or points."""
    try:
        vertex = read_header(path).element("vertex")
    except Problem:
        return False
    return vertex is not None and (is_standard(vertex) or is_compressed(vertex))


def read_splats(path: Path, ticket: Ticket, *, harmonics: bool = True) -> SplatCloud:
    """The Gaussians in a PLY file, checked, quaternions made unit; Problem for a file that holds none.

    ``harmonics`` False leaves the higher ones in the file.
    """
    header = read_header(path)
    vertex = header.element("vertex")
    if vertex is None or not (is_standard(vertex) or is_compressed(vertex)):
        why = "it has no rows with places, scales, rotations and opacities"
        raise Problem(f"{path.name} holds no splats", why, remedy="Choose a 3DGS PLY, or make one with pentad splat.")
    check_size(path, header)
    if not vertex.count:
        raise Problem(f"{path.name} holds no splats", "it is empty", remedy="Choose another file.")
    read = read_compressed if is_compressed(vertex) else read_standard
    cloud = _sound(read(path, header, ticket, harmonics=harmonics), path.name)
    ticket.report(1.0, f"{len(cloud):,} splats")
    return cloud


def write_splats(path: Path, cloud: SplatCloud, ticket: Ticket) -> None:
    """Write ``cloud`` as a standard 3DGS PLY: written beside, then renamed."""
    write_standard(path, cloud, ticket)


def describe_splats(path: Path, ticket: Ticket) -> dict[str, object]:
    """What ``pentad info`` says of a splat PLY."""
    header = read_header(path)
    cloud = read_splats(path, ticket)
    vertex = header.element("vertex")
    degree = HARMONICS.index(0 if cloud.harmonics is None else cloud.harmonics.shape[1])
    return {
        "splats": len(cloud),
        "format": "compressed" if vertex is not None and is_compressed(vertex) else "standard",
        "degree": degree,
        "bounds": np.round(cloud.bounds, 6).tolist(),
        "opacity": [float(cloud.opacities.min()), float(cloud.opacities.max())],
        "scale": [float(cloud.scales.min()), float(cloud.scales.max())],
    }


def _sound(cloud: SplatCloud, name: str) -> SplatCloud:
    """The same with unit quaternions; Problem where any number is none."""
    for what, values in (
        ("places", cloud.means), ("scales", cloud.scales), ("rotations", cloud.rotations),
        ("opacities", cloud.opacities), ("colours", cloud.colours), ("normals", cloud.normals),
        ("harmonics", cloud.harmonics),
    ):  # fmt: skip
        if values is not None and not np.isfinite(values).all():
            bad = int(np.count_nonzero(~np.isfinite(values.reshape(len(cloud), -1)).all(axis=1)))
            raise Problem(f"{name} has {what} that are not numbers", f"{bad:,} of {len(cloud):,}", remedy=_REMEDY)
    length = np.linalg.norm(cloud.rotations.astype(np.float64), axis=1, keepdims=True)
    if not (length > 0).all():
        bad = int(np.count_nonzero(~(length > 0)))
        raise Problem(f"{name} has splats without a rotation", f"{bad:,} of {len(cloud):,}", remedy=_REMEDY)
    return replace(cloud, rotations=(cloud.rotations / length).astype(np.float32))
