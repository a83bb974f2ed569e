"""A project that lists many parts without a single image."""

from pathlib import Path

from pentad.core.sample import Modality, RasterRef, Sample, Split, View
from pentad.io.store import ProjectStore
from pentad.io.tree import open_tree
from pentad.session.project import Project


def project_of(count: int, folder: Path) -> Project:
    """``count`` five-view samples S00000 … in a new project below ``folder``."""
    data = folder / "data"
    data.mkdir()
    samples = [_sample(f"S{number:05d}") for number in range(count)]
    store = ProjectStore.create(folder / "project", name="many", data=data, layout="manifest", options={})
    return Project(folder / "project", store, open_tree(data), samples)


def _sample(name: str) -> Sample:
    views = tuple(View(f"view{n}", {Modality.RGB: RasterRef(f"{name}/{n}.png")}) for n in range(5))
    return Sample(f"plate/test/good/{name}", "plate", Split.TEST, None, views)
