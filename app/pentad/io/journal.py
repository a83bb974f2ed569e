"""What was done to one mask since its file was last saved: appended stroke by stroke, replayed after a crash."""

import json
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pentad.annotation.edit import MaskEdit, TileKey
from pentad.core.mask import MaskKey
from pentad.sdk.atomic import make_folder, not_written

_HEAD = struct.Struct("<4sII")
_MARK = b"STRK"


@dataclass(frozen=True, slots=True)
class Record:
    """One stroke as it was written down; ``tiles`` are packed and as they were after it."""

    name: str
    at: datetime
    size: tuple[int, int]
    tiles: dict[TileKey, bytes] = field(repr=False)

    def edit(self, key: MaskKey) -> MaskEdit:
        """To be laid on the mask; it cannot be taken back, for what was before is not known."""
        return MaskEdit(key, self.name, self.size, {}, self.tiles)


class Journal:
    """One open journal file; what ``append`` has returned from is on the disk."""

    def __init__(self, path: Path) -> None:
        """Problem where it cannot be written."""
        self.path = path
        make_folder(path.parent)
        try:
            self._file = open(path, "ab", buffering=0)  # noqa: SIM115 -- held until close
        except OSError as error:
            raise not_written(path, error) from error

    def append(self, edit: MaskEdit) -> None:
        """Write one stroke down and wait until the disk has it."""
        try:
            self._file.write(encode(edit))
            os.fsync(self._file.fileno())
        except OSError as error:
            raise not_written(self.path, error) from error

    def close(self) -> None:
        self._file.close()


def encode(edit: MaskEdit) -> bytes:
    """One record: mark, length, CRC32 of the payload; payload: a JSON line, then the tiles."""
    tiles = [(row, column, len(packed)) for (row, column), packed in edit.after.items()]
    head = {"name": edit.name, "at": datetime.now(UTC).isoformat(), "size": edit.size, "tiles": tiles}
    payload = json.dumps(head).encode() + b"\n" + b"".join(edit.after.values())
    return _HEAD.pack(_MARK, len(payload), zlib.crc32(payload)) + payload


def read(path: Path) -> Iterator[Record]:
    """The whole records of a journal, oldest first; a torn tail is left out."""
    data = path.read_bytes()
    at = 0
    while at + _HEAD.size <= len(data):
        mark, length, checksum = _HEAD.unpack_from(data, at)
        payload = data[at + _HEAD.size : at + _HEAD.size + length]
        if mark != _MARK or len(payload) != length or zlib.crc32(payload) != checksum:
            return
        yield _decode(payload)
        at += _HEAD.size + length


def _decode(payload: bytes) -> Record:
    line, _, rest = payload.partition(b"\n")
    head = json.loads(line)
    tiles: dict[TileKey, bytes] = {}
    for row, column, length in head["tiles"]:
        tiles[row, column], rest = rest[:length], rest[length:]
    return Record(head["name"], datetime.fromisoformat(head["at"]), tuple(head["size"]), tiles)
