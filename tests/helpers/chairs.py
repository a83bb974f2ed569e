"""A small data set of chairs in the layout of BrokenChairs-180K."""

from pathlib import Path

from pentad.gantry.chairs.writer import write_chairs
from pentad.sdk.testing import PatientTicket


def chairs(folder: Path, *, shapes: int = 6, size: int = 128, good: int = 5, seed: int = 5) -> Path:
    """Made in ``folder / "chairs"``, two photographs an item: of each shape ``good`` good ones and one of each anomaly.

    Share it: a shape takes half a second at 128 px.
    """
    root = folder / "chairs"
    write_chairs(root, shapes, seed=seed, size=size, good=good, ticket=PatientTicket())
    return root
