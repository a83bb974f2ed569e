"""Which view of the project a name in somebody's file means."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from pentad.core.sample import Modality, Sample, View
from pentad.io.exporters.mvtec import stems_of
from pentad.io.masks import MaskFolder
from pentad.sdk.exchange import Picture


def pictures_of(samples: Iterable[Sample], *, by_sample: bool = False) -> list[Picture]:
    """Every view that has a photo. Its name is the photo's own path or, ``by_sample``, ``<sample>/<view>.<ext>``.

    Where several views share a path, or differ in the extension only, all are named by sample and view.
    """
    views = [(sample, view) for sample in samples for view in sample.views if Modality.RGB in view.rasters]
    refs = [view.rasters[Modality.RGB] for _, view in views]
    stems = {_stem(ref.path) for ref in refs}
    by_sample = by_sample or len(stems) < len(refs) or any(ref.part is not None for ref in refs)
    return [_picture(sample, view, by_sample=by_sample) for sample, view in views]


class Matcher:
    """Finds the picture for a name: by its path, by sample and view, or by a file name that only one has."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self.pictures = pictures_of(samples)
        named = pictures_of(samples, by_sample=True)
        self._exact: dict[str, Picture] = {}
        short: list[tuple[str, Picture]] = []
        stems = stems_of(self.pictures)
        paths = {(s.id, v.name): v.rasters[Modality.RGB] for s in samples for v in s.views if Modality.RGB in v.rasters}
        for picture, same in zip(self.pictures, named, strict=True):
            ref = paths[picture.sample, picture.view]
            whole = f"{picture.category}/test/{picture.anomaly}/{stems[picture]}"
            path = [_stem(ref.path)] if ref.part is None else []
            for name in (*path, _stem(same.name), f"{picture.sample}/{picture.view}", whole):
                self._exact.setdefault(name, picture)
            alone = [picture.sample, picture.sample.rsplit("/", 1)[-1]] if picture.views == 1 else []
            names = {*alone, stems[picture], *(PurePosixPath(stem).name for stem in path)}
            short += [(name, picture) for name in names]
        uses = Counter(name for name, _ in short)
        self._short = {name: picture for name, picture in short if uses[name] == 1}
        self._several = {name for name, count in uses.items() if count > 1}

    def find(self, name: str) -> Picture | str:
        """The picture that ``name`` (a path of any kind, with an extension or without) means, or why there is none."""
        parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
        for start in range(len(parts)):
            tail = "/".join(parts[start:])
            found = self._exact.get(tail) or self._exact.get(_stem(tail))
            if found is not None:
                return found
        last = parts[-1] if parts else ""
        short = self._short.get(_stem(last)) or self._short.get(last)
        if short is not None:
            return short
        several = {_stem(last), last} & self._several
        return "several views have this file name" if several else "the project has no such view"


def _picture(sample: Sample, view: View, *, by_sample: bool) -> Picture:
    path = view.rasters[Modality.RGB].path
    if by_sample:
        named = MaskFolder(Path()).path(sample.id, view.name)
        path = named.with_suffix(PurePosixPath(path).suffix or ".png").as_posix()
    views = sum(Modality.RGB in other.rasters for other in sample.views)
    return Picture(sample.id, view.name, path, sample.category, sample.split, sample.anomaly, views)


def _stem(path: str) -> str:
    """``path`` less its extension."""
    folder, slash, name = path.rpartition("/")
    stem, dot, suffix = name.rpartition(".")
    return folder + slash + (stem if dot and stem and 1 <= len(suffix) <= 5 else name)
