"""A run in the making: one small file per judged sample, so that a stopped detection can go on."""

import hashlib
import io
import json
import shutil
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from pentad.core.box import BoxShares
from pentad.core.prediction import Provenance
from pentad.core.problem import Problem
from pentad.io.packed_map import PackedView
from pentad.sdk.atomic import make_folder, sweep_stale, write_bytes

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Skipped:
    """What a run could not judge: a whole sample (``view`` empty) or one view, and why."""

    sample: str
    view: str
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One judged sample as it is stored."""

    sample: str
    views: tuple[PackedView, ...]
    skipped: tuple[Skipped, ...] = ()


class PartFolder:
    """``<run>.h5.parts``: who makes the run, and a file for each sample that is done."""

    def __init__(self, run: Path) -> None:
        self.path = run.with_name(f"{run.name}.parts")

    def begin(self, made_by: Provenance, *, anew: bool) -> None:
        """Make the folder, or go on with the one that is there if the same model made it.

        ``anew`` drops another model's parts; otherwise they are a Problem.
        """
        made = self.made_by()
        if made is not None and made != made_by:
            if not anew:
                raise Problem(
                    f"{self.path} holds an interrupted run of another model",
                    f"{made.caption} began it, this is {made_by.caption}",
                    remedy="Finish that run with its model, write to another file, or start anew with --force.",
                )
            self._clear()
        make_folder(self.path)
        sweep_stale(self.path)
        if made != made_by:
            about = {"format": _FORMAT, "made_by": asdict(made_by)}
            write_bytes(self._about, json.dumps(about, sort_keys=True).encode())

    def made_by(self) -> Provenance | None:
        """The model whose parts these are; None where no run was begun."""
        try:
            about = json.loads(self._about.read_bytes())
            return provenance_from_json(about["made_by"]) if about["format"] == _FORMAT else None
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def write(self, part: Part) -> None:
        about = {
            "sample": part.sample,
            "skipped": [[skip.sample, skip.view, skip.why] for skip in part.skipped],
            "views": [
                [view.name, *view.halves.shape, view.offset, view.exponent, view.low, view.high, view.score]
                for view in part.views
            ],
            "boxes": {view.name: view.box for view in part.views if view.box is not None},
        }
        # Why one array: each costs a parsed header, and finishing a run reads twenty thousand parts.
        flat = np.concatenate([np.empty(0, np.float16), *(view.halves.ravel() for view in part.views)])
        stream = io.BytesIO()
        np.savez(stream, np.frombuffer(json.dumps(about).encode(), np.uint8), flat)
        write_bytes(self._file(part.sample), stream.getvalue())

    def read(self, sample: str) -> Part | None:
        """The sample's part, or None where it is not done; Problem where its file is damaged."""
        file = self._file(sample)
        return _read_part(file) if file.exists() else None

    def samples(self) -> set[str]:
        """The ids of the samples that are done; damaged parts are not."""
        done: set[str] = set()
        for file in self._files():
            try:
                with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
                    done.add(str(json.loads(arrays["arr_0"].tobytes())["sample"]))
            except _FAULTS:
                # Why: the sample will be judged again and its part written over this one.
                continue
        return done

    def drop_leftovers(self, run: Path) -> None:
        """Remove parts that went into the finished ``run`` and were not cleared away: those older than it."""
        finished = run.stat().st_mtime_ns
        if all(file.stat().st_mtime_ns <= finished for file in self._files()):
            self._clear()

    def empty(self) -> bool:
        return not self._files()

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    def _clear(self) -> None:
        # Why not remove: the lock file in it is ours and must stay the one that others see.
        for file in (self._about, *self._files()):
            file.unlink(missing_ok=True)

    @property
    def _about(self) -> Path:
        return self.path / "run.json"

    def _files(self) -> list[Path]:
        return [file for file in self.path.glob("*.npz") if not file.name.startswith(".")]

    def _file(self, sample: str) -> Path:
        return self.path / f"{hashlib.sha256(sample.encode()).hexdigest()[:32]}.npz"


_FAULTS = (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)


def provenance_from_json(value: object) -> Provenance:
    """What ``dataclasses.asdict`` made of a Provenance; ValueError where it is something else."""
    if not isinstance(value, dict) or not isinstance(value.get("settings", {}), dict):
        raise ValueError("no provenance")
    words = {key: str(value.get(key, "")) for key in ("model", "backbone", "preset", "trained_on", "made")}
    return Provenance(**words, settings=value.get("settings", {}))


def _read_part(file: Path) -> Part:
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            about = json.loads(arrays["arr_0"].tobytes())
            flat = np.asarray(arrays["arr_1"], np.float16)
        return Part(
            str(about["sample"]),
            tuple(_cut_views(about["views"], flat, about.get("boxes", {}))),
            tuple(Skipped(*words) for words in about["skipped"]),
        )
    except _FAULTS as error:
        raise Problem(
            f"{file} is damaged", str(error), remedy="Delete it and run the same detection again; only it is redone."
        ) from error


def box_from_json(value: object) -> BoxShares | None:
    """What JSON made of a box, or of none; ValueError or TypeError where it is something else."""
    if value is None:
        return None
    top, left, bottom, right = map(float, cast(Iterable[float], value))
    return top, left, bottom, right


def _cut_views(rows: Iterable[Any], flat: NDArray[np.float16], boxes: Mapping[str, object]) -> Iterator[PackedView]:
    start = 0
    for name, height, width, offset, exponent, low, high, score in rows:
        stop = start + height * width
        halves, box = flat[start:stop].reshape(height, width), box_from_json(boxes.get(name))
        yield PackedView(str(name), halves, float(offset), int(exponent), low, high, score, box)
        start = stop
