"""Looking a whole project through: ``pentad project check``."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pentad.core.problem import Problem
from pentad.core.sample import Sample
from pentad.io.kept_masks import KeptMasks
from pentad.io.project_tree import ProjectTree
from pentad.io.run_file import RunFile
from pentad.io.store import ProjectStore
from pentad.io.store_connection import STORE_FILE, connect
from pentad.io.tree import open_tree


@dataclass(frozen=True, slots=True)
class ProjectReport:
    """What a project holds and what is wrong with it. ``missing`` are files of the data set that are not there."""

    samples: int
    images: int
    masks: int
    runs: int
    missing: tuple[str, ...]
    problems: tuple[Problem, ...]


def check(folder: Path) -> ProjectReport:
    """Read everything in the project once and write nothing; Problem where its database cannot be opened at all."""
    problems = list(_database_problems(folder))
    kept = KeptMasks(folder)
    annotated = kept.masks.annotated()
    with ProjectStore.open(folder, read_only=True) as store:
        samples, runs = store.samples(), store.runs()
        for run in runs:
            problems += _run_problems(folder / run.file)
        try:
            missing = _missing_files(folder, store.data, samples)
        except Problem as problem:
            problems.append(problem)
            missing = ()
    for sample, view in annotated:
        try:
            kept.masks.read(sample, view)
        except Problem as problem:
            problems.append(problem)
    problems += filter(None, map(kept.unfinished, kept.journals.keys()))
    if missing:
        what = f"{len(missing)} files of the data set are missing, the first is {missing[0]}"
        problems.append(Problem(what, remedy="Put them back, or list the data set anew."))
    images = sum(len(sample.views) for sample in samples)
    return ProjectReport(len(samples), images, len(annotated), len(runs), missing, tuple(problems))


def _database_problems(folder: Path) -> Iterator[Problem]:
    file = folder / STORE_FILE
    if not file.is_file():
        return
    connection = connect(file, read_only=True)
    remedy = "Put back a copy of it; masks and results lie in their own files and stay."
    try:
        for (fault,) in connection.execute("PRAGMA integrity_check(10)"):
            if fault != "ok":
                yield Problem(f"{file} is damaged", fault, remedy=remedy)
        for table, row, _, _ in connection.execute("PRAGMA foreign_key_check"):
            yield Problem(f"{file} is damaged", f"row {row} of {table} belongs to nothing", remedy=remedy)
    except sqlite3.Error as error:
        yield Problem(f"{file} is damaged", str(error), remedy=remedy)
    finally:
        connection.close()


def _run_problems(file: Path) -> list[Problem]:
    try:
        with RunFile.open(file) as run:
            run.verify()
    except Problem as problem:
        return [problem]
    return []


def _missing_files(folder: Path, data: Path, samples: list[Sample]) -> tuple[str, ...]:
    tree = ProjectTree(open_tree(data), folder)
    wanted = {
        path
        for sample in samples
        for view in sample.views
        for ref in (*view.rasters.values(), *view.lights)
        for path in (ref.path, ref.sidecar)
        if path is not None
    }
    return tuple(sorted(path for path in wanted if not tree.exists(path)))
