"""A pose run's scene in colours: references by their chamfer distance, the path by its loss, the camera looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pentad.canvas.colours import HeatMapName, heat_table
from pentad.canvas.pyramid import Bgra
from pentad.core.arrays import Doubles, Rgb
from pentad.core.camera import Camera
from pentad.core.pose_trace import Reference
from pentad.geometry.drawable import Drawable
from pentad.geometry.frustum import Frustum
from pentad.session.pose_run import PoseRun
from pentad.session.rig_scene import Name
from pentad.ui.pose.looking import PoseLook
from pentad.ui.pose.path_scene import CAMERA, PathScene, Stand, Trail, cameras_there, chosen, loss_shares
from pentad.ui.scene3d.composing import AXES, colour_of, plain_of
from pentad.ui.scene3d.content import Content, Lines, Photo, Skin
from pentad.ui.theme import Theme

BESIDE = "good"
"""The colour of the run beside, as in the curves; the ramps below go round it."""
_BANDS, _LEVELS = 12, 4
_RAMPS: Mapping[str, tuple[float, float]] = {"dark": (1.0, 0.2), "light": (0.0, 0.78)}
"""Where in plasma the least and the greatest loss lie: the least is what stands out most from the background."""
_WIDTHS = ((1.5, 0.45), (2.5, 0.9), (3.5, 1.0))
"""Pixels and opacity of the paths that lost, of that looked at, and of the one with the answer."""
_AXIS, _BEYOND, _MANY = 0.3, 0.1, 24
_ANSWER, _MARKED = "accent", "warn"


@dataclass(frozen=True, slots=True, eq=False)
class PathPicture:
    """A scene, what is drawn of it, and between which losses its colours go."""

    scene: PathScene
    content: Content
    span: tuple[float, float]


def compose_path(
    look: PoseLook,
    stand: Stand,
    trails: Sequence[Trail],
    theme: Theme,
    *,
    beside: Sequence[Trail] = (),
    part: Drawable | None = None,
    photos: Mapping[str, Bgra] | None = None,
    marked: str | None = None,
    ray: Doubles | None = None,
) -> PathPicture:
    """Everything of ``look``, whose iteration must be one.

    ``trails`` are those of its run, ``beside`` of the run compared; ``photos`` by camera name; ``marked`` is the name
    of a reference; ``ray`` (2, 3) a line of sight that was picked.
    """
    run, step = look.run, look.step
    assert run.start is not None
    assert step is not None
    best = run.best
    span = span_of(trails)
    several = len(run.start.cameras) > 1
    cameras = cameras_there(run.start.cameras if several else (stand.camera,), step.pose, stand.middle)
    lines = _axes(stand)
    lines += _references(stand, run.start.references, theme, marked)
    lines += _path(trails, look, span, theme)
    lines += [Lines(trail.pieces, colour_of(theme, BESIDE), 2.5) for trail in _winning(beside, look.other)]
    lines += _cameras(cameras, stand.camera, theme)
    ends = _ends(look, stand, best)
    lines += [Lines(frustum.edges, colour_of(theme, _ANSWER), 2.0) for frustum, _ in ends]
    if ray is not None:
        lines.append(Lines(ray[None], colour_of(theme, _MARKED), 2.0))
    pictures = tuple(
        Photo(each.plane, photos[name], 0.9) for each in cameras if photos and (name := chosen(each.name)[1]) in photos
    )
    skin = Skin(part, plain_of(theme.name)) if part is not None else None
    names = (*_names(stand, cameras, look, several=several), *(name for _, name in ends), *_axis_names(stand))
    scene = PathScene((*stand.references, *(cameras if several else ())), names, stand.pole, tuple(trails))
    return PathPicture(scene, Content(colour_of(theme, "canvas"), tuple(lines), pictures, skin), span)


def compose_waiting(
    stand: Stand,
    references: Sequence[Reference],
    theme: Theme,
    *,
    part: Drawable | None = None,
    marked: str | None = None,
) -> PathPicture:
    """The part among its references, as long as there is no iteration."""
    lines = (*_axes(stand), *_references(stand, references, theme, marked))
    skin = Skin(part, plain_of(theme.name)) if part is not None else None
    scene = PathScene(stand.references, (*_reference_names(stand), *_axis_names(stand)), stand.pole, ())
    return PathPicture(scene, Content(colour_of(theme, "canvas"), lines, (), skin), (0.0, 0.0))


def span_of(trails: Sequence[Trail]) -> tuple[float, float]:
    """The least and the greatest loss of a run."""
    losses = np.concatenate([trail.losses for trail in trails])
    return float(losses.min()), float(losses.max())


def loss_table(theme_name: str) -> Rgb:
    """(256, 3) colours from the least to the greatest loss."""
    first, last = _RAMPS.get(theme_name, _RAMPS["dark"])
    return np.asarray(heat_table(HeatMapName.PLASMA)[np.rint(np.linspace(first, last, 256) * 255).astype(np.uint8)])


def _path(trails: Sequence[Trail], look: PoseLook, span: tuple[float, float], theme: Theme) -> list[Lines]:
    """Pieces by the loss they lead to, in few colours so that few things are drawn; the starts that lost are faint."""
    table, steps = loss_table(theme.name), look.run.steps
    winner, here = steps[look.run.best].start, steps[look.index].start
    lines = []
    for rank, (width, opacity) in enumerate(_WIDTHS):
        some = [each for each in trails if len(each.steps) > 1 and _rank(each.start, winner, here) == rank]
        if not some:
            continue
        pieces = np.concatenate([trail.pieces for trail in some])
        shares = loss_shares(np.concatenate([trail.losses[1:] for trail in some]), span)
        band = np.minimum((shares * _BANDS).astype(int), _BANDS - 1)
        for each in np.unique(band):
            red, green, blue = table[round((each + 0.5) / _BANDS * 255)].tolist()
            lines.append(Lines(pieces[band == each], (red, green, blue), width, opacity))
    return lines


def _rank(start: int, winner: int, here: int) -> int:
    return 2 if start == winner else int(start == here)


def _winning(trails: Sequence[Trail], run: PoseRun | None) -> list[Trail]:
    best = run.best if run is not None else -1
    return [trail for trail in trails if best in trail.steps and len(trail.steps) > 1]


def _references(stand: Stand, references: Sequence[Reference], theme: Theme, marked: str | None) -> list[Lines]:
    """From quiet to hardly seen, the farther their outline is from the query's; the nearest in the accent."""
    if not len(stand.edges):
        return []
    far = distances(references)
    nearest = int(np.argmin(far))
    rank = np.minimum((loss_shares(far, (float(far.min()), float(far.max()))) * _LEVELS).astype(int), _LEVELS - 1)
    rank[nearest] = -1
    near_colour, far_colour = (np.array(colour_of(theme, token)) for token in ("quiet", "line"))
    lines = []
    for level in np.unique(rank[rank >= 0]):
        red, green, blue = np.rint(near_colour + (far_colour - near_colour) * level / _LEVELS).astype(int).tolist()
        lines.append(Lines(stand.edges[rank == level].reshape(-1, 2, 3), (red, green, blue), 1.2))
    lines.append(Lines(stand.edges[nearest], colour_of(theme, "accent"), 2.0))
    loud = [number for number, each in enumerate(stand.references) if each.name == marked]
    return lines + [Lines(stand.edges[number], colour_of(theme, _MARKED), 3.0) for number in loud]


def distances(references: Sequence[Reference]) -> Doubles:
    """(N,) chamfer distances in pixels, those once aligned where they were asked for; one that is not known is far."""
    aligned = np.array([each.aligned for each in references])
    plain = np.array([each.distance for each in references])
    far = aligned if np.isfinite(aligned).all() else plain
    return np.where(np.isfinite(far), far, max(far[np.isfinite(far)], default=1.0))


def _cameras(cameras: Sequence[Frustum], followed: Camera, theme: Theme) -> list[Lines]:
    return [
        Lines(each.edges, colour_of(theme, "text" if own else "quiet"), 2.5 if own else 1.2)
        for each in cameras
        for own in (each.name == f"{CAMERA} {followed.name}",)
    ]


def _ends(look: PoseLook, stand: Stand, best: int) -> list[tuple[Frustum, Name]]:
    """The answer's camera, where another iteration is looked at."""
    if look.index == best:
        return []
    there = cameras_there((stand.camera,), look.run.steps[best].pose, stand.middle)[0]
    small = Frustum(there.name, there.apex, there.apex + (there.plane - there.apex) * 0.3)
    words = "answer" if look.run.over else "best so far"
    return [(small, Name(words, _place(there.apex), "answer"))]


def _names(stand: Stand, cameras: Sequence[Frustum], look: PoseLook, *, several: bool) -> list[Name]:
    names = _reference_names(stand)
    for each in cameras:
        own = each.name == f"{CAMERA} {stand.camera.name}"
        words = f"{chosen(each.name)[1]}, " if several else ""
        here = "answer" if look.index == look.run.best else f"iteration {look.index + 1}"
        names.append(Name(f"{words}{here}" if own else words.rstrip(", "), _place(each.apex), each.name))
    return names


def _reference_names(stand: Stand) -> list[Name]:
    # Why a worth: many numbers are to be read from near only, where they do not lie over each other.
    worth = stand.size * (1.0 if len(stand.references) <= _MANY else 0.3)
    return [Name(chosen(each.name)[1], _place(each.apex), each.name, worth) for each in stand.references]


def _axes(stand: Stand) -> list[Lines]:
    """The mesh's own x, y and z, from the corner of its box."""
    low, tips = stand.bounds[0], _axis_tips(stand)
    return [Lines(np.stack([low, tips[each]])[None], AXES[each], 2.0) for each in range(3)]


def _axis_names(stand: Stand) -> list[Name]:
    """To be read from near."""
    tips, worth = _axis_tips(stand) + 0.04 * stand.size * np.eye(3), stand.size * _AXIS
    return [Name("xyz"[each], _place(tips[each]), worth=worth, axis=each) for each in range(3)]


def _axis_tips(stand: Stand) -> Doubles:
    low, high = stand.bounds
    return np.asarray(low + np.diag(high - low + stand.size * _BEYOND))


def _place(point: Doubles) -> tuple[float, float, float]:
    return float(point[0]), float(point[1]), float(point[2])
