"""Where to start from: references by the chamfer distance of their masks, and hypotheses that shift them onto it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Bools, Doubles
from pentad.core.pose_trace import Reference
from pentad.geometry.rigid import placed
from pentad_models.ptad.chamfer import Outlined, chamfer
from pentad_models.ptad.comparing import Level, Sight
from pentad_models.ptad.journal import Journal
from pentad_models.ptad.outlines import FAR, disagreement, outlines


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """A pose to begin from, in unit coordinates, and which ``reference`` it came from (-1: somebody gave it)."""

    reference: int
    pose: Doubles


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """References in order, each with its pose in unit coordinates."""

    references: tuple[Reference, ...]
    poses: tuple[Doubles, ...]

    def nearest(self) -> Start:
        """PTAD's: the least chamfer distance."""
        best = int(np.argmin([reference.distance for reference in self.references]))
        return Start(best, self.poses[best])


def ranked(level: Level, poses: list[Doubles], journal: Journal, *, align: bool) -> Ranked:
    """Chamfer distances (PTAD eq. 3, in the working masks' pixels, summed over the looks) of ``poses``' masks.

    ``align`` also shifts each pose so that its masks lie on the query's, and measures again.
    """
    queries = [Outlined.of(sight.mask > 0.5) for sight in level.sights]
    references: list[Reference] = []
    for number, pose in enumerate(poses):
        journal.report(0.15 * number / len(poses), f"Reference {number + 1} of {len(poses)}")
        masks = [_inside(sight, pose) for sight in level.sights]
        distance = _distance(queries, masks) * level.reduction
        aligned = float("nan")
        if align:
            moved = next(_shifts(level.sights, masks, pose), pose)
            again = [_inside(sight, moved) for sight in level.sights]
            aligned = _distance(queries, again) * level.reduction
        journal.renders += len(masks) * (2 if align else 1)
        references.append(Reference(journal.frame.outside(pose), distance, aligned))
    return Ranked(tuple(references), tuple(poses))


def hypotheses(
    coarse: Level,
    level: Level,
    order: Ranked,
    journal: Journal,
    *,
    only: int | None = None,
    known: bool = True,
    far: float = FAR,
) -> list[Start]:
    """Every reference (or the ``only`` one) as it is and shifted in several ways, the best agreeing outlines first.

    ``known``: whether the starts tell which reference they came from; otherwise there is none in the trace. ``far`` as
    in ``outlines``.

    Why several: where a piece is missing, areas and middles are wrong, but one side or the other still is right.
    """
    queries = outlines(level, far)
    found: list[tuple[float, int, Doubles]] = []
    numbers = range(len(order.poses)) if only is None else (only,)
    for number in numbers:
        journal.report(0.15 + 0.15 * len(found) / (6 * len(order.poses)), "Comparing outlines")
        pose = order.poses[number]
        masks = [_inside(sight, pose) for sight in coarse.sights]
        for moved in (pose, *_shifts(coarse.sights, masks, pose)):
            found.append((disagreement(level, queries, moved), number, moved))
            journal.renders += len(masks)
        journal.renders += len(masks)
    return [Start(number if known else -1, pose) for _, number, pose in sorted(found, key=lambda each: each[0])]


def onto_query(sights: tuple[Sight, ...], pose: Doubles) -> Doubles:
    """``pose`` moved so that its masks come to lie on the query's by their middles and areas."""
    return next(_shifts(sights, [_inside(sight, pose) for sight in sights], pose), pose)


def mean_scale(level: Level, poses: list[Doubles], journal: Journal) -> float:
    """How much larger the query is than the references, by the square roots of the areas of the first look's masks; 1
    where it is too thin for ``level`` to show any area."""
    sight = level.sights[0]
    asked = float((sight.mask > 0.5).sum())
    areas = [float(_inside(sight, pose).sum()) for pose in poses]
    journal.renders += len(poses)
    seen = [np.sqrt(area) for area in areas if area > 0]
    return float(np.sqrt(asked) / np.mean(seen)) if seen and asked else 1.0


def _inside(sight: Sight, pose: Doubles) -> Bools:
    return np.asarray((sight.drawn(pose).mask > 0.5) & sight.known)


def _distance(queries: list[Outlined], masks: list[Bools]) -> float:
    return sum(chamfer(query, Outlined.of(mask)) for query, mask in zip(queries, masks, strict=True))


def _shifts(sights: tuple[Sight, ...], masks: list[Bools], pose: Doubles) -> Iterator[Doubles]:
    """``pose`` moved so that its masks come to lie on the query's; the first by middles and areas."""
    pairs = [
        (sight, mask) for sight, mask in zip(sights, masks, strict=True) if mask.any() and (sight.mask > 0.5).any()
    ]
    if len(sights) > 1:
        if pairs:
            yield _onto_all(pairs, pose)
        return
    for sight, mask in pairs:
        if (sight.to_camera @ pose)[2, 3] > 0:
            for times, seen, asked in _fits(mask, sight.mask > 0.5):
                yield _moved(sight, pose, times, seen, asked)


def _fits(mask: Bools, query: Bools) -> Iterator[tuple[float, Doubles, Doubles]]:
    """By how much to enlarge ``mask``, and which of its points x, y then lies on which of ``query``'s (closed form)."""
    yield float(np.sqrt(query.sum() / mask.sum())), _middle(mask), _middle(query)
    (low, high), (low_asked, high_asked) = _box(mask), _box(query)
    wider, taller = (high_asked - low_asked) / (high - low)
    below, above, left, right = (np.array(share) for share in ((0.5, 1.0), (0.5, 0.0), (0.0, 0.5), (1.0, 0.5)))
    for times, at in ((wider, below), (wider, above), (taller, left), (taller, right)):
        yield float(times), low + (high - low) * at, low_asked + (high_asked - low_asked) * at


def _moved(sight: Sight, pose: Doubles, times: float, seen: Doubles, asked: Doubles) -> Doubles:
    """``pose`` so much nearer that its image is ``times`` as large, and with what is ``seen`` at x, y as ``asked``."""
    there = sight.to_camera @ pose
    k, z = sight.camera.matrix, float(there[2, 3])
    origin = (k @ there[:3, 3] / z)[:2]
    wanted = asked - (seen - origin) * times
    place = np.linalg.solve(k, [*wanted, 1.0]) * z / times
    turn = sight.to_camera[:3, :3]
    return placed(pose[:3, :3], turn.T @ (place - sight.to_camera[:3, 3]))


def _onto_all(pairs: list[tuple[Sight, Bools]], pose: Doubles) -> Doubles:
    """``pose`` shifted so that the masks' middles meet in all looks, in the sense of least squares."""
    rows: list[Doubles] = []
    wanted: list[Doubles] = []
    for sight, mask in pairs:
        k = sight.camera.matrix
        z = max(float((sight.to_camera @ pose)[2, 3]), 1e-6)
        turn = sight.to_camera[:3, :3]
        rows.append(np.stack([turn[0] * k[0, 0] / z, turn[1] * k[1, 1] / z]))
        wanted.append(_middle(sight.mask > 0.5) - _middle(mask))
    shift, *_ = np.linalg.lstsq(np.concatenate(rows), np.concatenate(wanted), rcond=1e-3)
    return placed(pose[:3, :3], pose[:3, 3] + shift)


def _middle(inside: Bools) -> Doubles:
    y, x = np.nonzero(inside)
    return np.array([x.mean(), y.mean()])


def _box(inside: Bools) -> tuple[Doubles, Doubles]:
    """Least and greatest x, y of the pixels' own borders."""
    y, x = np.nonzero(inside)
    return np.array([x.min() - 0.5, y.min() - 0.5]), np.array([x.max() + 0.5, y.max() + 0.5])
