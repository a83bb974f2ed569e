"""A mini BrokenChairs on disk: shapes made by worker processes, put together in a folder that appears whole."""

import json
import os
import secrets
import shutil
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pentad.core.problem import Problem
from pentad.gantry.chairs.developing import RENDERS, ShapeOrder, develop_shape
from pentad.gantry.chairs.spoiling import ChairAnomaly
from pentad.gantry.crew import each_done
from pentad.sdk import Ticket
from pentad.sdk.atomic import make_folder, not_written, write_bytes

SIZE = 512
SMALLEST, LARGEST = 64, 2048
GOOD = len(ChairAnomaly)
"""Good items of each shape, as many as spoilt ones."""
_TEST_SHARE, _VALIDATION_SHARE = 0.2, 0.1


@dataclass(frozen=True, slots=True)
class ChairSet:
    """What was made: photographs in all, and the shape ids of each split."""

    images: int
    splits: dict[str, list[str]]


def write_chairs(
    folder: Path, shapes: int, *, seed: int, ticket: Ticket, size: int = SIZE, good: int = GOOD, processes: int = 2
) -> ChairSet:
    """Make a data set in the layout of BrokenChairs-180K in ``folder``, which must be new or empty.

    Of each of ``shapes`` chairs: its mesh, 21 reference views, ``good`` good items and one of each anomaly, two
    photographs of ``size`` px each. Same arguments, same bytes. Problem where the folder holds something, cannot be
    written, or a count is none; stopped or failed, it leaves nothing.
    """
    _check(shapes, seed, size, good)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Problem(f"{folder} is not empty", "a data set of chairs is made in one go", remedy="Choose a new folder.")
    make_folder(folder.parent)
    # Why a sibling: a rename is whole only within one disk.
    beside = folder.with_name(f".making-{folder.name}-{secrets.token_hex(4)}")
    try:
        make_folder(beside)
        splits = split_shapes(shapes, seed)
        write_bytes(beside / "split.json", json.dumps(splits, indent=1).encode())
        write_bytes(beside / "README.txt", _README.format(seed=seed, size=size).encode())
        orders = [ShapeOrder(str(beside), number, seed, size, good) for number in range(1, shapes + 1)]
        images = _develop_all(orders, processes, ticket)
        try:
            os.replace(beside, folder)
        except OSError as error:
            raise not_written(folder, error) from error
        return ChairSet(images, splits)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def split_shapes(shapes: int, seed: int) -> dict[str, list[str]]:
    """Shape ids by split, disjoint: a fifth to test with, a tenth for validation, the rest to train on."""
    mixed = [str(number) for number in np.random.default_rng([seed, 1]).permutation(shapes) + 1]
    test = max(round(_TEST_SHARE * shapes), 1 if shapes > 1 else 0)
    validation = round(_VALIDATION_SHARE * shapes)
    parts = {"train": mixed[test + validation :], "test": mixed[:test], "val": mixed[test : test + validation]}
    return {name: sorted(ids, key=int) for name, ids in parts.items()}


def _develop_all(orders: Sequence[ShapeOrder], processes: int, ticket: Ticket) -> int:
    images, done = 0, 0
    ticket.report(0.0, f"shape 0 of {len(orders)}")
    with closing(each_done(develop_shape, orders, processes, ticket)) as developed:
        for order, answer in developed:
            images += _made(answer, order)
            done += 1
            ticket.report(done / len(orders), f"shape {done} of {len(orders)}")
    return images


def _made(answer: Future[int], order: ShapeOrder) -> int:
    try:
        return answer.result()
    except OSError as error:
        raise not_written(Path(order.root), error) from error
    except BrokenProcessPool as error:
        why = "its worker process died, perhaps for memory"
        remedy = "Close other programs or choose a smaller --size, then run it again."
        raise Problem(f"Shape {order.number} was lost", why, remedy=remedy) from error


def _check(shapes: int, seed: int, size: int, good: int) -> None:
    if shapes < 1:
        raise Problem(f"{shapes} shapes are no data set", remedy="Ask for one shape or more.")
    if not SMALLEST <= size <= LARGEST:
        raise Problem(f"Images cannot be {size} px wide", remedy=f"Choose from {SMALLEST} to {LARGEST}.")
    if seed < 0:
        raise Problem(f"{seed} is no seed", remedy="Choose a whole number from 0.")
    if good < 0:
        raise Problem(f"There cannot be {good} good items", remedy="Choose a whole number from 0.")


_README = f"""\
A mini BrokenChairs, made by Pentad: seed {{seed}}, {{size}} px. The layout is that of BrokenChairs-180K; the chairs are
Pentad's own, drawn from a family of parts. Units: a chair's longest side is 1, its bounding box is centred at the
origin, y is up, its front looks towards +z.

split.json                     shape ids of "train", "test" and "val"; no shape is in two of them
images/<dir>/render_<shape>_<texture>_<radius>_<azimuth>_<elevation>_<light>_<label>.png
                               photographs, {RENDERS} of each item; label is "normal" or "anomaly_<kind>",
                               kind is {", ".join(ChairAnomaly)}
                               The camera: focal length 355/256 of the side. The azimuth runs against that of the
                               reference views, as in BrokenChairs-180K; the camera looks up to 0.09 past the origin.
annotations/<dir>/info_*.json  of each anomaly: 2d_bbox [x, y, width, height] in pixels of a 512 px image, whatever the
                               images' own size, around the part as it was and as it is; IoU of the two;
                               camera_parameters; texture_id; config.type and config.part
annotations/<dir>/mask_new_*.png   where the wrong part is seen; for a missing one, where it would be seen
                  mask_old_*.png   where it would be seen if nothing were wrong (not for missing)
                  seg_new_*.png, seg_old_*.png   the whole chair with and without its anomaly
shapes/shape_<id>/mv_images/<id>_<distance>_<azimuth>_<elevation>.png + .json   plain grey reference views, 20 and the
                               first again at 360 degrees; {{{{K, RT, RT_}}}}: K for pixel centres at one half, RT
                               world to camera in OpenGL axes (x right, y up, z backward), RT_ its inverse. No .npy.
shapes/shape_<id>/model_id.txt a name for the shape
Not in BrokenChairs-180K:
shapes/shape_<id>/model.ply    the chair without anomaly, closed
shapes/shape_<id>/cameras.json {{{{K, RT, RT_}}}} of every photograph by its path: the truth for pose estimation
"""
