"""The tables of ``project.sqlite``, and how an older file becomes a newer one."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pentad import __version__
from pentad.core.problem import Problem
from pentad.sdk.atomic import replace_file

APPLICATION_ID = 0x50454E54
"""Marks the file as Pentad's ("PENT")."""

_HEAD = 100
"""Bytes of SQLite's own header: user_version at 60, application_id at 68 (https://sqlite.org/fileformat2.html)."""

Migration = Callable[[sqlite3.Connection], None]

_FIRST = """
CREATE TABLE project (
    only INTEGER PRIMARY KEY CHECK (only = 1), name TEXT NOT NULL, data TEXT NOT NULL, layout TEXT NOT NULL,
    options TEXT NOT NULL, created TEXT NOT NULL);
CREATE TABLE sample (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, category TEXT NOT NULL, split TEXT NOT NULL, anomaly TEXT,
    views TEXT NOT NULL, attributes TEXT);
CREATE TABLE label_class (class INTEGER PRIMARY KEY CHECK (class BETWEEN 1 AND 255), name TEXT NOT NULL UNIQUE,
    colour TEXT NOT NULL);
CREATE TABLE review (
    number INTEGER PRIMARY KEY, sample TEXT NOT NULL, verdict TEXT NOT NULL, who TEXT NOT NULL, at TEXT NOT NULL,
    remark TEXT NOT NULL);
CREATE INDEX review_of_sample ON review (sample, number);
CREATE TABLE remark (
    number INTEGER PRIMARY KEY, sample TEXT NOT NULL, view TEXT NOT NULL, text TEXT NOT NULL, who TEXT NOT NULL,
    at TEXT NOT NULL);
CREATE INDEX remark_of_sample ON remark (sample, number);
CREATE TABLE run (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, file TEXT NOT NULL, made_by TEXT NOT NULL,
    created TEXT NOT NULL, samples INTEGER NOT NULL, status TEXT NOT NULL);
CREATE TABLE score (
    run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE, sample TEXT NOT NULL, view TEXT NOT NULL,
    score REAL NOT NULL, PRIMARY KEY (run, sample, view)) WITHOUT ROWID;
CREATE TABLE audit (number INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL,
    detail TEXT NOT NULL);
"""
_APPEND_ONLY = ("review", "audit")


def _first(connection: sqlite3.Connection) -> None:
    for statement in _FIRST.split(";\n"):
        if statement.strip():
            connection.execute(statement)
    for table in _APPEND_ONLY:
        for change in ("UPDATE", "DELETE"):
            connection.execute(
                f"CREATE TRIGGER {table}_keeps_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def _looks_of_classes(connection: sqlite3.Connection) -> None:
    """How a class is shown and guarded, beside what it is."""
    for column in ("visible INTEGER NOT NULL DEFAULT 1", "locked INTEGER NOT NULL DEFAULT 0",
                   "opacity REAL NOT NULL DEFAULT 1.0", "contour INTEGER NOT NULL DEFAULT 0"):  # fmt: skip
        connection.execute(f"ALTER TABLE label_class ADD COLUMN {column}")


def _dismissed_contradictions(connection: sqlite3.Connection) -> None:
    """Places where views contradict each other and a person found nothing wrong."""
    connection.execute(
        "CREATE TABLE dismissed (number INTEGER PRIMARY KEY, sample TEXT NOT NULL, view TEXT NOT NULL, "
        "class INTEGER NOT NULL, y0 INTEGER NOT NULL, x0 INTEGER NOT NULL, y1 INTEGER NOT NULL, x1 INTEGER NOT NULL, "
        "who TEXT NOT NULL, at TEXT NOT NULL)"
    )


MIGRATIONS: tuple[Migration, ...] = (_first, _looks_of_classes, _dismissed_contradictions)
"""The n-th makes version n out of version n - 1. Never change one that was released: add another."""


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, on disk at the end."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def version_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def refuse_newer(file: Path) -> None:
    """Problem where a newer Pentad made the file; only its head is read, so that nothing of it is touched."""
    try:
        with file.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError:
        return  # Why: opening it says in words what is wrong with it.
    if len(head) < _HEAD or int.from_bytes(head[68:72], "big") != APPLICATION_ID:
        return
    version = int.from_bytes(head[60:64], "big")
    if version > len(MIGRATIONS):
        raise _newer(file, version, len(MIGRATIONS))


def check_version(connection: sqlite3.Connection, file: Path, *, newest: int = len(MIGRATIONS)) -> int:
    """The file's schema version; Problem where it is not Pentad's or was made by a newer Pentad."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise Problem(
            f"{file} is no project of Pentad",
            "it is another program's database",
            remedy="Open a folder that `pentad project new` made. The file was left as it is.",
        )
    version = version_of(connection)
    if version > newest:
        raise _newer(file, version, newest)
    return version


def _newer(file: Path, version: int, newest: int) -> Problem:
    return Problem(
        f"{file} was made by a newer Pentad",
        f"its format is {version}, Pentad {__version__} knows those up to {newest}",
        remedy="Open it with the Pentad that made it, or update this one. The file was left as it is.",
    )


def migrate(connection: sqlite3.Connection, file: Path, *, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring the file to the newest version, step by step in one transaction, with a copy of the old file beside it."""
    version = version_of(connection)
    if version == len(migrations):
        return
    if version:
        _copy(connection, _free_name(file, version))
    bring_up(connection, migrations)


def bring_up(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    """All steps that are missing, or none of them."""
    with transaction(connection):
        version = version_of(connection)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        for number, step in enumerate(migrations[version:], start=version + 1):
            step(connection)
            connection.execute(f"PRAGMA user_version = {number}")


def _free_name(file: Path, version: int) -> Path:
    """For the copy of the old file; one of an earlier time is not written over."""
    names = (f"{file.stem}.version{version}{more}.sqlite" for more in ("", *(f"-{n}" for n in range(2, 1000))))
    return next(path for path in map(file.with_name, names) if not path.exists())


def _copy(connection: sqlite3.Connection, target: Path) -> None:
    with replace_file(target) as temporary, contextlib.closing(sqlite3.connect(temporary)) as copy:
        connection.backup(copy)
