"""``pentad normals``, ``pentad lights`` and ``pentad encode``: light stacks in, normal maps out."""

import argparse
import time
from functools import partial
from pathlib import Path

import numpy as np

from pentad.cli.console import Answer, Console
from pentad.cli.outputs import refuse_existing
from pentad.core.arrays import Image
from pentad.core.problem import Problem
from pentad.core.sample import NormalEncoding
from pentad.geometry.chrome_sphere import fit_circle, light_of
from pentad.geometry.normals_codec import recode_normals
from pentad.geometry.photometric_stereo import FRAGILE, Lighting, LightStack, Method, OrderDoubt, Stereo, doubt_order
from pentad.geometry.photometric_stereo import solve as solve_stack
from pentad.io.light_files import read_intensities, read_lights, write_lights
from pentad.io.normal_files import bits_for, stored_as, write_normals, write_raster
from pentad.io.relief_files import read_lone_image, read_region
from pentad.sdk import Ticket
from pentad.sdk.atomic import make_folder
from pentad.sdk.part_of import PartOf

_MAPS = ("albedo.tif", "residuals.tif", "lights_used.png")


def normals(arguments: argparse.Namespace, console: Console) -> Answer:
    """Solve the stack and write the normals in the format that ``--out`` names."""
    for path in (arguments.out, *_maps(arguments.maps)):
        refuse_existing(path, force=arguments.force)
    bits = bits_for(arguments.out, arguments.bits)
    begun = time.monotonic()
    stereo, doubt, not_numbers = console.run("Normals", lambda ticket: _solve(arguments, ticket))
    write_normals(arguments.out, stereo.normals, NormalEncoding(arguments.encoding), bits=bits)
    if arguments.maps is not None:
        make_folder(arguments.maps)
        maps: tuple[Image, ...] = (stereo.albedo, stereo.residuals, stereo.lights_used)
        for path, image in zip(_maps(arguments.maps), maps, strict=True):
            write_raster(path, image)
    if stereo.condition > FRAGILE:
        console.note(f"warning: the lights' condition number is {stereo.condition:.0f}; above {FRAGILE:g} is fragile")
    if not_numbers:
        console.note(f"warning: {not_numbers} values of the images are not numbers and were left out")
    if doubt is not None:
        console.warn(order_problem(doubt))
    return {
        "pixels": int(np.count_nonzero(stereo.albedo)),
        "lights": len(arguments.images),
        "method": arguments.method,
        "condition": stereo.condition,
        "residual_rms": stereo.residual_rms,
        "fewest_lights": int(stereo.lights_used[stereo.albedo > 0].min(initial=255)) if stereo.albedo.any() else 0,
        "order": None if doubt is None else {"lights": [row + 1 for row in doubt.lights], "sure": doubt.sure},
        "seconds": time.monotonic() - begun,
    }


def lights(arguments: argparse.Namespace, console: Console) -> Answer:
    """Find each image's light by its highlight on a chrome ball, and write the lights file."""
    refuse_existing(arguments.out, force=arguments.force)
    begun = time.monotonic()

    def found(ticket: Ticket) -> Answer:
        ball = fit_circle(read_region(arguments.mask))
        directions = []
        for count, path in enumerate(arguments.images):
            ticket.report(count / len(arguments.images), path.name)
            directions.append(light_of(read_lone_image(path), ball, name=path.name))
        write_lights(arguments.out, np.array(directions))
        condition = float(np.linalg.cond(np.array(directions))) if len(directions) >= 3 else None
        circle = {"x": ball.x, "y": ball.y, "radius": ball.radius, "miss": ball.miss}
        return {"lights": len(directions), "ball": circle, "condition": condition}

    return {**console.run("Lights", found), "seconds": time.monotonic() - begun}


def encode(arguments: argparse.Namespace, console: Console) -> Answer:
    """Write a normal map in another encoding, depth or format, losing no more than the target's steps."""
    refuse_existing(arguments.out, force=arguments.force)
    bits = bits_for(arguments.out, arguments.bits)
    image = read_lone_image(arguments.normals)
    source = stored_as(NormalEncoding(arguments.source), 32 if image.dtype.kind == "f" else 16)
    target = stored_as(NormalEncoding(arguments.encoding), bits)
    codes = recode_normals(image, source, target, dtype=np.uint8 if bits == 8 else np.uint16)
    write_raster(arguments.out, codes)
    return {"pixels": int(codes.any(axis=2).sum()), "from": str(source), "to": str(target), "bits": bits}


def order_problem(doubt: OrderDoubt) -> Problem:
    """A doubt about the lights' order, as it is told."""
    rows = " ".join(str(row + 1) for row in doubt.lights)
    what = "bends" if doubt.by_curl else "misses"
    why = (
        f"{doubt.name}, rows {rows} of the lights file fit the images better: what {what} falls from "
        f"{doubt.given_misfit:.1%} to {doubt.misfit:.1%}, in {doubt.sure:.0%} of the picture's parts"
    )
    return Problem(
        "The lights look to be in another order than the images", why, remedy="Check which image shows which light"
    )


def _maps(folder: Path | None) -> tuple[Path, ...]:
    return () if folder is None else tuple(folder / name for name in _MAPS)


def _solve(arguments: argparse.Namespace, ticket: Ticket) -> tuple[Stereo, OrderDoubt | None, int]:
    lighting = _lighting(arguments)
    valid = read_region(arguments.mask) if arguments.mask is not None else None
    ticket.report(0.0, "Reading the images")
    with LightStack.read(
        [partial(read_lone_image, path) for path in arguments.images],
        names=[path.name for path in arguments.images],
        folder=arguments.out.parent,
        white=arguments.white,
        ticket=PartOf(ticket, 0.0, 0.6),
    ) as stack:
        stereo = solve_stack(
            stack,
            lighting,
            method=Method(arguments.method),
            valid=valid,
            flats=[read_lone_image(path) for path in arguments.flat],
            heights_mm=None if arguments.heights is None else read_lone_image(arguments.heights),
            ticket=PartOf(ticket, 0.6, 0.95),
        )
        return stereo, doubt_order(stack, lighting, valid=valid), stack.not_numbers


def _lighting(arguments: argparse.Namespace) -> Lighting:
    rows = read_lights(arguments.lights, [path.name for path in arguments.images])
    powers = read_intensities(arguments.intensities) if arguments.intensities is not None else None
    if arguments.near is not None:
        return Lighting.near(rows, mm_per_pixel=arguments.near, intensities=powers)
    if arguments.heights is not None:
        raise Problem("--heights is for near lights", remedy="Say with --near how many mm a pixel is wide.")
    return Lighting.distant(rows, intensities=powers)
