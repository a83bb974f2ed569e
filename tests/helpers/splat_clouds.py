"""Clouds of made-up splats, and a writer of compressed PLYs that goes splat by splat as the format is described."""

import struct

import numpy as np

from pentad.core.arrays import Floats
from pentad.core.splat_cloud import SplatCloud

STANDARD = [
    "x", "y", "z", "nx", "ny", "nz", "f_dc_0", "f_dc_1", "f_dc_2", *(f"f_rest_{k}" for k in range(45)),
    "opacity", "scale_0", "scale_1", "scale_2", "rot_0", "rot_1", "rot_2", "rot_3",
]  # fmt: skip
"""The columns that readers of 3D Gaussians expect."""


def some_cloud(count: int, seed: int = 0, *, harmonics: int = 0, normals: bool = True) -> SplatCloud:
    random = np.random.default_rng(seed)
    turns = random.normal(size=(count, 4))
    floats = {
        "means": random.normal(size=(count, 3)) * 100,
        "scales": np.exp(random.uniform(-8, 2, (count, 3))),
        "rotations": turns / np.linalg.norm(turns, axis=1, keepdims=True),
        "opacities": random.uniform(0.001, 0.999, count),
        "colours": random.uniform(-0.5, 1.5, (count, 3)),
    }
    single = {name: values.astype(np.float32) for name, values in floats.items()}
    up = np.tile(np.array([0, 0, 1], np.float32), (count, 1)) if normals else None
    higher = random.normal(size=(count, harmonics, 3)).astype(np.float32) if harmonics else None
    return SplatCloud(**single, normals=up, harmonics=higher)


def packed_ply(cloud: SplatCloud, *, colours: bool, harmonics: int) -> bytes:
    """A compressed PLY; ``colours`` says whether its chunks have ranges of them, ``harmonics`` how many it has."""
    count, chunks = len(cloud), -(-len(cloud) // 256)
    head = ["ply", "format binary_little_endian 1.0", f"element chunk {chunks}"]
    groups = [("x", "y", "z"), ("scale_x", "scale_y", "scale_z"), *([("r", "g", "b")] if colours else [])]
    head += [f"property float {end}_{axis}" for group in groups for end in ("min", "max") for axis in group]
    head += [f"element vertex {count}"]
    head += [f"property uint packed_{what}" for what in ("position", "rotation", "scale", "color")]
    if harmonics:
        head += [f"element sh {count}", *(f"property uchar f_rest_{k}" for k in range(3 * harmonics))]
    ranges = b""
    for chunk in range(chunks):
        part = slice(256 * chunk, 256 * chunk + 256)
        values = [cloud.means[part], np.log(cloud.scales[part]), cloud.colours[part]][: len(groups)]
        ranges += b"".join(struct.pack("<6f", *each.min(axis=0), *each.max(axis=0)) for each in values)
    words = b"".join(_words(cloud, i, colours=colours) for i in range(count))
    rest = b""
    if harmonics and cloud.harmonics is not None:
        shares = np.clip((cloud.harmonics.transpose(0, 2, 1).reshape(count, -1) + 4) / 8, 0, 1)
        rest = b"".join(bytes(round(float(share) * 255) for share in row) for row in shares)
    return "\n".join([*head, "end_header", ""]).encode() + ranges + words + rest


def _words(cloud: SplatCloud, i: int, *, colours: bool) -> bytes:
    """The four words of one splat."""
    part = slice(256 * (i // 256), 256 * (i // 256) + 256)
    logs = np.log(cloud.scales)
    unit = np.array([[0, 0, 0], [1, 1, 1]], np.float32)
    colour = _steps(cloud.colours[i], cloud.colours[part] if colours else unit, (8, 8, 8)) << 8
    colour |= round(float(cloud.opacities[i]) * 255)
    turn = [float(each) for each in cloud.rotations[i]]
    greatest = max(range(4), key=lambda k: abs(turn[k]))
    rotation = greatest
    for k in range(4):
        if k != greatest:
            share = turn[k] * (1 if turn[greatest] > 0 else -1) / 2**0.5 + 0.5
            rotation = rotation << 10 | round(share * 1023)
    place = _steps(cloud.means[i], cloud.means[part], (11, 10, 11))
    return struct.pack("<4I", place, rotation, _steps(logs[i], logs[part], (11, 10, 11)), colour)


def _steps(values: Floats, among: Floats, bits: tuple[int, int, int]) -> int:
    """Three numbers in one word, each in so many steps from the least to the greatest of its chunk."""
    word = 0
    for value, least, most, many in zip(values, among.min(axis=0), among.max(axis=0), bits, strict=True):
        word = word << many | round(float((value - least) / ((most - least) or 1)) * (2**many - 1))
    return word
