"""``pentad sample --recipe chairs``: a mini BrokenChairs."""

import argparse
import time
from pathlib import Path

from pentad.cli.console import Answer, Console
from pentad.core.problem import Problem
from pentad.gantry.chairs.writer import SIZE, ChairSet, write_chairs
from pentad.sdk import Ticket

_GANTRYS = ("family", "train", "good", "defective", "lights")


def sample_chairs(arguments: argparse.Namespace, console: Console) -> Answer:
    """Render ``--parts`` chairs, each with and without its anomalies; the whole folder comes at the end, or nothing."""
    begun = time.monotonic()
    folder: Path = arguments.folder
    said = [f"--{name}" for name in _GANTRYS if getattr(arguments, name)]
    if said:
        remedy = "Leave it out, or choose --recipe gantry."
        raise Problem(f"{said[0]} is not for chairs", "it is of the recipe gantry", remedy=remedy)
    size: int = SIZE if arguments.size is None else arguments.size

    def work(ticket: Ticket) -> ChairSet:
        return write_chairs(folder, arguments.parts, seed=arguments.seed, size=size, ticket=ticket)

    made = console.run("Sample chairs", work)
    return {
        "data": folder,
        "shapes": arguments.parts,
        "images": made.images,
        **{name: len(ids) for name, ids in made.splits.items()},
        "seed": arguments.seed,
        "size": size,
        "seconds": time.monotonic() - begun,
    }
