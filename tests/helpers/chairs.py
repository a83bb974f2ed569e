"""Chairs: one alone, and a small data set of them in the layout of BrokenChairs-180K."""

from pathlib import Path

import numpy as np

from pentad.core.mesh import Mesh
from pentad.gantry.chairs.making import made_chair
from pentad.gantry.chairs.writer import write_chairs
from pentad.sdk.testing import PatientTicket


def random_chair(seed: int) -> tuple[Mesh, tuple[str, ...]]:
    """The chair of that seed as one closed mesh, and the names of its parts."""
    chair = made_chair(np.random.default_rng(seed))
    return chair.mesh(), tuple(part.name for part in chair.parts)


def chairs(folder: Path, *, shapes: int = 6, size: int = 128, good: int = 5, seed: int = 5) -> Path:
    """Made in ``folder / "chairs"``, two photographs an item: of each shape ``good`` good ones and one of each anomaly.

    Share it: a shape takes half a second at 128 px.
    """
    root = folder / "chairs"
    write_chairs(root, shapes, seed=seed, size=size, good=good, ticket=PatientTicket())
    return root
