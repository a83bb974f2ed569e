"""``pentad integrate``: a normal map in, depth out."""

import argparse
import time
from pathlib import Path

from pentad.cli.console import Answer, Console
from pentad.cli.outputs import refuse_existing
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.core.sample import NormalEncoding
from pentad.geometry.integration.relief import DepthScale, Relief, integrate_normals
from pentad.geometry.integration.surfaces import relief_surface
from pentad.io.calibration.lone_camera import read_lone_camera
from pentad.io.ply_meshes import write_ply
from pentad.io.relief_files import DEPTH_SUFFIXES, read_normal_file, read_region, write_depth
from pentad.sdk import Ticket
from pentad.sdk.quiet_ticket import QuietTicket


def integrate(arguments: argparse.Namespace, console: Console) -> Answer:
    """Integrate the map and write its depth, and its surface where ``--mesh`` asks for it."""
    _check_outputs(arguments)
    begun = time.monotonic()
    relief, step = console.run("Integrate", lambda ticket: _work(arguments, ticket))
    _warn(relief, step, console)
    return {
        "pixels": relief.pixels,
        "method": relief.method,
        "seconds": time.monotonic() - begun,
        "unit": relief.unit,
        "pieces": relief.pieces,
        "holes": relief.holes,
        "clamped": relief.clamped,
    }


def _work(arguments: argparse.Namespace, ticket: Ticket) -> tuple[Relief, int]:
    """The relief, written, and how many pixels lie between two vertices of its mesh (0: there is none)."""
    ticket.report(0.0, f"Reading {arguments.normals.name}")
    camera = read_lone_camera(arguments.intrinsics) if arguments.intrinsics is not None else None
    mask = read_region(arguments.mask) if arguments.mask is not None else None
    normals = read_normal_file(arguments.normals, NormalEncoding(arguments.encoding))
    relief = integrate_normals(
        normals, ticket, method=arguments.method, mask=mask, camera=camera, scale=_scale(arguments)
    )
    quiet, step = QuietTicket(ticket), 0
    if arguments.mesh is not None:
        step = _write_surface(arguments.mesh, relief, camera, arguments.pixel_mm or 1.0, quiet)
    quiet.check()
    write_depth(arguments.out, relief.depth)
    return relief, step


def _write_surface(path: Path, relief: Relief, camera: Camera | None, pixel_mm: float, ticket: Ticket) -> int:
    surface = relief_surface(relief.depth, camera=camera, pixel_mm=pixel_mm)
    write_ply(path, surface.mesh, ticket)
    return surface.step


def _scale(arguments: argparse.Namespace) -> DepthScale:
    known = arguments.known
    if known is None:
        return DepthScale(arguments.pixel_mm, arguments.distance_mm)
    column, row, depth = known
    if column != int(column) or row != int(row):
        why = f"column {column:g}, row {row:g} are no whole numbers"
        raise Problem("The known pixel is no pixel", why, remedy="Count whole pixels from 0 at the top left.")
    return DepthScale(arguments.pixel_mm, arguments.distance_mm, (int(row), int(column), depth))


def _check_outputs(arguments: argparse.Namespace) -> None:
    refuse_existing(arguments.out, force=arguments.force)
    if arguments.out.suffix.lower() not in DEPTH_SUFFIXES:
        raise Problem(f"{arguments.out.name} is no format for depth", remedy="Use .npy or .tiff.")
    if arguments.mesh is not None:
        refuse_existing(arguments.mesh, force=arguments.force)
        if arguments.mesh.suffix.lower() != ".ply":
            raise Problem(f"{arguments.mesh.name} is no name for a relief's mesh", remedy="It is written as .ply.")


def _warn(relief: Relief, step: int, console: Console) -> None:
    if relief.pieces > 1:
        console.note(f"warning: {relief.pieces:,} regions do not touch; of their depths against each other the map "
                     "says nothing")  # fmt: skip
    if relief.clamped:
        console.note(f"warning: {relief.clamped:,} pixels are seen at a grazing angle; their slopes are not believed")
    if step > 1:
        console.note(f"note: the mesh has a vertex every {step} pixels")
