"""Opening a data set: finding out which layout it has, and having that layout's reader list it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample
from pentad.io.datasets.green import green_hint
from pentad.io.datasets.manifest_file import EXAMPLE, FILE_NAME
from pentad.io.datasets.reader import Listing, Options, Reader
from pentad.io.datasets.rerooting import rerooted
from pentad.io.tree import FileTree, only_folder, open_tree, subtree
from pentad.sdk.plugins import plugins

_GROUP = "pentad.readers"
_MANIFEST = "manifest"
_COMMON = frozenset({"normals", "manifest"})


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set that was opened: its files, the layout's id, and what its reader listed."""

    tree: FileTree
    layout: str
    listing: Listing

    @property
    def samples(self) -> tuple[Sample, ...]:
        return self.listing.samples

    @property
    def problems(self) -> tuple[Problem, ...]:
        return (*self.tree.problems, *self.listing.problems)


def installed_readers() -> tuple[tuple[Reader, ...], tuple[Problem, ...]]:
    """Every reader the entry points name, by id, and why any of them cannot be had."""
    found = plugins(_GROUP)
    readers = tuple(cast(Reader, plugin.object) for plugin in found if plugin.problem is None)
    return readers, tuple(plugin.problem for plugin in found if plugin.problem is not None)


def open_dataset(path: Path, *, layout: str | None = None, options: Options | None = None) -> Dataset:
    """List the data set at ``path``: a folder, a zip, or a manifest in the folder it describes.

    ``layout`` names a reader; without it, a manifest decides, and then the file names. Problem where no layout or more
    than one fits, and where nothing could be listed. Raster paths are relative to ``open_tree(path)``.
    """
    said = dict(options or {})
    if path.suffix == ".toml" and path.is_file():
        said.setdefault("manifest", str(path))
    tree = open_tree(path)
    readers, problems = installed_readers()
    if layout is None and "manifest" in said:
        layout = _MANIFEST
    inner, prefix, reader = _recognised(tree, readers, layout)
    _refuse_unknown(said, reader)
    listing = reader.read(inner, said)
    if prefix:
        listing = rerooted(listing, prefix)
    listing = replace(listing, problems=(*problems, *listing.problems))
    if not listing.samples:
        raise _nothing_listed(path, reader, (*listing.problems, *tree.problems))
    return Dataset(tree, reader.id, listing)


def describe(dataset: Dataset) -> dict[str, object]:
    """What ``pentad info --json`` says of a data set; ``images`` counts photos, ``views`` are names."""
    samples, problems = dataset.samples, dataset.problems
    views = [view for sample in samples for view in sample.views]
    return {
        "layout": dataset.layout,
        "categories": sorted({sample.category for sample in samples}),
        "samples": len(samples),
        "images": sum(Modality.RGB in view.rasters for view in views),
        "views": list(dict.fromkeys(view.name for view in views)),
        "normal": sum(sample.good for sample in samples),
        "anomalous": sum(not sample.good for sample in samples),
        "missing": dataset.listing.missing,
        "problems": [{"what": p.what, "why": p.why, "remedy": p.remedy} for p in problems],
        "notes": [*dataset.listing.notes, *_green_note(dataset)],
    }


def _green_note(dataset: Dataset) -> list[str]:
    hint = green_hint(dataset.tree, dataset.samples)
    return [] if hint is None else [f"{hint}. {hint.remedy}"]


def _recognised(tree: FileTree, readers: Sequence[Reader], layout: str | None) -> tuple[FileTree, str, Reader]:
    """The tree to read, its prefix and its reader: the tree itself, or the one folder a download is wrapped in."""
    trees = [(tree, "")]
    wrapper = only_folder(tree)
    if wrapper is not None:
        trees.append((subtree(tree, wrapper), wrapper + "/"))
    if layout is not None:
        reader = next((reader for reader in readers if reader.id == layout), None)
        if reader is None:
            known = ", ".join(reader.id for reader in readers)
            raise Problem(f"There is no layout '{layout}'", remedy=f"Choose one of: {known}")
        inner, prefix = next((pair for pair in trees if reader.recognises(pair[0])), trees[0])
        return inner, prefix, reader
    for inner, prefix in trees:
        fitting = [reader for reader in readers if reader.recognises(inner)]
        fitting = [reader for reader in fitting if reader.id == _MANIFEST] or fitting
        if len(fitting) > 1:
            names = ", ".join(reader.id for reader in fitting)
            raise Problem(f"{tree.location} fits several layouts", names, remedy="Name the right one with --layout")
        if fitting:
            return inner, prefix, fitting[0]
    raise _unrecognised(tree)


def _refuse_unknown(options: Options, reader: Reader) -> None:
    for key in options:
        if key not in _COMMON and key not in reader.options:
            known = ", ".join(sorted({*reader.options, *_COMMON}))
            raise Problem(f"The layout {reader.id} has no option '{key}'", remedy=f"Its options are: {known}")


def _unrecognised(tree: FileTree) -> Problem:
    files = tree.files
    shown = ", ".join(files[:5])
    why = f"{len(files)} files, the first of them {shown}" if files else "there are no files in it"
    remedy = f"Name the layout with --layout, or write a {FILE_NAME} into the folder, for example:\n{EXAMPLE}"
    return Problem(f"{tree.location} has no layout Pentad knows", why, remedy=remedy)


def _nothing_listed(path: Path, reader: Reader, problems: Sequence[Problem]) -> Problem:
    first = problems[0] if problems else Problem("no file fits", remedy="Check the folder, or name another --layout")
    return Problem(f"No sample was found in {path} as {reader.title}", str(first), remedy=first.remedy)
