"""A project's database, ``project.sqlite``: what the data set holds, what people decided, which runs there are."""

import contextlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from pentad.core.box import Box
from pentad.core.label_class import LabelClass
from pentad.core.prediction import Provenance
from pentad.core.problem import Problem
from pentad.core.review import Dismissal, Remark, Review, Verdict
from pentad.core.sample import Sample
from pentad.io.lock import WriterLock, user_name
from pentad.io.masks import MaskFolder
from pentad.io.run_file import RunFile
from pentad.io.run_parts import provenance_from_json
from pentad.io.store_connection import STORE_FILE, connect, damaged, make_database, refused
from pentad.io.store_samples import sample_to_row, samples_from_rows
from pentad.io.store_schema import transaction
from pentad.sdk.atomic import make_folder, sweep_stale

_FOLDERS = ("masks", "journal", "results", "cache")
_ADD_SAMPLE = (
    "INSERT INTO sample (id, category, split, anomaly, views, attributes) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET category = excluded.category, split = excluded.split, "
    "anomaly = excluded.anomaly, views = excluded.views, attributes = excluded.attributes"
)
_ADD_LABEL = (
    "INSERT INTO label_class (class, name, colour, visible, locked, opacity, contour) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_DISMISSED = "sample, view, class, y0, x0, y1, x1, who, at"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One finished run as the project lists it. ``file`` is relative to the project where it lies inside."""

    name: str
    file: Path
    made_by: Provenance
    created: str
    samples: int
    complete: bool
    """False where something was skipped."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that was done to the project."""

    at: str
    who: str
    what: str
    detail: str


class ProjectStore:
    """The open database of one project; the right to write is held until ``close``.

    It may be handed from thread to thread; calls from several at once wait for each other, so slow work should open
    its own (read-only) store. Everything written is on disk when the call returns.
    """

    def __init__(self, folder: Path, connection: sqlite3.Connection, lock: WriterLock | None) -> None:
        """Use ``create`` or ``open``."""
        self.folder = folder
        self.masks = MaskFolder(folder / "masks")
        self._connection = connection
        self._writer = lock
        self._turn = threading.RLock()

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        name: str,
        data: Path,
        layout: str,
        options: Mapping[str, str] | None = None,
    ) -> Self:
        """A new project in ``folder``; Problem where there is one already or the folder cannot be written."""
        for part in ("", *_FOLDERS):
            make_folder(folder / part)
        file = folder / STORE_FILE
        lock = _writer_lock(folder)
        try:
            if file.exists():
                raise Problem(f"{folder} already holds a project", remedy="Open it, or choose another folder.")
            make_database(file, name=name, data=_portable(folder, data), layout=layout, options=dict(options or {}))
            return cls(folder, connect(file), lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open(cls, folder: Path, *, read_only: bool = False) -> Self:
        """The project in ``folder``; Problem where there is none, it is damaged or newer, or another writes it."""
        file = folder / STORE_FILE
        if not file.is_file():
            raise Problem(
                f"There is no project in {folder}", f"{STORE_FILE} is missing", remedy="Choose a project's folder."
            )
        if read_only:
            return cls(folder, connect(file, read_only=True), None)
        lock = _writer_lock(folder)
        try:
            connection = connect(file)
        except BaseException:
            lock.release()
            raise
        for part in ("", "results"):
            sweep_stale(folder / part)
        return cls(folder, connection, lock)

    @property
    def read_only(self) -> bool:
        return self._writer is None

    @property
    def name(self) -> str:
        return str(self._project("name"))

    @property
    def layout(self) -> str:
        return str(self._project("layout"))

    @property
    def options(self) -> dict[str, str]:
        options: dict[str, str] = json.loads(str(self._project("options")))
        return options

    @property
    def data(self) -> Path:
        """Where the data set is, absolute; Problem where it is no longer there."""
        stored = Path(str(self._project("data")))
        path = stored if stored.is_absolute() else Path(os.path.normpath(self.folder.resolve() / stored))
        if not path.exists():
            raise Problem(
                f"The images of {self.name} are not at {path}",
                "the data folder was moved, renamed or not mounted",
                remedy=f"Put it back, or say where it is: `pentad project data {self.folder} --data PATH`. "
                "Reviews, masks and results are safe.",
            )
        return path

    def move_data(self, data: Path) -> None:
        """The data set now lies at ``data``; Problem where it does not."""
        if not data.exists():
            raise Problem(f"There is nothing at {data}", remedy="Name the folder or zip that holds the images.")
        with self._write("data moved", str(data)) as connection:
            connection.execute("UPDATE project SET data = ?", (_portable(self.folder, data),))

    def replace_samples(self, samples: Iterable[Sample]) -> None:
        """List exactly ``samples``; reviews and scores of samples that are gone are kept, for they may come back."""
        rows = [sample_to_row(sample) for sample in samples]
        with self._write("samples listed", f"{len(rows)}") as connection:
            connection.execute("DELETE FROM sample")
            connection.executemany(_ADD_SAMPLE, rows)

    def add_samples(self, samples: Iterable[Sample]) -> None:
        """List ``samples`` as well; one that is listed already is brought up to date in its place."""
        rows = [sample_to_row(sample) for sample in samples]
        with self._write("samples added", f"{len(rows)}") as connection:
            connection.executemany(_ADD_SAMPLE, rows)

    def samples(self) -> list[Sample]:
        """All samples in the order they were listed. 20,000 of five views take about a second."""
        with self._read() as connection:
            rows = connection.execute(
                "SELECT id, category, split, anomaly, views, attributes FROM sample ORDER BY number"
            )
            return samples_from_rows(rows)

    def labels(self) -> list[LabelClass]:
        with self._read() as connection:
            rows = connection.execute(
                "SELECT class, name, colour, visible, locked, opacity, contour FROM label_class ORDER BY class"
            )
            return [
                LabelClass(index, name, colour, bool(visible), bool(locked), float(opacity), bool(contour))
                for index, name, colour, visible, locked, opacity, contour in rows
            ]

    def set_labels(self, labels: Iterable[LabelClass]) -> None:
        """The label set from now on; masks keep their numbers."""
        rows = [astuple(label) for label in labels]
        with self._write("labels set", ", ".join(row[1] for row in rows)) as connection:
            connection.execute("DELETE FROM label_class")
            connection.executemany(_ADD_LABEL, rows)

    def review(self, review: Review) -> None:
        """Add a decision; earlier ones stay in the history."""
        with self._write("reviewed", f"{review.sample}: {review.verdict}", who=review.who) as connection:
            row = (review.sample, review.verdict.value, review.who, review.when.isoformat(), review.remark)
            connection.execute("INSERT INTO review (sample, verdict, who, at, remark) VALUES (?, ?, ?, ?, ?)", row)

    def reviews(self, sample: str) -> list[Review]:
        """Every decision on ``sample``, oldest first."""
        with self._read() as connection:
            rows = connection.execute(
                "SELECT verdict, who, at, remark FROM review WHERE sample = ? ORDER BY number", (sample,)
            )
            return [
                Review(sample, Verdict(verdict), who, datetime.fromisoformat(at), remark)
                for verdict, who, at, remark in rows
            ]

    def verdicts(self) -> dict[str, Verdict]:
        """The latest verdict of each sample that has one."""
        with self._read() as connection:
            rows = connection.execute(
                "SELECT sample, verdict FROM review WHERE number IN (SELECT max(number) FROM review GROUP BY sample)"
            )
            return {sample: Verdict(verdict) for sample, verdict in rows}

    def add_remark(self, remark: Remark) -> None:
        row = (remark.sample, remark.view, remark.text, remark.who, remark.when.isoformat())
        with self._write("remarked", remark.sample, who=remark.who) as connection:
            connection.execute("INSERT INTO remark (sample, view, text, who, at) VALUES (?, ?, ?, ?, ?)", row)

    def remarks(self, sample: str) -> list[Remark]:
        """What was noted on ``sample``, oldest first."""
        with self._read() as connection:
            rows = connection.execute(
                "SELECT text, who, at, view FROM remark WHERE sample = ? ORDER BY number", (sample,)
            )
            return [Remark(sample, text, who, datetime.fromisoformat(at), view) for text, who, at, view in rows]

    def dismiss(self, one: Dismissal) -> None:
        """Note that a contradiction between views is none."""
        box = one.where
        row = (one.sample, one.view, one.label, box.y0, box.x0, box.y1, box.x1, one.who, one.when.isoformat())
        with self._write("contradiction dismissed", f"{one.sample} {one.view}", who=one.who) as connection:
            connection.execute(f"INSERT INTO dismissed ({_DISMISSED}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def restore(self, one: Dismissal) -> None:
        """Take a dismissal back; one that is not known does no harm."""
        box = one.where
        row = (one.sample, one.view, one.label, box.y0, box.x0, box.y1, box.x1)
        places = "sample = ? AND view = ? AND class = ? AND y0 = ? AND x0 = ? AND y1 = ? AND x1 = ?"
        with self._write("contradiction restored", f"{one.sample} {one.view}") as connection:
            connection.execute(f"DELETE FROM dismissed WHERE {places}", row)

    def dismissals(self) -> list[Dismissal]:
        """All that stand, oldest first."""
        with self._read() as connection:
            rows = connection.execute(f"SELECT {_DISMISSED} FROM dismissed ORDER BY number")
            return [
                Dismissal(sample, view, label, Box(y0, x0, y1, x1), who, datetime.fromisoformat(at))
                for sample, view, label, y0, x0, y1, x1, who, at in rows
            ]

    def add_run_file(self, path: Path) -> RunRecord:
        """List the finished run at ``path`` with its scores; one listed under the same name is replaced."""
        with RunFile.open(path) as run:
            scores = run.view_scores()
            made_by, created, complete = run.made_by, run.created, not run.skipped
        inside = path.resolve().is_relative_to(self.folder.resolve())
        file = path.resolve().relative_to(self.folder.resolve()) if inside else path.resolve()
        record = RunRecord(path.stem, file, made_by, created, len(scores), complete)
        row = (record.name, file.as_posix(), json.dumps(asdict(made_by)), created, len(scores), _status(complete))
        with self._write("run added", record.name) as connection:
            connection.execute("DELETE FROM run WHERE name = ?", (record.name,))
            number = connection.execute(
                "INSERT INTO run (name, file, made_by, created, samples, status) VALUES (?, ?, ?, ?, ?, ?)", row
            ).lastrowid
            connection.executemany(
                "INSERT INTO score VALUES (?, ?, ?, ?)",
                ((number, sample, view, score) for sample, views in scores.items() for view, score in views.items()),
            )
        return record

    def runs(self) -> list[RunRecord]:
        """The finished runs, oldest first."""
        with self._read() as connection:
            rows = connection.execute("SELECT name, file, made_by, created, samples, status FROM run ORDER BY number")
            return [
                RunRecord(
                    name,
                    Path(file),
                    provenance_from_json(json.loads(made_by)),
                    created,
                    samples,
                    status == _status(complete=True),
                )
                for name, file, made_by, created, samples, status in rows
            ]

    def scores(self, run: str) -> dict[str, float]:
        """Sample id to the sample's score (its highest view's) in the run of this name."""
        with self._read() as connection:
            return dict(
                connection.execute(
                    "SELECT sample, max(score) FROM score JOIN run ON run = number WHERE name = ? GROUP BY sample",
                    (run,),
                )
            )

    def view_scores(self, run: str) -> dict[str, dict[str, float]]:
        """Sample id to view to score."""
        found: dict[str, dict[str, float]] = {}
        with self._read() as connection:
            rows = connection.execute(
                "SELECT sample, view, score FROM score JOIN run ON run = number WHERE name = ?", (run,)
            )
            for sample, view, score in rows:
                found.setdefault(sample, {})[view] = score
        return found

    def remove_run(self, name: str) -> None:
        """Take the run off the list; its file stays."""
        with self._write("run removed", name) as connection:
            connection.execute("DELETE FROM run WHERE name = ?", (name,))

    def audit(self) -> list[AuditEntry]:
        """What was done to the project, oldest first."""
        with self._read() as connection:
            return [AuditEntry(*row) for row in connection.execute("SELECT at, who, what, detail FROM audit")]

    def close(self) -> None:
        """Let go of the file and of the right to write it; twice does no harm."""
        with self._turn:
            self._connection.close()
            if self._writer is not None:
                self._writer.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _project(self, column: str) -> object:
        with self._read() as connection:
            return connection.execute(f"SELECT {column} FROM project").fetchone()[0]

    @contextlib.contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        file = self.folder / STORE_FILE
        with self._turn:
            try:
                yield self._connection
            except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
                raise damaged(file, error) from error

    @contextlib.contextmanager
    def _write(self, what: str, detail: str, *, who: str | None = None) -> Iterator[sqlite3.Connection]:
        """One transaction, and its line in the audit log."""
        file = self.folder / STORE_FILE
        if self.read_only:
            raise Problem(
                f"{self.folder} is open for reading only", f"nothing was {what}", remedy="Open it for writing first."
            )
        with self._turn:
            try:
                with transaction(self._connection):
                    yield self._connection
                    row = (datetime.now(UTC).isoformat(), who or user_name(), what, detail)
                    self._connection.execute("INSERT INTO audit (at, who, what, detail) VALUES (?, ?, ?, ?)", row)
            except sqlite3.Error as error:
                raise refused(file, error) from error


def _writer_lock(folder: Path) -> WriterLock:
    return WriterLock(folder / "project.lock", guards=str(folder))


def _status(complete: bool) -> str:
    return "complete" if complete else "incomplete"


def _portable(folder: Path, data: Path) -> str:
    """Relative where the data lies inside or beside the project, so that both can be moved together."""
    folder, data = folder.resolve(), data.resolve()
    return Path(os.path.relpath(data, folder)).as_posix() if data.is_relative_to(folder.parent) else str(data)
