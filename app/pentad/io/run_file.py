"""A finished run: ``results/<run>.h5``, written whole and never edited."""

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, cast

import h5py
import numpy as np
from numpy.typing import NDArray

from pentad import __version__
from pentad.core.box import BoxShares
from pentad.core.prediction import Prediction, Provenance
from pentad.core.problem import Problem
from pentad.io.packed_map import PackedView, unpack_view
from pentad.io.patient_file import PatientFile
from pentad.io.run_parts import Part, Skipped, box_from_json, provenance_from_json
from pentad.sdk.atomic import replace_file

FORMAT = "pentad-run"
VERSION = 1
_BATCH = 64
_VIEWS = np.dtype(
    [
        ("sample", np.int32),
        ("name", np.int32),
        ("height", np.int32),
        ("width", np.int32),
        ("row", np.int64),
        ("offset", np.float64),
        ("exponent", np.int32),
        ("low", np.float64),
        ("high", np.float64),
        ("score", np.float64),
    ]
)
_FAULTS = (OSError, RuntimeError, ValueError, TypeError, KeyError, IndexError, AttributeError)


class RunFile:
    """One finished run, open for reading: its samples and scores at hand, its maps read when asked for.

    Layout: ``maps/<h>x<w>`` (N, h, w) float16 with a checksum per map; ``views`` one row per view, samples in order,
    ``value = offset + map * 2 ** exponent``; ``about`` JSON: made_by, created, data, samples, view names, skipped, and
    the boxes by row.
    ``data`` says where the judged data set was, as text, so that a run can be measured again.
    May be read from several threads.
    """

    def __init__(self, path: Path, file: h5py.File) -> None:
        self.path = path
        self._file = file
        about = json.loads(_bytes(file["about"]))
        self._views: NDArray[Any] = np.asarray(file["views"][()], _VIEWS)
        if int(file.attrs["checksum"]) != _checksum(_bytes(file["about"]), self._views):
            raise ValueError("its checksum does not fit its tables")
        self.made_by: Provenance = provenance_from_json(about["made_by"])
        self.created: str = str(about["created"])
        self.data: dict[str, str] = {str(key): str(value) for key, value in about.get("data", {}).items()}
        """Which data set was judged, in the words of whoever made the run."""
        self.samples: tuple[str, ...] = tuple(map(str, about["samples"]))
        self.skipped: tuple[Skipped, ...] = tuple(Skipped(*words) for words in about["skipped"])
        self._names: tuple[str, ...] = tuple(map(str, about["view_names"]))
        self._boxes: dict[str, object] = dict(about.get("boxes", {}))
        self._number = {sample: number for number, sample in enumerate(self.samples)}
        self._starts = np.searchsorted(self._views["sample"], np.arange(len(self.samples) + 1))

    @classmethod
    def open(cls, path: Path) -> Self:
        """Problem where ``path`` is missing, cut short, damaged, of a newer version, or something else."""
        if not path.is_file():
            raise Problem(f"There is no run at {path}", remedy="Check the path, or run the detection again.")
        remedy = "Put back a copy of it, or run the detection again."
        try:
            file = h5py.File(path, "r")
        except _FAULTS as error:
            raise Problem(f"{path} cannot be read as a run", str(error), remedy=remedy) from error
        try:
            _check_format(path, file)
            return cls(path, file)
        except Problem:
            file.close()
            raise
        except _FAULTS as error:
            file.close()
            raise Problem(f"{path} is damaged", str(error), remedy=remedy) from error

    @property
    def scores(self) -> dict[str, float]:
        """Sample id to the sample's score: its highest view's."""
        return {sample: max(views.values()) for sample, views in self.view_scores().items()}

    def view_scores(self) -> dict[str, dict[str, float]]:
        """Sample id to view name to score."""
        names = [self._names[number] for number in self._views["name"]]
        scores = self._views["score"].tolist()
        return {
            sample: dict(zip(names[start:stop], scores[start:stop], strict=True))
            for sample, start, stop in zip(self.samples, self._starts, self._starts[1:], strict=False)
        }

    def prediction(self, sample: str) -> Prediction:
        """What the run says of ``sample``; KeyError where it is not in it, Problem where its maps are damaged."""
        part = self.part(sample)
        return Prediction(sample, {view.name: unpack_view(view) for view in part.views}, self.made_by)

    def part(self, sample: str) -> Part:
        number = self._number[sample]
        first = int(self._starts[number])
        rows = self._views[first : self._starts[number + 1]]
        try:
            views = tuple(self._packed(row, first + index) for index, row in enumerate(rows))
        except _FAULTS as error:
            raise Problem(
                f"{self.path} is damaged at {sample}", str(error), remedy="Put back a copy, or run the detection again."
            ) from error
        return Part(sample, views, tuple(skip for skip in self.skipped if skip.sample == sample and skip.view))

    def verify(self) -> None:
        """Read every map; Problem naming the first sample whose maps do not fit their checksums."""
        try:
            for maps in self._file["maps"].values() if "maps" in self._file else ():
                for start in range(0, maps.shape[0], _BATCH):
                    _ = maps[start : start + _BATCH]
        except _FAULTS as error:
            for sample in self.samples:
                self.part(sample)
            remedy = "Put back a copy, or run the detection again."
            raise Problem(f"{self.path} is damaged", str(error), remedy=remedy) from error

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _packed(self, row: Mapping[str, Any], place: int) -> PackedView:
        maps = cast(h5py.Dataset, self._file[_map_name(row["height"], row["width"])])
        halves = np.asarray(maps[int(row["row"])], np.float16)
        scale = (float(row["low"]), float(row["high"]), float(row["score"]))
        box = box_from_json(self._boxes.get(str(place)))
        return PackedView(self._names[row["name"]], halves, float(row["offset"]), int(row["exponent"]), *scale, box)


def write_run_file(
    path: Path,
    made_by: Provenance,
    *,
    parts: Iterable[Part],
    skipped: Sequence[Skipped] = (),
    data: Mapping[str, str] | None = None,
) -> None:
    """Write a whole run beside ``path`` and rename it there; Problem where the disk will not.

    ``parts`` come in the order that the run will list its samples in; ``skipped`` are the samples that have none;
    ``data`` says which data set was judged.
    """
    with replace_file(path) as temporary, PatientFile(temporary) as stream:
        with h5py.File(stream, "w") as file:
            tables = _Tables(file, skipped)
            for part in parts:
                tables.add(part)
                stream.check()
            tables.finish(made_by, data or {})
        stream.check()


@dataclass(eq=False)
class _Maps:
    """The maps of one shape on their way into the file, a batch at a time."""

    dataset: h5py.Dataset
    count: int = 0
    batch: list[NDArray[np.float16]] = field(default_factory=list)

    def add(self, halves: NDArray[np.float16]) -> int:
        self.batch.append(halves)
        if len(self.batch) == _BATCH:
            self.flush()
        return self.count + len(self.batch) - 1 if self.batch else self.count - 1

    def flush(self) -> None:
        if self.batch:
            self.dataset.resize(self.count + len(self.batch), axis=0)
            self.dataset[self.count :] = np.stack(self.batch)
            self.count += len(self.batch)
            self.batch.clear()


class _Tables:
    """The rows and names of a run while its maps go into the file."""

    def __init__(self, file: h5py.File, skipped: Sequence[Skipped]) -> None:
        self._file = file
        self._samples: list[str] = []
        self._names: dict[str, int] = {}
        self._rows: list[tuple[object, ...]] = []
        self._boxes: dict[str, BoxShares] = {}
        self._skipped = list(skipped)
        self._maps: dict[tuple[int, ...], _Maps] = {}

    def add(self, part: Part) -> None:
        for view in part.views:
            height, width = view.halves.shape
            maps = self._maps.get((height, width))
            if maps is None:
                maps = self._maps[height, width] = _Maps(_new_maps(self._file, height, width))
            name = self._names.setdefault(view.name, len(self._names))
            place = (len(self._samples), name, height, width, maps.add(view.halves))
            if view.box is not None:
                self._boxes[str(len(self._rows))] = view.box
            self._rows.append((*place, view.offset, view.exponent, view.low, view.high, view.score))
        self._samples.append(part.sample)
        self._skipped += part.skipped

    def finish(self, made_by: Provenance, data: Mapping[str, str]) -> None:
        for maps in self._maps.values():
            maps.flush()
        about = {
            "made_by": asdict(made_by),
            "data": dict(data),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "samples": self._samples,
            "view_names": list(self._names),
            "boxes": self._boxes,
            "skipped": [[skip.sample, skip.view, skip.why] for skip in self._skipped],
        }
        text, views = json.dumps(about).encode(), np.array(self._rows, _VIEWS)
        self._file.create_dataset("about", data=np.frombuffer(text, np.uint8), fletcher32=True)
        self._file.create_dataset("views", data=views)
        self._file.attrs.update({"format": FORMAT, "version": VERSION, "checksum": _checksum(text, views)})


def _new_maps(file: h5py.File, height: int, width: int) -> h5py.Dataset:
    return file.create_dataset(
        _map_name(height, width),
        shape=(0, height, width),
        maxshape=(None, height, width),
        chunks=(1, height, width),
        dtype=np.float16,
        fletcher32=True,
    )


def _map_name(height: int, width: int) -> str:
    return f"maps/{height}x{width}"


def _bytes(dataset: h5py.Dataset) -> bytes:
    return np.asarray(dataset[()], np.uint8).tobytes()


def _checksum(about: bytes, views: NDArray[Any]) -> int:
    return zlib.crc32(views.tobytes(), zlib.crc32(about))


def _check_format(path: Path, file: h5py.File) -> None:
    if file.attrs.get("format") != FORMAT:
        raise Problem(
            f"{path} is an HDF5 file, but no run of Pentad", remedy="Choose a file that `pentad detect` made."
        )
    version = int(file.attrs["version"])
    if version > VERSION:
        raise Problem(
            f"{path} was written by a newer Pentad",
            f"its format is {version}, Pentad {__version__} knows those up to {VERSION}",
            remedy="Update Pentad. The file was left as it is.",
        )


def each_prediction(path: Path) -> Iterator[Prediction]:
    """Every sample's prediction of the run at ``path``, in its order."""
    with RunFile.open(path) as run:
        for sample in run.samples:
            yield run.prediction(sample)
