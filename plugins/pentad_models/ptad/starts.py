"""Which references to start from: ranked by the chamfer distance of their masks, as they are and shifted onto it."""

from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Bools, Doubles
from pentad.core.pose_trace import Reference
from pentad_models.ptad.chamfer import Outlined, chamfer
from pentad_models.ptad.comparing import Level, Sight
from pentad_models.ptad.journal import Journal
from pentad_models.ptad.rigid import placed


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """A pose to begin from, in unit coordinates, and which ``reference`` it came from (-1: somebody gave it)."""

    reference: int
    pose: Doubles


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """References in order, each with its pose and, where asked for, its ``shifted`` one, all in unit coordinates."""

    references: tuple[Reference, ...]
    poses: tuple[Doubles, ...]
    shifted: tuple[Doubles, ...]

    def nearest(self) -> Start:
        """PTAD's: the least chamfer distance."""
        best = int(np.argmin([reference.distance for reference in self.references]))
        return Start(best, self.poses[best])

    def best(self, aligned: int, plain: int) -> list[Start]:
        """The nearest ``aligned`` ones after shifting, then the nearest ``plain`` ones before."""
        by_shifted = np.argsort([reference.aligned for reference in self.references], kind="stable")[:aligned]
        by_plain = np.argsort([reference.distance for reference in self.references], kind="stable")[:plain]
        return [
            *(Start(number, self.shifted[number]) for number in by_shifted.tolist()),
            *(Start(number, self.poses[number]) for number in by_plain.tolist()),
        ]


def ranked(level: Level, poses: list[Doubles], journal: Journal, *, align: bool) -> Ranked:
    """Chamfer distances (PTAD eq. 3, in the working masks' pixels, summed over the looks) of ``poses``' masks.

    ``align`` also shifts each pose so that its masks lie on the query's, and measures again.
    """
    queries = [Outlined.of(sight.mask > 0.5) for sight in level.sights]
    references: list[Reference] = []
    shifted: list[Doubles] = []
    for number, pose in enumerate(poses):
        journal.report(0.2 * number / len(poses), f"Reference {number + 1} of {len(poses)}")
        masks = [_inside(sight, pose) for sight in level.sights]
        distance = _distance(queries, masks) * level.reduction
        aligned, moved = float("nan"), pose
        if align:
            moved = _onto(level.sights, masks, pose)
            again = [_inside(sight, moved) for sight in level.sights]
            aligned = _distance(queries, again) * level.reduction
        journal.renders += len(masks) * (2 if align else 1)
        references.append(Reference(journal.frame.outside(pose), distance, aligned))
        shifted.append(moved)
    return Ranked(tuple(references), tuple(poses), tuple(shifted))


def mean_scale(level: Level, poses: list[Doubles], journal: Journal) -> float:
    """How much larger the query is than the references, by the square roots of the areas of the first look's masks."""
    sight = level.sights[0]
    asked = float((sight.mask > 0.5).sum())
    areas = [float(_inside(sight, pose).sum()) for pose in poses]
    journal.renders += len(poses)
    seen = [np.sqrt(area) for area in areas if area > 0]
    return float(np.sqrt(asked) / np.mean(seen)) if seen else 1.0


def _inside(sight: Sight, pose: Doubles) -> Bools:
    return np.asarray((sight.drawn(pose).mask > 0.5) & sight.known)


def _distance(queries: list[Outlined], masks: list[Bools]) -> float:
    return sum(chamfer(query, Outlined.of(mask)) for query, mask in zip(queries, masks, strict=True))


def _onto(sights: tuple[Sight, ...], masks: list[Bools], pose: Doubles) -> Doubles:
    """``pose`` shifted so that the masks' middles meet and, where there is one look only, their areas are equal."""
    pairs = [(sight, mask) for sight, mask in zip(sights, masks, strict=True) if mask.any()]
    if not pairs:
        return pose
    if len(sights) == 1:
        return _onto_one(*pairs[0], pose)
    rows: list[Doubles] = []
    wanted: list[Doubles] = []
    for sight, mask in pairs:
        k = sight.camera.matrix
        z = max(float((sight.to_camera @ pose)[2, 3]), 1e-6)
        away = _middle(sight.mask > 0.5) - _middle(mask)
        turn = sight.to_camera[:3, :3]
        rows.append(np.stack([turn[0] * k[0, 0] / z, turn[1] * k[1, 1] / z]))
        wanted.append(away)
    shift, *_ = np.linalg.lstsq(np.concatenate(rows), np.concatenate(wanted), rcond=1e-3)
    return placed(pose[:3, :3], pose[:3, 3] + shift)


def _onto_one(sight: Sight, mask: Bools, pose: Doubles) -> Doubles:
    asked = sight.mask > 0.5
    times = float(np.sqrt(asked.sum() / mask.sum()))
    there = sight.to_camera @ pose
    k, z = sight.camera.matrix, float(there[2, 3])
    if not z > 0:
        return pose
    seen_at = (k @ there[:3, 3] / z)[:2]
    wanted = _middle(asked) - (_middle(mask) - seen_at) * times
    place = np.linalg.solve(k, [*wanted, 1.0]) * z / times
    turn = sight.to_camera[:3, :3]
    return placed(pose[:3, :3], turn.T @ (place - sight.to_camera[:3, 3]))


def _middle(inside: Bools) -> Doubles:
    y, x = np.nonzero(inside)
    return np.array([x.mean(), y.mean()])
