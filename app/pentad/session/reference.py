"""What the part on show is compared with: one part a person chose, or the mean of good ones."""

from collections.abc import Callable
from typing import ClassVar

from psygnal import Signal

from pentad.annotation.options import Flag, Number, Options
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
        self._known: dict[tuple[str, str, int, frozenset[str], int], list[Sample]] = {}
        self.options = Options("reference", [
            Number("parts", "Good parts", 12.0, 2.0, 64.0, "", 1.0,
                   tip="Of how many good parts at most the mean is taken"),
            Flag("line_up", "Lay them over each other", True,
                 tip="Turn and shift what is compared so that it lies on the part on show, in the image's plane"),
        ])  # fmt: skip
        self.options.changed.connect(self._on_option)

    def use(self, project: Project | None) -> None:
        """Work on another project."""
        self._project, self._part = project, None
        self._known.clear()

    @property
    def part(self) -> Sample | None:
        """The part that was chosen; None for the mean of good ones."""
        return self._part

    def choose(self, part: Sample | None) -> None:
        if part is not self._part:
            self._part = part
            self.changed.emit()

    @property
    def lines_up(self) -> bool:
        return self.options.flag("line_up")

    def _on_option(self) -> None:
        # Why not the signal itself: psygnal probes a connected ``emit`` by calling it.
        self.changed.emit()

    def parts(self, here: Sample, view: str) -> list[Sample]:
        """Which parts stand for "good" in a view of ``here``: the chosen one, or as many as are wanted."""
        if self._part is not None:
            return [self._part]
        samples = self._project.samples if self._project is not None else []
        asked = (here.id, view, round(self.options.number("parts")), self._rejected(), len(samples))
        if asked not in self._known:
            if any(other[0] != here.id for other in self._known):
                self._known.clear()
            # Why kept: thousands of parts would be looked through again with every map that comes.
            self._known[asked] = good_parts(samples, here, view, most=asked[2], rejected=asked[3])
        return self._known[asked]


def short_name(sample: Sample) -> str:
    """As lists show it: the last part of its id."""
    return sample.id.rsplit("/", 1)[-1]


def shelf_key(parts: tuple[Sample, ...], view: str, *, one: bool, line_up: bool) -> MaskKey:
    """The name under which the normals of these parts, or their mean, are kept."""
    kind = "lined up" if line_up else "as they lie"
    return MaskKey(parts[0].id if one else "\n".join((f"mean, {kind}", *(part.id for part in parts))), view)
