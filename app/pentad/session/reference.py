"""What the part on show is compared with: one part a person chose, or the mean of good ones."""

from collections.abc import Callable
from typing import ClassVar

from psygnal import Signal

from pentad.core.mask import MaskKey
from pentad.core.sample import Sample
from pentad.session.good_parts import good_parts
from pentad.session.project import Project


class Reference:
    """Which part, or of how many good ones the mean. Lives on the main thread."""

    changed: ClassVar[Signal] = Signal()

    def __init__(self, rejected: Callable[[], frozenset[str]]) -> None:
        """``rejected`` tells which parts a person found bad, whatever the data set says."""
        self._rejected = rejected
        self._project: Project | None = None
        self._part: Sample | None = None

    def use(self, project: Project | None) -> None:
        """Work on another project."""
        self._project, self._part = project, None

    @property
    def part(self) -> Sample | None:
        """The part that was chosen; None for the mean of good ones."""
        return self._part

    def choose(self, part: Sample | None) -> None:
        if part is not self._part:
            self._part = part
            self.changed.emit()

    def parts(self, here: Sample, view: str, *, most: int) -> list[Sample]:
        """Which parts stand for "good" in a view of ``here``: the chosen one, or at most so many."""
        if self._part is not None:
            return [self._part]
        samples = self._project.samples if self._project is not None else []
        return good_parts(samples, here, view, most=most, rejected=self._rejected())


def short_name(sample: Sample) -> str:
    """As lists show it: the last part of its id."""
    return sample.id.rsplit("/", 1)[-1]


def shelf_key(parts: tuple[Sample, ...], view: str, *, one: bool) -> MaskKey:
    """The name under which the normals of these parts, or their mean, are kept."""
    return MaskKey(parts[0].id if one else "\n".join(("mean of", *(part.id for part in parts))), view)
