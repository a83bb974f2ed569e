"""``pentad splat``: a mesh in, 3D Gaussians out."""

import argparse
import time

import numpy as np

from pentad.cli.console import Answer, Console
from pentad.cli.outputs import refuse_existing
from pentad.core.problem import Problem
from pentad.core.splat_cloud import SplatCloud
from pentad.geometry.surface import Surface
from pentad.io.meshes import read_surface
from pentad.io.splats import write_splats
from pentad.sdk import Ticket, Value
from pentad.sdk.quiet_ticket import QuietTicket
from pentad.session.aligners import Aligners


def splat(arguments: argparse.Namespace, console: Console) -> Answer:
    """Make the splats and write them as a standard 3DGS PLY."""
    refuse_existing(arguments.out, force=arguments.force)
    if arguments.out.suffix.lower() != ".ply":
        raise Problem(f"{arguments.out.name} is no name for splats", remedy="They are written as .ply.")
    aligner = Aligners.installed()[arguments.aligner]
    settings: dict[str, Value] = {
        "density": arguments.density,
        "resolution": arguments.resolution or 0,
        "scale": arguments.scale,
        "mode": arguments.mode,
        "opacity": arguments.opacity,
        "decimate": arguments.decimate,
    }

    def work(ticket: Ticket) -> tuple[Surface, SplatCloud, float]:
        ticket.report(0.0, f"Reading {arguments.mesh.name}")
        surface = read_surface(arguments.mesh)
        begun = time.monotonic()
        cloud = aligner.splat(surface.mesh, settings, ticket)
        seconds = time.monotonic() - begun
        write_splats(arguments.out, cloud, QuietTicket(ticket))
        return surface, cloud, seconds

    surface, cloud, seconds = console.run("Splat", work)
    return {
        "splats": len(cloud),
        "triangles": len(surface.faces),
        "without_area": int(np.count_nonzero(~surface.normals.any(axis=1))),
        "seconds": seconds,
        "bounds": cloud.bounds.tolist(),
    }
