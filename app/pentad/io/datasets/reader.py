"""The shapes a layout reader fills: it turns a tree of files into samples, and opens no image."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pentad.core.problem import Problem
from pentad.core.sample import NormalEncoding, Sample
from pentad.io.tree import FileTree

Options = Mapping[str, str]
"""What a person said about a data set, as the command line carries it: ``{"normals": "directx"}``."""

NORMALS_HELP = "how normal maps are written: opengl, directx, float-opengl or float-directx (default opengl)"


@dataclass(frozen=True, slots=True)
class Listing:
    """What a reader found. ``missing`` counts files that should be there and are not; long runs of like problems are
    shortened in ``problems``. ``notes`` are choices the reader made that a person may want to know."""

    samples: tuple[Sample, ...]
    problems: tuple[Problem, ...] = ()
    missing: int = 0
    notes: tuple[str, ...] = ()
    rig_file: str | None = None
    lights_file: str | None = None


class Reader(Protocol):
    """What an entry point of ``pentad.readers`` names: a module-level object, cheap to import."""

    @property
    def id(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def options(self) -> Mapping[str, str]:
        """The options this layout knows, each with one line of help."""

    def recognises(self, tree: FileTree) -> bool:
        """Whether ``tree`` looks like this layout, told from its file names (and at most one header)."""

    def read(self, tree: FileTree, options: Options) -> Listing:
        """List the samples of ``tree``; Problem where nothing can be listed at all."""


def normal_encoding(options: Options) -> tuple[NormalEncoding, tuple[str, ...]]:
    """The encoding a person declared; OpenGL, and a note that says so, where they did not."""
    said = options.get("normals")
    if said is None:
        return NormalEncoding.OPENGL, ("Normal encoding not declared by the layout; read as opengl (see --normals).",)
    try:
        return NormalEncoding(said), ()
    except ValueError:
        choices = ", ".join(NormalEncoding)
        raise Problem(f"'{said}' is not an encoding of normals", remedy=f"Choose one of: {choices}") from None


def plain_category(name: str) -> str:
    """A category's name with ``-`` and blanks as ``_``: releases of one set spell them both ways."""
    return name.strip().replace("-", "_").replace(" ", "_")
