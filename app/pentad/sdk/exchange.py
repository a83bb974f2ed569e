"""The shapes an exporter fills: masks written in another tool's format, and read from it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pentad.core.arrays import Labels
from pentad.core.label_class import LabelClass
from pentad.core.sample import Split
from pentad.sdk.model import Setting, Ticket, Value

Skip = Callable[[str, str], None]
"""Says what was left out, and why."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One view that has a mask. ``name`` is what files call its photo: a POSIX path below the root, unique even without
    its extension. ``views`` is how many views its sample has."""

    sample: str
    view: str
    name: str
    category: str
    split: Split
    anomaly: str | None
    views: int = 1


class MaskSet(Protocol):
    """The masks to be written, read one at a time. What cannot be read is left out and reported by whoever gives it."""

    @property
    def classes(self) -> Sequence[LabelClass]:
        """By index; every number that occurs in a mask is among them."""

    @property
    def pictures(self) -> Sequence[Picture]:
        """All of them, in order."""

    def __iter__(self) -> Iterator[tuple[Picture, Labels]]:
        """Each picture with its labels (H, W), as large as the photo; may be gone through once. Reports progress."""

    def photo(self, picture: Picture, to: Path) -> None:
        """Put the photo's file at ``to``, where a person asked for the photos too; else does nothing."""


@dataclass(frozen=True, slots=True)
class NamedClass:
    """A class as a file names it; ``colour`` is ``#rrggbb``, None where the file has none."""

    name: str
    colour: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What a file says of one image.

    ``name`` is what it calls the image, ``size`` (H, W) or None where the format does not say. ``draw(size)`` gives the
    labels (H, W): 0, or a number of ``classes``; None there stands for "the project's class of this number".
    ``annotations`` counts what ``draw`` lays down; Problem where it cannot.
    """

    name: str
    size: tuple[int, int] | None
    classes: Mapping[int, NamedClass | None]
    annotations: int
    draw: Callable[[tuple[int, int]], Labels]


@dataclass(frozen=True, slots=True)
class ExporterInfo:
    """What a format is, known without using it."""

    id: str
    title: str
    summary: str
    settings: tuple[Setting, ...] = ()


class Exporter(Protocol):
    """What the entry point ``pentad.exporters`` names: a module-level object, cheap to import."""

    @property
    def info(self) -> ExporterInfo: ...

    def write(self, masks: MaskSet, folder: Path, settings: Mapping[str, Value], ticket: Ticket) -> int:
        """Write all masks into ``folder`` (empty, and thrown away if this fails); how many annotations they made.

        ``settings`` are checked and complete.
        """

    def read(self, path: Path, skip: Skip, ticket: Ticket) -> Iterator[Drawn]:
        """What the file, folder or zip at ``path`` says, one image at a time; Problem where it says nothing at all.

        Whatever is wrong with one image or one annotation is skipped with its reason, and the rest is given.
        """
