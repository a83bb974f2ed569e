"""Depth that a model made of a sample, in a file: arrays by view with one JSON entry, read without ever unpickling."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np

from pentad.core.arrays import Floats
from pentad.core.box import BoxShares
from pentad.core.prediction import Provenance
from pentad.core.problem import Problem
from pentad.io.arrays_file import DAMAGED, Arrays, array_of, as_array, check_format, json_of, read_arrays, write_arrays
from pentad.sdk import DepthEstimate, DepthMade
from pentad.sdk.depth import DepthUnit

FORMAT = "pentad depth"
VERSION = 1
_LARGEST = 1_000_000_000
"""Bytes of all arrays together, unpacked."""
_MOST_VIEWS = 64
_LONGEST_SIDE = 16_384
_FARTHEST = 1e6
_MOST_DRAWN = 2**63


def write_depth_made(path: Path, made: DepthMade) -> None:
    """Write ``made`` beside and rename it; the same depth gives the same bytes. Problem where the disk will not."""
    arrays: dict[str, Floats] = {}
    for number, estimate in enumerate(made.views.values()):
        arrays[f"depth{number}"] = estimate.depth.astype(np.float32, copy=False)
        arrays[f"spread{number}"] = estimate.spread.astype(np.float32, copy=False)
        if estimate.integrated is not None:
            arrays[f"integrated{number}"] = estimate.integrated.astype(np.float32, copy=False)
    made_by = made.made_by
    said = {
        "format": FORMAT,
        "version": VERSION,
        "sample": made.sample,
        "views": [
            {"name": name, "region": list(each.region), "unit": each.unit, "integrated": each.integrated is not None}
            for name, each in made.views.items()
        ],
        "made_by": {
            "model": made_by.model,
            "backbone": made_by.backbone,
            "preset": made_by.preset,
            "trained_on": made_by.trained_on,
            "made": made_by.made,
            "settings": dict(made_by.settings),
        },
        "seed": made.seed,
        "samples": made.samples,
        "steps": made.steps,
    }
    write_arrays(path, {**arrays, "about": as_array(said)})


def read_depth_made(path: Path) -> DepthMade:
    """What ``write_depth_made`` wrote; Problem naming the file where it is no depth, damaged, or of a newer Pentad."""
    try:
        arrays = read_arrays(path, largest=_LARGEST)
        return _made(json_of(arrays, "about"), arrays)
    except DAMAGED as error:
        why = str(error) or type(error).__name__
        remedy = "Make the depth again; the same seed gives the same."
        raise Problem(f"{path.name} is no generated depth, or damaged", why, remedy=remedy) from error


def _made(said: Any, arrays: Arrays) -> DepthMade:
    check_format(said, FORMAT, VERSION)
    views = list(said["views"])
    if not 0 < len(views) <= _MOST_VIEWS:
        raise ValueError(f"it has {len(views)} views")
    found = {str(view["name"]): _estimate(view, arrays, number) for number, view in enumerate(views)}
    made_by = dict(said["made_by"])
    settings = {str(key): value for key, value in dict(made_by.pop("settings")).items()}
    provenance = Provenance(**{str(key): str(value) for key, value in made_by.items()}, settings=settings)
    seed, samples, steps = (_count(said, key) for key in ("seed", "samples", "steps"))
    return DepthMade(str(said["sample"]), found, provenance, seed, samples, steps)


def _estimate(view: Mapping[str, Any], arrays: Arrays, number: int) -> DepthEstimate:
    depth = _map(arrays, f"depth{number}", -1, -1)
    if not all(0 < side <= _LONGEST_SIDE for side in depth.shape):
        raise ValueError(f"depth{number} is {depth.shape}")
    spread = _map(arrays, f"spread{number}", *depth.shape)
    integrated = _map(arrays, f"integrated{number}", *depth.shape) if view["integrated"] else None
    unit = str(view["unit"])
    if unit not in ("mm", "relative"):
        raise ValueError(f"its unit is {unit!r}")
    return DepthEstimate(depth, spread, _region(view["region"]), cast(DepthUnit, unit), integrated)


def _map(arrays: Arrays, name: str, *shape: int) -> Floats:
    found = array_of(arrays, name, np.float32, *shape, finite=False)
    with np.errstate(invalid="ignore"):
        if (np.abs(found) > _FARTHEST).any():
            raise ValueError(f"{name} reaches further than {_FARTHEST:g}")
    return found


def _region(shares: Any) -> BoxShares:
    top, left, bottom, right = (float(share) for share in shares)
    if not (0 <= top < bottom <= 1 and 0 <= left < right <= 1):
        raise ValueError(f"its region is {shares}")
    return top, left, bottom, right


def _count(said: Mapping[str, Any], key: str) -> int:
    number = float(said[key])
    if not math.isfinite(number) or number != int(said[key]) or not 0 <= number < _MOST_DRAWN:
        raise ValueError(f"its {key} is {said[key]}")
    return int(said[key])
