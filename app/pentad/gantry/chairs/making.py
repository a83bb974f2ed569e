"""A chair drawn at random from a family of many styles, the same for the same seed."""

import numpy as np

from pentad.gantry.chairs.backing import arms, back
from pentad.gantry.chairs.chair import Chair
from pentad.gantry.chairs.seating import Sizes, legs, seat

_TRIES = 40


def made_chair(rng: np.random.Generator) -> Chair:
    """A chair of random style and measures: y up, front towards +z, its bounding box centred and one unit long."""
    for _ in range(_TRIES):
        chair = _drawn(rng)
        # Why again: of some styles the parts do not meet in some sizes (an arm beside a round seat).
        if chair.whole():
            break
    return chair.standard()


def _drawn(rng: np.random.Generator) -> Chair:
    bell = bool(rng.random() < 0.15)
    sizes = Sizes(
        width=float(rng.uniform(0.4, 0.56)),
        depth=float(rng.uniform(0.4, 0.54)),
        top=float(rng.uniform(0.38, 0.52)),
        thickness=float(rng.uniform(0.025, 0.06)),
        front=1.0 if bell else float(rng.choice([1.0, 1.0, 1.08, 1.15])),
        timber=float(rng.uniform(0.028, 0.05)),
        back=float(rng.uniform(0.33, 0.58)),
        lean_deg=float(rng.uniform(0, 14)),
        round_wood=bool(rng.random() < 0.4),
        bell=bell,
    )
    return Chair((*seat(sizes, rng), *legs(sizes, rng), *back(sizes, rng), *arms(sizes, rng)))
