"""Where the lamps of a stack are said to be: in a file of directions or positions, or mirrored by a chrome ball."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from pentad.core.arrays import Doubles, Image, Rgb
from pentad.core.problem import Problem
from pentad.geometry.chrome_sphere import Circle, fit_circle, light_of
from pentad.geometry.photometric_stereo import FRAGILE, Lighting, OrderDoubt
from pentad.geometry.silhouette import mask_of_photo
from pentad.io.light_files import read_intensities, read_light_rows, read_lights
from pentad.io.relief_files import read_region
from pentad.sdk import Ticket
from pentad.session.light_stacks import Shot, Stack


class Source(StrEnum):
    """What says where the lamps are."""

    FILE = "file"
    BALL = "ball"
    NEAR = "near"


@dataclass(frozen=True, slots=True, eq=False)
class Mirrored:
    """What a chrome ball says of the lamps: (K, 3) directions and (K, 2) highlights x, y; NaN where there is none.

    ``problems`` says of each image that shows no highlight why.
    """

    circle: Circle
    directions: Doubles
    highlights: Doubles
    problems: dict[int, Problem]


@dataclass(frozen=True, slots=True, eq=False)
class Lamps:
    """Where the lamps of a view stand and how strong they are, as a person has said it so far.

    ``order`` is the row of each image, where another order than the given one was chosen.
    """

    source: Source = Source.FILE
    file: Path | None = None
    intensities: Path | None = None
    mm_per_pixel: float = 0.0
    mirrored: Mirrored | None = None
    order: tuple[int, ...] | None = None


def lighting_of(lamps: Lamps, stack: Stack) -> Lighting:
    """The lamps of this stack's photographs, in their order; reads the files. Problem where they give no normals."""
    rows = rows_of(lamps, stack)
    powers = None
    if lamps.intensities is not None:
        powers = _fitting(read_intensities(lamps.intensities), stack, "intensities")
    if lamps.order is not None and len(lamps.order) == len(rows):
        rows = rows[list(lamps.order)]
        powers = None if powers is None else powers[list(lamps.order)]
    if lamps.mirrored is not None and lamps.source is Source.BALL and not np.isfinite(rows).all():
        # Why only now: a picture without a highlight does no harm where its photograph is left out.
        raise next(iter(lamps.mirrored.problems.values()))
    if lamps.source is Source.NEAR:
        return Lighting.near(rows, mm_per_pixel=lamps.mm_per_pixel, intensities=powers)
    return Lighting.distant(rows, intensities=powers)


def rows_of(lamps: Lamps, stack: Stack) -> Doubles:
    """(K, 3) what the file or the ball says of the stack's lamps, whether or not that gives normals."""
    return _fitting(_rows(lamps, stack), stack, "light directions")


def rows_in_words(lamps: Lamps, stack: Stack) -> str:
    """How the rows of the lamps' file were matched to the photographs, where that is not one by one. Reads the file."""
    if lamps.source is Source.BALL or lamps.file is None:
        return ""
    found = read_light_rows(lamps.file)
    names = [shot.name for shot in stack.shots]
    if found.names:
        return f"{lamps.file.name} names the photographs; its rows are taken in their order"
    if len(found.values) in (len(names), stack.whole):
        return ""
    rows = numbered(names, len(found.values)) or []
    return f"Rows {', '.join(str(row + 1) for row in rows[:3])} … of {len(found.values)}, by the photographs' numbers"


def numbered(names: Sequence[str], rows: int) -> list[int] | None:
    """The row of each photograph by the number in its name, counted from 1; None where that is no way to tell."""
    found = [re.findall(r"\d+", Path(name).stem)[-1:] for name in names]
    numbers = [int(one[0]) - 1 for one in found if one]
    told = len(numbers) == len(names) == len(set(numbers)) and all(0 <= number < rows for number in numbers)
    return numbers if told else None


def _fitting(values: Doubles, stack: Stack, what: str) -> Doubles:
    """The rows of the stack's photographs: one for each, one for each before some were left out, or by number."""
    if stack.whole and len(values) == stack.whole:
        return values[stack.rows]
    if len(values) == len(stack.shots):
        return values
    names = [shot.name for shot in stack.shots]
    rows = numbered(names, len(values)) if len(values) > len(names) else None
    if rows is None:
        raise Problem(
            f"{stack.view} has {len(names)} photographs but {len(values)} {what}",
            remedy="Give one row for each photograph, in their order, or leave photographs out.",
        )
    return values[rows]


def _rows(lamps: Lamps, stack: Stack) -> Doubles:
    if lamps.source is Source.BALL:
        if lamps.mirrored is None:
            raise Problem("The chrome ball was not looked at yet", remedy="Choose its photographs and fit the circle.")
        return lamps.mirrored.directions
    if lamps.file is None:
        what = "positions" if lamps.source is Source.NEAR else "directions"
        raise Problem(f"There is no file of light {what} yet", remedy="Choose one: a row x y z for each photograph.")
    return read_lights(lamps.file, [shot.name for shot in stack.shots])


def reduced(lighting: Lighting, scale: float) -> Lighting:
    """The same lamps over a picture whose pixels are ``scale`` times as wide."""
    if lighting.positions_mm is None:
        return lighting
    wider = lighting.mm_per_pixel * scale
    return Lighting(lighting.directions, lighting.gains, lighting.positions_mm, wider)


def spread_in_words(lighting: Lighting) -> tuple[str, bool]:
    """What the condition number says of the lamps, and whether that is a warning."""
    number = lighting.condition
    words = f"{len(lighting.directions)} lights, condition number {number:.1f}"
    if number > FRAGILE:
        return (
            f"{words}: above {FRAGILE:g} they stand too close together, and a little noise turns a normal a lot",
            True,
        )
    return f"{words}: well spread" if number < FRAGILE / 2 else f"{words}: usable, wider apart is better", False


def order_in_words(doubt: OrderDoubt) -> Problem:
    """A doubt about the lights' order, as it is told."""
    rows = " ".join(str(row + 1) for row in doubt.lights)
    what = "bends" if doubt.by_curl else "misses"
    why = (
        f"{doubt.name}, rows {rows}, they fit the images better: what {what} falls from {doubt.given_misfit:.1%} to "
        f"{doubt.misfit:.1%}, and {doubt.sure:.0%} of the picture's parts say so"
    )
    return Problem(
        "The lights look to be in another order than the images", why, remedy="Use that order, or sort them."
    )


def reordered(lamps: Lamps, doubt: OrderDoubt) -> tuple[int, ...]:
    """The rows to use after a doubt about the present ones was followed."""
    return doubt.lights if lamps.order is None else tuple(lamps.order[row] for row in doubt.lights)


def find_ball(brightest: Rgb, *, mask: Path | None = None) -> Circle:
    """The ball's outline: of a mask where there is one, else of what is not background. Problem where there is none."""
    if mask is not None:
        return fit_circle(read_region(mask))
    return fit_circle(np.asarray(mask_of_photo(brightest) > 0.5))


def mirror(read: Sequence[tuple[str, Callable[[], Image]]], circle: Circle, ticket: Ticket) -> Mirrored:
    """The lamp of each picture (its name and how it is read) by its highlight on the ball."""
    directions = np.full((len(read), 3), np.nan)
    problems: dict[int, Problem] = {}
    for number, (name, image) in enumerate(read):
        ticket.report(number / len(read), name)
        try:
            directions[number] = light_of(image(), circle, name=name)
        except Problem as problem:
            problems[number] = problem
    # Why backwards: the highlight's normal halves the way from the camera to the lamp.
    halfway = directions + np.array([0.0, 0.0, 1.0])
    halfway /= np.linalg.norm(halfway, axis=1, keepdims=True)
    places = np.array([circle.x, circle.y]) + halfway[:, :2] * np.array([1, -1]) * circle.radius
    return Mirrored(circle, directions, places, problems)


def ball_pictures(shots: Sequence[Shot]) -> list[tuple[str, Callable[[], Image]]]:
    """What ``mirror`` reads of a ball's photographs."""
    return [(shot.name, shot.read) for shot in shots]
