"""A simulated data set on disk: worker processes make its parts, each whole or absent, so it can be gone on with."""

import shutil
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from pathlib import Path

from pentad.core.problem import Problem
from pentad.core.sample import Modality, NormalEncoding, RasterRef, Sample, View
from pentad.gantry.crew import each_done
from pentad.gantry.developing import DEPTH_STEP_MM, Shooting, develop
from pentad.gantry.recipe import Order, Recipe
from pentad.gantry.station import VIEWS, gantry_rig, lights
from pentad.io.calibration import format_rig
from pentad.io.datasets.manifest_file import FILE_NAME
from pentad.sdk import Ticket
from pentad.sdk.atomic import make_folder, write_bytes

SMALLEST, LARGEST = 48, 8192


def write_dataset(
    folder: Path,
    recipes: Sequence[Recipe],
    *,
    seed: int,
    size: int,
    ticket: Ticket,
    keep_lights: bool = False,
    processes: int = 2,
    on_part: Callable[[Sample], None] = lambda sample: None,
) -> list[Sample]:
    """Make the parts of ``recipes`` in ``folder``; those that are there already, whole, are not made again.

    Images are ``size`` px wide, 3:2. ``keep_lights`` keeps every light stack (8 x 16 bit a view); otherwise only the
    first part of each family keeps its own, outside the manifest. ``on_part`` is called in the calling thread for each
    part as it is there, in the order they are finished. Same seed, same bytes. Problem where the folder holds another
    data set or cannot be written; a part that was begun when the ticket said stop leaves nothing.
    """
    check_wish(seed=seed, size=size)
    make_folder(folder)
    _write_descriptions(folder, seed, size, keep_lights=keep_lights)
    _sweep(folder)
    orders = [order for recipe in recipes for order in recipe.orders()]
    made = _finished(folder, orders)
    for sample in made.values():
        on_part(sample)
    todo = [
        Shooting(str(folder), order, seed, size, keep_lights or order.number == 1)
        for order in orders
        if order not in made
    ]
    try:
        # Why closing: where on_part raises, the workers must be gone before their unfinished parts are swept.
        with closing(_develop_all(todo, processes, len(orders), ticket)) as developed:
            for order in developed:
                made[order] = part_sample(folder, order)
                on_part(made[order])
    except BaseException:
        _sweep(folder)
        raise
    return [made[order] for order in orders]


def check_wish(*, seed: int, size: int) -> None:
    """Problem for a seed or a size of images that cannot be had."""
    if not SMALLEST <= size <= LARGEST:
        raise Problem(f"Images cannot be {size} px wide", remedy=f"Choose from {SMALLEST} to {LARGEST}.")
    if seed < 0:
        raise Problem(f"{seed} is no seed", remedy="Choose a whole number from 0.")


def finished_parts(folder: Path, recipes: Sequence[Recipe]) -> list[Sample]:
    """The parts of ``recipes`` that are there, whole, in their order."""
    return list(_finished(folder, [order for recipe in recipes for order in recipe.orders()]).values())


def _finished(folder: Path, orders: Sequence[Order]) -> dict[Order, Sample]:
    return {order: part_sample(folder, order) for order in orders if (folder / order.folder).is_dir()}


def _sweep(folder: Path) -> None:
    """Remove the parts that were begun and will not be finished."""
    for stale in folder.glob(".making-*"):
        shutil.rmtree(stale, ignore_errors=True)


def part_sample(folder: Path, order: Order) -> Sample:
    """The finished part as the manifest's reader will list it."""
    views = []
    listed = range(1, len(lights()) + 1) if _LIGHT.encode() in (folder / FILE_NAME).read_bytes() else ()
    for name in VIEWS:
        stem = f"{order.folder}/{name}"
        rasters = {
            Modality.RGB: RasterRef(f"{stem}_rgb.png"),
            Modality.NORMAL: RasterRef(f"{stem}_normal.png", encoding=NormalEncoding.OPENGL),
            Modality.DEPTH: RasterRef(f"{order.folder}/truth/{name}_depth.png", scale=DEPTH_STEP_MM),
        }
        if (folder / f"{stem}_mask.png").is_file():
            rasters[Modality.MASK] = RasterRef(f"{stem}_mask.png")
        stack = tuple(RasterRef(f"{order.folder}/lights/{name}_{number}.png") for number in listed)
        views.append(View(name, rasters, stack, camera=name))
    anomaly = order.kind.value if order.kind is not None else None
    return Sample(order.folder, order.family, order.split, anomaly, tuple(views))


def _develop_all(todo: Sequence[Shooting], processes: int, total: int, ticket: Ticket) -> Generator[Order]:
    done = total - len(todo)
    ticket.report(done / total, f"part {done} of {total}")
    with closing(each_done(develop, todo, processes, ticket)) as developed:
        for job, answer in developed:
            _raise_what_failed(answer, job.order)
            done += 1
            ticket.report(done / total, f"part {done} of {total}")
            yield job.order


def _raise_what_failed(answer: Future[None], order: Order) -> None:
    try:
        answer.result()
    except BrokenProcessPool as error:
        remedy = "Close other programs or choose a smaller --size, then run it again: finished parts are kept."
        raise Problem(
            f"Part {order.folder} was lost", "its worker process died, perhaps for memory", remedy=remedy
        ) from error


def _write_descriptions(folder: Path, seed: int, size: int, *, keep_lights: bool) -> None:
    manifest = _MANIFEST.format(
        light=_LIGHT if keep_lights else "", depth_mm=DEPTH_STEP_MM, seed=seed, size=size
    ).encode()
    there = folder / FILE_NAME
    if there.exists() and not _says_less(there.read_bytes(), manifest):
        raise Problem(
            f"{folder} holds another data set",
            f"its {FILE_NAME} differs",
            remedy="Choose another folder or its own seed.",
        )
    rows = "\n".join(" ".join(f"{value:.9f}" for value in light) for light in lights())
    write_bytes(folder / "lights.txt", f"{rows}\n".encode())
    write_bytes(folder / "rig.toml", format_rig(gantry_rig(size)).encode())
    write_bytes(folder / "README.txt", _README.encode())
    write_bytes(there, manifest)


def _says_less(before: bytes, now: bytes) -> bool:
    """Whether ``before`` is ``now``, or an earlier Pentad's of the same seed, size and lights, without later lines."""
    was, lines = before.splitlines(), now.splitlines()
    lit = _LIGHT.strip().encode()
    return was[:1] == lines[:1] and set(was) <= set(lines) and (lit in was) == (lit in lines)


_LIGHT = 'light  = "{category}/{split}/{label}/{sample}/lights/{view}_{light}.png"\n'
_MANIFEST = """\
# Made by Pentad's simulated gantry: seed {seed}, {size} px.
format = 1
name = "gantry"

[layout]
rgb    = "{{category}}/{{split}}/{{label}}/{{sample}}/{{view}}_rgb.png"
normal = "{{category}}/{{split}}/{{label}}/{{sample}}/{{view}}_normal.png"
mask   = "{{category}}/{{split}}/{{label}}/{{sample}}/{{view}}_mask.png"
depth  = "{{category}}/{{split}}/{{label}}/{{sample}}/truth/{{view}}_depth.png"
{light}good   = ["good"]
views  = ["top", "front", "right", "back", "left"]

[normals]
encoding = "opengl"

[rig]
file = "rig.toml"
cameras = {{ top = "top", front = "front", right = "right", back = "back", left = "left" }}

[depth]
scale = {depth_mm}

[lights]
file = "lights.txt"

[mesh]
file = "{{category}}/{{split}}/{{label}}/{{sample}}/truth/part.stl"
"""
_README = f"""\
A simulated five-view data set, made by Pentad.

<family>/<split>/<label>/<part>/<view>_rgb.png      photograph, 8 bit sRGB
                               <view>_normal.png   normals by photometric stereo, 16 bit, green up
                               <view>_mask.png     where a defect is seen, only where one is
                               lights/<view>_<n>.png   the light stack, 16 bit linear, rows of lights.txt in order
                               truth/<view>_normal.png, <view>_depth.png   of the geometry; depth is camera z,
                                                   {DEPTH_STEP_MM} mm a code, 0 = nothing
                               truth/part.stl      the part where it stood, millimetres, the axes of rig.toml
"""
