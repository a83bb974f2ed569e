"""What models said, kept in files: written while a detection runs, finished into one, read one sample at a time."""

import itertools
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Self

from pentad.core.prediction import Prediction, Provenance
from pentad.core.problem import Problem
from pentad.io.lock import WriterLock
from pentad.io.packed_map import pack_view, unpack_view
from pentad.io.run_file import RunFile, each_prediction, write_run_file
from pentad.io.run_parts import Part, PartFolder, Skipped
from pentad.sdk.atomic import make_folder, sweep_stale

__all__ = ["Existing", "RunFile", "RunWriter", "Skipped", "each_prediction", "read_prediction"]


class Existing(StrEnum):
    """What to do where the run is already there: refuse, make it anew, or judge only what it lacks."""

    REFUSE = "refuse"
    REPLACE = "replace"
    EXTEND = "extend"


class RunWriter:
    """A run in the making. Each added prediction is safe on disk at once; ``finish`` makes the one file of them.

    Closed without ``finish`` (Ctrl-C, a crash, a full disk), the parts stay in ``<run>.h5.parts`` and the next writer
    of the same run goes on from there.
    """

    def __init__(
        self,
        path: Path,
        made_by: Provenance,
        *,
        existing: Existing = Existing.REFUSE,
        data: Mapping[str, str] | None = None,
    ) -> None:
        """``data`` says which data set is judged; ``RunFile.data`` gives it back.

        Problem where the run exists and must not, where another process writes it, or another model began it.
        """
        if path.exists() and existing is Existing.REFUSE:
            raise Problem(f"{path} exists already", remedy="Choose another name, or replace it with --force.")
        self._path = path
        self._made_by = made_by
        self._data = dict(data or {})
        self._parts = PartFolder(path)
        self._missing: dict[str, list[Skipped]] = {}
        self._done: set[str] = set()
        self._kept: RunFile | None = None
        make_folder(self._parts.path)
        sweep_stale(path.parent)
        self._lock = WriterLock(self._parts.lock, guards=str(path))
        try:
            if existing is Existing.EXTEND and path.exists():
                self._kept = self._open_finished()
                self._done |= set(self._kept.samples)
            if path.exists():
                self._parts.drop_leftovers(path)
            self._parts.begin(made_by, anew=existing is not Existing.REFUSE)
            self._done |= self._parts.samples()
        except BaseException:
            self.close()
            raise

    @property
    def done(self) -> frozenset[str]:
        """Ids of the samples that need no judging any more."""
        return frozenset(self._done)

    def add(self, prediction: Prediction) -> None:
        """Keep what was said of one sample; on disk when this returns. Problem for values that are no numbers."""
        views = tuple(pack_view(name, view, sample=prediction.sample) for name, view in prediction.views.items())
        skipped = tuple(skip for skip in self._missing.get(prediction.sample, ()) if skip.view)
        self._parts.write(Part(prediction.sample, views, skipped))
        self._missing.pop(prediction.sample, None)
        self._done.add(prediction.sample)

    def skip(self, sample: str, view: str, problem: Problem) -> None:
        """Note that a view, or with ``view`` empty the whole sample, could not be judged; it is tried again later."""
        self._missing.setdefault(sample, []).append(Skipped(sample, view, str(problem)))

    def finish(self) -> None:
        """Make the run of all that is done, samples in order of their ids, and drop the parts.

        Problem where the disk will not: then the parts stay, and finishing can be tried again.
        """
        fresh, kept = self._parts.samples(), self._kept
        order = sorted(fresh | set(kept.samples if kept is not None else ()))
        parts = (
            kept.part(sample) if kept is not None and sample not in fresh else self._part(sample) for sample in order
        )
        skipped = list(itertools.chain(*self._missing.values()))
        write_run_file(self._path, self._made_by, parts=parts, skipped=skipped, data=self._data)
        self._parts.remove()

    def close(self) -> None:
        """Let go of the run; what is done stays."""
        if self._kept is not None:
            self._kept.close()
        self._lock.release()
        if self._parts.empty():
            self._parts.remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open_finished(self) -> RunFile:
        run = RunFile.open(self._path)
        if run.made_by != self._made_by:
            run.close()
            why = f"{run.made_by.caption} made it, this is {self._made_by.caption}"
            raise Problem(f"{self._path} is another model's run", why, remedy="Write to another file, or use --force.")
        return run

    def _part(self, sample: str) -> Part:
        part = self._parts.read(sample)
        if part is None:
            raise Problem(f"The part of {sample} is gone from {self._parts.path}", remedy="Run the detection again.")
        return part


def read_prediction(path: Path, sample: str) -> Prediction | None:
    """What the run at ``path``, finished or in the making, says of ``sample``; None where it says nothing (yet)."""
    parts = PartFolder(path)
    made_by = parts.made_by()
    part = parts.read(sample) if made_by is not None else None
    if part is not None and made_by is not None:
        return Prediction(sample, {view.name: unpack_view(view) for view in part.views}, made_by)
    if not path.exists():
        return None
    with RunFile.open(path) as run:
        return run.prediction(sample) if sample in run.samples else None
