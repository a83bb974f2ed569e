"""Normals from light stacks: how they are made, a quick look at reduced size, and one view made whole."""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from pentad.core.arrays import Bools, Floats, Image, Labels, Normals
from pentad.core.problem import Problem
from pentad.core.sample import NormalEncoding
from pentad.geometry.photometric_stereo import (
    FRAGILE,
    Lighting,
    LightStack,
    Method,
    OrderDoubt,
    albedo_picture,
    brightest,
    doubt_order,
    solve,
)
from pentad.geometry.silhouette import mask_of_photo
from pentad.io.normal_files import write_normals, write_raster
from pentad.io.relief_files import read_lone_image, read_region
from pentad.sdk import Ticket
from pentad.sdk.part_of import PartOf
from pentad.session.light_lamps import order_in_words, reduced
from pentad.session.light_stacks import Glance, Shot, Stack, reduced_mask, small_stack


class Cut(StrEnum):
    """Which pixels are solved."""

    ALL = "all"
    FILE = "file"
    AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True)
class Format:
    """How normal maps are written."""

    title: str
    suffix: str
    bits: int


FORMATS = {
    "png16": Format("PNG, 16 bit", ".png", 16),
    "png8": Format("PNG, 8 bit", ".png", 8),
    "tiff16": Format("TIFF, 16 bit", ".tif", 16),
    "tiff32": Format("TIFF, floats", ".tif", 32),
    "npy": Format("NPY, floats", ".npy", 32),
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """How normals are made and written, the same for all views; from ``white`` on a code is saturated (None: usual)."""

    method: Method = Method.L1
    cut: Cut = Cut.ALL
    white: float | None = None
    encoding: NormalEncoding = NormalEncoding.OPENGL
    format: str = "png16"
    maps: bool = True

    @property
    def written(self) -> Format:
        return FORMATS[self.format]


@dataclass(frozen=True, slots=True, eq=False)
class ViewWish:
    """All that one view's normals are made of."""

    stack: Stack
    lighting: Lighting
    mask: Path | None = None
    flats: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """A view solved at reduced size. ``residuals`` are percent of the brightest albedo."""

    normals: Normals
    residuals: Floats
    lights_used: Labels
    residual_percent: float
    solved: float
    fewest: int
    doubt: OrderDoubt | None
    notes: tuple[Problem, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Made:
    """What came of one view, as it is written down beside its maps."""

    view: str
    pixels: int
    lights: int
    condition: float
    residual_percent: float
    notes: tuple[str, ...] = field(default=())


def preview(wish: ViewWish, recipe: Recipe, glances: Mapping[Shot, Glance], ticket: Ticket) -> Preview:
    """Solve what the glances have kept of the stack. Problem as at full size."""
    begun = time.monotonic()
    stack, scale = small_stack(wish.stack, glances, white=recipe.white)
    ticket.check()
    size = glances[wish.stack.shots[0]].size
    valid = _small_region(wish, recipe, stack, size)
    flats = [_small_flat(read_lone_image(path), size, stack.shape) for path in wish.flats]
    ticket.check()
    lighting = reduced(wish.lighting, scale)
    stereo = solve(stack, lighting, method=recipe.method, valid=valid, flats=flats)
    top = _brightest(stereo.albedo)
    solved = stereo.albedo > 0
    return Preview(
        normals=stereo.normals,
        residuals=stereo.residuals * np.float32(100 / top),
        lights_used=stereo.lights_used,
        residual_percent=100 * stereo.residual_rms / top,
        solved=float(np.mean(solved[valid] if valid is not None else solved)),
        fewest=int(stereo.lights_used[solved].min(initial=255)) if solved.any() else 0,
        doubt=doubt_order(stack, lighting, valid=valid),
        notes=tuple(_notes(wish.lighting, sum(glances[shot].not_numbers for shot in wish.stack.shots))),
        seconds=time.monotonic() - begun,
    )


def make_view(wish: ViewWish, recipe: Recipe, folder: Path, ticket: Ticket, *, picture: bool = True) -> Made:
    """Solve the whole stack and write ``<view>_normal`` and what comes with it into ``folder``.

    Memory is the maps' (some 20 bytes a pixel) and two photographs; the stack itself goes through a scratch file.
    """
    view, shots = wish.stack.view, wish.stack.shots
    ticket.report(0.0, "reading")
    with LightStack.read(
        [shot.read for shot in shots],
        names=[shot.name for shot in shots],
        folder=folder,
        white=recipe.white,
        ticket=PartOf(ticket, 0.0, 0.45),
    ) as stack:
        ticket.report(0.45, "solving")
        stereo = solve(
            stack,
            wish.lighting,
            method=recipe.method,
            valid=_region(wish, recipe, stack, ticket),
            flats=[read_lone_image(path) for path in wish.flats],
            ticket=PartOf(ticket, 0.5, 0.75),
        )
        if not stereo.albedo.any():
            remedy = "Look at the photographs and the lights' order, or choose another method."
            raise Problem(f"{view} has no pixel that could be solved", "too few lights reach any", remedy=remedy)
        ticket.report(0.75, "writing")
        write = partial(_write, folder, view, ticket)
        if picture:
            write("rgb.png", albedo_picture(stack, wish.lighting, stereo.albedo, ticket=PartOf(ticket, 0.75, 0.85)))
        notes = _notes(wish.lighting, stack.not_numbers)
        if (doubt := doubt_order(stack, wish.lighting)) is not None:
            notes.append(order_in_words(doubt))
    if recipe.maps:
        write("albedo.tif", stereo.albedo)
        write("residual.tif", stereo.residuals)
        write("lights.png", stereo.lights_used)
    written = recipe.written
    ticket.check()
    write_normals(folder / f"{view}_normal{written.suffix}", stereo.normals, recipe.encoding, bits=written.bits)
    ticket.report(1.0, "done")
    return Made(
        view=view,
        pixels=int(np.count_nonzero(stereo.albedo)),
        lights=len(shots),
        condition=round(stereo.condition, 3),
        residual_percent=round(100 * stereo.residual_rms / _brightest(stereo.albedo), 3),
        notes=tuple(str(note) for note in notes),
    )


def make_ready(ticket: Ticket) -> None:
    """Have the compiled loops at hand before a hand waits for a preview: a second of a program's first one."""
    ticket.check()
    lights = np.array([[0.0, 0.0, 1.0], [0.5, 0.0, 0.8], [0.0, 0.5, 0.8]])
    for method in (Method.LS, Method.L1):
        solve(LightStack.of(np.full((3, 2, 2), 100, np.uint8)), Lighting.distant(lights), method=method)


def fingerprint(wish: ViewWish, recipe: Recipe) -> str:
    """The same for the same photographs, lamps and settings only: what is kept of a stopped run goes by it."""
    said: list[object] = [recipe.method, recipe.cut, recipe.white, recipe.encoding, recipe.format, recipe.maps]
    said += [_file_state(shot) for shot in wish.stack.shots]
    said += [_path_state(path) for path in (*([wish.mask] if wish.mask else []), *wish.flats)]
    lighting = wish.lighting
    near = [] if lighting.positions_mm is None else lighting.positions_mm.tolist()
    said += [lighting.directions.tolist(), lighting.gains.tolist(), near, lighting.mm_per_pixel]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _write(folder: Path, view: str, ticket: Ticket, name: str, image: Image) -> None:
    ticket.check()
    write_raster(folder / f"{view}_{name}", image)


def _region(wish: ViewWish, recipe: Recipe, stack: LightStack, ticket: Ticket) -> Bools | None:
    if recipe.cut is Cut.ALL:
        return None
    if recipe.cut is Cut.FILE:
        return read_region(_mask_file(wish))
    return part_of(stack, PartOf(ticket, 0.45, 0.5))


def _small_region(wish: ViewWish, recipe: Recipe, stack: LightStack, size: tuple[int, int]) -> Bools | None:
    if recipe.cut is Cut.ALL:
        return None
    if recipe.cut is Cut.AUTOMATIC:
        return part_of(stack)
    mask = read_region(_mask_file(wish))
    _refuse_other_size("mask", mask, size)
    return reduced_mask(mask, stack.shape)


def part_of(stack: LightStack, ticket: Ticket | None = None) -> Bools:
    """(H, W) where the stack shows a part before a plain background. Problem where it does not."""
    return np.asarray(mask_of_photo(brightest(stack, ticket=ticket)) > 0.5)


def _mask_file(wish: ViewWish) -> Path:
    if wish.mask is None:
        remedy = "Choose an image that is not black on the part, or cut the part out automatically."
        raise Problem(f"{wish.stack.view} has no mask yet", remedy=remedy)
    return wish.mask


def _small_flat(flat: Image, size: tuple[int, int], shape: tuple[int, int]) -> Image:
    _refuse_other_size("flat field", flat, size)
    return np.asarray(cv2.resize(flat.astype(np.float32), shape[::-1], interpolation=cv2.INTER_AREA))


def _refuse_other_size(what: str, image: Image, size: tuple[int, int]) -> None:
    if image.shape[:2] != size:
        (height, width), (tall, wide) = image.shape[:2], size
        why = f"it is {width} x {height} px, the images {wide} x {tall}"
        raise Problem(f"The {what} does not fit the images", why, remedy="Give one of the images' size")


def _notes(lighting: Lighting, holes: int) -> list[Problem]:
    found = []
    if lighting.condition > FRAGILE:
        what = f"The lights' condition number is {lighting.condition:.0f}"
        found.append(Problem(what, f"above {FRAGILE:g} is fragile", remedy="Photograph with lights wider apart."))
    if holes:
        what = f"{holes:,} values of the photographs are not numbers"
        found.append(Problem(what, "they were left out", remedy="Copy the files again from their source."))
    return found


def _brightest(albedo: Floats) -> float:
    known = albedo[albedo > 0]
    return max(float(np.percentile(known[:: max(1, known.size // 200_000)], 99)), 1e-12) if known.size else 1.0


def _file_state(shot: Shot) -> object:
    local = shot.tree.local_path(shot.ref.path)
    return [shot.place, list(shot.ref.part or ())] if local is None else [_path_state(local), list(shot.ref.part or ())]


def _path_state(path: Path) -> object:
    try:
        state = path.stat()
    except OSError as error:
        why = error.strerror or str(error)
        raise Problem(f"{path} cannot be read", why, remedy="Restore the file, or choose another.") from error
    return [str(path), state.st_size, state.st_mtime_ns]
