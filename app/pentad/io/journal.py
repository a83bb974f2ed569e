"""What was done to one mask since its file was last saved: appended stroke by stroke, replayed after a crash.

A journal is a row of numbered segments, ``journal/<sample>/<view>.000001.log`` and on. A segment is a row of records:
the mark, the length of the payload, the CRC32 of both, the payload. The payload is one line of JSON and, for a stroke,
the tiles it touched, packed, whole, as they were after it; so replaying a stroke twice does no harm, and neither does
one that cannot be read before others that can.
"""

import contextlib
import json
import os
import re
import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pentad.annotation.edit import TILE, MaskEdit, TileKey, tile_box, unpack
from pentad.core.arrays import Labels
from pentad.core.mask import MaskKey
from pentad.core.problem import Problem
from pentad.io.masks import FileMark, MaskFolder
from pentad.sdk.atomic import flush_folder, make_folder, not_written

_HEAD = struct.Struct("<4sII")
_LENGTH = struct.Struct("<I")
_MARK = b"STRK"
_LONGEST_SIDE = 1 << 16
_LONGEST_NAME = 200
_SEGMENT = re.compile(r"(?P<view>.+?)(\.(?P<number>\d{6,9}))?\.log")
_OLDEST = 0
"""The segment that projects of the first format have: one file without a number, which names no file it builds on."""
_PATIENCE = 16
"""A file is checksummed at most so many times over, however many false marks somebody has put into it."""


@dataclass(frozen=True, slots=True)
class Begin:
    """What a segment builds on: the mask's file as it was then, None where there was none."""

    key: MaskKey
    size: tuple[int, int]
    base: FileMark | None


@dataclass(frozen=True, slots=True)
class Saved:
    """All up to this segment is in the file that bears this mark (or will be: it is noted first)."""

    mark: FileMark
    segment: int


@dataclass(frozen=True, slots=True)
class Record:
    """One stroke as it was written down; ``tiles`` are packed and as they were after it."""

    name: str
    at: str
    """ISO 8601, by a clock that may have been wrong: for people only."""
    size: tuple[int, int]
    tiles: dict[TileKey, bytes] = field(repr=False)
    segment: int = 0
    """In which it was found."""

    def lay(self, labels: Labels) -> bool:
        """Make ``labels`` (H, W) look as after this stroke; False, and nothing done, where it does not fit them."""
        if labels.shape != self.size:
            return False
        boxes = {key: tile_box(key, self.size) for key in self.tiles}
        try:
            tiles = {key: unpack(packed, boxes[key].shape) for key, packed in self.tiles.items()}
        except ValueError:
            return False
        for key, tile in tiles.items():
            labels[boxes[key].slices] = tile
        return True


Entry = Begin | Saved | Record


@dataclass(frozen=True, slots=True)
class Story:
    """What could be read of a journal, oldest first; ``damaged`` counts the places that could not be."""

    entries: tuple[Entry, ...] = ()
    damaged: int = 0
    torn: bool = False
    """It ends within a record: a stroke that was never confirmed, or whose end the disk has lost."""

    @property
    def begins(self) -> tuple[Begin, ...]:
        return tuple(entry for entry in self.entries if isinstance(entry, Begin))

    @property
    def strokes(self) -> tuple[Record, ...]:
        return tuple(entry for entry in self.entries if isinstance(entry, Record))

    def since(self, mark: FileMark | None) -> "Story | None":
        """What the file of this mark does not have yet; None where the journal knows nothing of such a file."""
        if self.entries and all(isinstance(one, Record) and one.segment == _OLDEST for one in self.entries):
            # Why: such a journal was deleted when its mask was saved, so whatever file there is lacks all of it.
            return self
        saved = [entry.segment for entry in self.entries if isinstance(entry, Saved) and entry.mark == mark]
        if not saved:
            return self if any(begin.base == mark for begin in self.begins) else None
        later = (entry for entry in self.entries if not (isinstance(entry, Record) and entry.segment <= max(saved)))
        return Story(tuple(later), self.damaged, self.torn)

    def replay(self, labels: Labels) -> int:
        """Lay every stroke on ``labels``; how many did not fit."""
        return sum(not stroke.lay(labels) for stroke in self.strokes)


class Journal:
    """One segment, open for appending; what ``append`` has returned from is on the disk."""

    def __init__(self, path: Path, begin: Begin) -> None:
        """Begins a new segment; Problem where it cannot be written."""
        self.path = path
        self._begin: bytes = encode_begin(begin)
        make_folder(path.parent)
        try:
            self._file = open(path, "xb", buffering=0)  # noqa: SIM115 -- held until close
        except OSError as error:
            raise not_written(path, error) from error

    def append(self, edit: MaskEdit) -> None:
        """Write one stroke down and wait until the disk has it; after a Problem this segment is of no more use."""
        first, self._begin = self._begin, b""
        data = first + encode(edit)
        try:
            written = self._file.write(data)
            if written != len(data):
                # Why: a nearly full disk takes a part and says so only when asked for more.
                self._file.write(data[written:])
            os.fsync(self._file.fileno())
            if first:
                flush_folder(self.path.parent)
        except OSError as error:
            self.close()
            if first:
                with contextlib.suppress(OSError):
                    self.path.unlink()
            raise not_written(self.path, error) from error

    def note(self, saved: Saved) -> None:
        """What was begun before this segment has been saved."""
        # Why neither flushed nor insisted on: the note spares a false alarm after a crash, it keeps nothing.
        with contextlib.suppress(OSError):
            self._file.write(encode_saved(saved))

    def close(self) -> None:
        self._file.close()


class JournalFolder:
    """``<project>/journal``: the segments of every mask, named as the masks are."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._names = MaskFolder(root)

    def path(self, key: MaskKey, number: int) -> Path:
        file = self._names.path(*key)
        return file.with_name(f"{file.stem}.{number:06d}.log")

    def segments(self, key: MaskKey) -> dict[int, Path]:
        """The files there are by number, oldest first."""
        file = self._names.path(*key)
        found: dict[int, Path] = {}
        with contextlib.suppress(OSError):
            for entry in os.scandir(file.parent):
                match = _SEGMENT.fullmatch(entry.name)
                if match and match["view"] == file.stem:
                    found[int(match["number"] or _OLDEST)] = file.parent / entry.name
        return dict(sorted(found.items()))

    def read(self, key: MaskKey) -> Story:
        """What the segments of ``key`` tell together."""
        return read(self.segments(key), key)

    def note(self, key: MaskKey, saved: Saved) -> None:
        """Add to a finished segment what file its strokes are going into; nothing where there is no such segment."""
        path = self.path(key, saved.segment)
        # Why suppress: the note spares a false alarm after a crash; the save itself must go on.
        with contextlib.suppress(OSError), open(path, "r+b", buffering=0) as file:
            file.seek(0, os.SEEK_END)
            file.write(encode_saved(saved))
            os.fsync(file.fileno())

    def remove(self, key: MaskKey, up_to: int) -> None:
        """Delete the segments up to this number: all of it is in the mask's file. One that cannot go does no harm."""
        for number, path in self.segments(key).items():
            if number <= up_to:
                with contextlib.suppress(OSError):
                    path.unlink()

    def set_aside(self, key: MaskKey) -> None:
        """Keep damaged segments under names that are not read again."""
        for path in self.segments(key).values():
            with contextlib.suppress(OSError):
                path.replace(path.with_suffix(".log.damaged"))

    def keys(self) -> list[MaskKey]:
        """Whose journals there are, by their names, sorted."""
        found = set()
        for folder, _, names in os.walk(self._root):
            for match in filter(None, map(_SEGMENT.fullmatch, names)):
                file = Path(folder) / f"{match['view']}.png"
                key = MaskKey(*self._names.names(file))
                with contextlib.suppress(Problem):  # Why: a stray file may have a name that no mask can have.
                    found |= {key} if self._names.path(*key) == file else set()
        return sorted(found)


def encode(edit: MaskEdit) -> bytes:
    """One stroke as a record."""
    tiles = [(row, column, len(packed)) for (row, column), packed in edit.after.items()]
    head = {"name": edit.name[:_LONGEST_NAME], "at": datetime.now(UTC).isoformat(), "size": edit.size, "tiles": tiles}
    return _record(head, edit.after.values())


def encode_begin(begin: Begin) -> bytes:
    head = {"begin": begin.key, "size": begin.size, "base": _mark_to_json(begin.base)}
    return _record(head, ())


def encode_saved(saved: Saved) -> bytes:
    return _record({"saved": _mark_to_json(saved.mark), "segment": saved.segment}, ())


def read(files: Mapping[int, Path], key: MaskKey) -> Story:
    """What these segments of one mask tell together; a segment that is another mask's, or unreadable, is damage."""
    entries: list[Entry] = []
    damaged, torn = 0, False
    for number, file in files.items():
        try:
            data = file.read_bytes()
        except FileNotFoundError:
            continue
        except OSError:
            damaged += 1
            continue
        told = parse(data, segment=number)
        foreign = any(begin.key != key for begin in told.begins)
        entries += () if foreign else told.entries
        damaged += told.damaged + foreign
        torn = torn or told.torn
    return Story(tuple(entries), damaged, torn)


def parse(data: bytes, *, segment: int = 0) -> Story:
    """The whole records of one segment.

    Reading goes on at the next valid record behind a damaged place. A last record that ends too soon is a stroke that
    was never confirmed: it is left out and is no damage.
    """
    view, at = memoryview(data), 0
    entries: list[Entry] = []
    damaged, budget, torn = 0, _PATIENCE * len(data), False
    while at < len(data):
        end = _end_of_record(view, at)
        if end is None and _is_torn(view, at) and data.find(_MARK, at + 1) < 0:
            torn = True
            break
        entry = _decode(bytes(view[at + _HEAD.size : end]), segment) if end is not None else None
        if entry is not None and end is not None:
            entries.append(entry)
            at = end
            continue
        damaged += 1
        at, budget = _next_record(data, at + 1, budget)
    return Story(tuple(entries), damaged, torn)


def _next_record(data: bytes, at: int, budget: int) -> tuple[int, int]:
    """Where the next valid record begins, or the end."""
    view = memoryview(data)
    while budget > 0 and (at := data.find(_MARK, at)) >= 0:
        budget -= _declared(view, at)
        if _end_of_record(view, at) is not None:
            return at, budget
        at += 1
    return len(data), budget


def _declared(view: memoryview, at: int) -> int:
    """Bytes that must be looked at to tell whether a record begins here."""
    if at + _HEAD.size > len(view):
        return _HEAD.size
    length = _HEAD.unpack_from(view, at)[1]
    return _HEAD.size + (length if at + _HEAD.size + length <= len(view) else 0)


def _end_of_record(view: memoryview, at: int) -> int | None:
    if at + _HEAD.size > len(view):
        return None
    mark, length, checksum = _HEAD.unpack_from(view, at)
    end = at + _HEAD.size + int(length)
    if mark != _MARK or end > len(view):
        return None
    payload = view[at + _HEAD.size : end]
    # Why the second: in projects of the first format the checksum is the payload's alone.
    return end if checksum in (_checksum(payload), zlib.crc32(payload)) else None


def _is_torn(view: memoryview, at: int) -> bool:
    """Whether what begins here is the beginning of a record, of which the end is not there."""
    begun = bytes(view[at : at + _HEAD.size])
    if len(begun) < _HEAD.size:
        return _MARK.startswith(begun[:4])
    mark, length, _ = _HEAD.unpack(begun)
    return bool(mark == _MARK and at + _HEAD.size + length > len(view))


def _checksum(payload: memoryview | bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(_LENGTH.pack(len(payload))))


def _record(head: dict[str, Any], parts: Iterable[bytes]) -> bytes:
    payload = b"".join((json.dumps(head, separators=(",", ":")).encode(), b"\n", *parts))
    return _HEAD.pack(_MARK, len(payload), _checksum(payload)) + payload


def _decode(payload: bytes, segment: int) -> Entry | None:
    """What a payload says; None where it is not what is written here, however it came to have the right checksum."""
    line, _, rest = payload.partition(b"\n")
    try:
        head = json.loads(line)
        if "saved" in head:
            mark = _mark_from_json(head["saved"])
            return Saved(mark, int(head["segment"])) if mark is not None else None
        size = _size(head["size"])
        if "begin" in head:
            sample, view = head["begin"]
            return Begin(MaskKey(str(sample), str(view)), size, _mark_from_json(head["base"]))
        name, time = str(head["name"])[:_LONGEST_NAME], str(head["at"])[:40]
        return Record(name, time, size, _tiles(head["tiles"], size, rest), segment)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def _size(found: Any) -> tuple[int, int]:
    height, width = found
    if not all(type(side) is int and 0 < side <= _LONGEST_SIDE for side in (height, width)):
        raise ValueError("no size of a mask")
    return height, width


def _tiles(found: Any, size: tuple[int, int], rest: bytes) -> dict[TileKey, bytes]:
    tiles: dict[TileKey, bytes] = {}
    at = 0
    for row, column, length in found:
        if not all(type(number) is int and number >= 0 for number in (row, column, length)):
            raise ValueError("no tile")
        if row * TILE >= size[0] or column * TILE >= size[1] or at + length > len(rest):
            raise ValueError("a tile outside the mask, or of more than there is")
        tiles[row, column] = rest[at : at + length]
        at += length
    return tiles


def _mark_to_json(mark: FileMark | None) -> list[int] | None:
    return None if mark is None else [mark.nbytes, mark.crc]


def _mark_from_json(found: Any) -> FileMark | None:
    if found is None:
        return None
    nbytes, crc = found
    return FileMark(int(nbytes), int(crc))
