"""The size, the orientation and the wholeness of an image file, from its bytes without decoding the pixels."""

import io
import struct
import tokenize
from dataclasses import dataclass

import numpy as np

_JPEG = b"\xff\xd8"
_PNG = b"\x89PNG\r\n\x1a\n"
_NPY = b"\x93NUMPY"
_TIFF = {b"II*\0": "<", b"MM\0*": ">"}
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_ORIENTATION = 0x0112
_LARGEST_THUMBNAIL = 131_072


@dataclass(frozen=True, slots=True)
class Header:
    """What an image file says of itself. ``size`` is (height, width) as stored; ``orientation`` is EXIF's 1 to 8."""

    kind: str
    size: tuple[int, int]
    orientation: int = 1

    @property
    def upright_size(self) -> tuple[int, int]:
        """(height, width) after the orientation is applied."""
        return self.size[::-1] if self.orientation >= 5 else self.size


def read_header(data: bytes) -> Header | None:
    """The header in the leading bytes of a JPEG, PNG, TIFF, BMP or NPY; None where they do not (yet) tell."""
    try:
        header = _header(data)
    except (struct.error, IndexError, ValueError, tokenize.TokenError):
        return None
    return header if header is not None and all(header.size) else None


def is_cut_short(data: bytes) -> bool:
    """Whether a JPEG or PNG lacks its end: decoders differ in whether they say so or paint the rest grey."""
    if data.startswith(_JPEG):
        return data.rfind(b"\xff\xd9", min(len(data) // 2, _LARGEST_THUMBNAIL)) < 0
    if data.startswith(_PNG):
        return not _png_ends(data)
    return False


def _png_ends(data: bytes) -> bool:
    """Whether the chunks lead to the last one. A damaged length would have the decoder reserve up to 4 GB."""
    at = 8
    while at + 12 <= len(data):
        if data[at + 4 : at + 8] == b"IEND":
            return True
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return False


def _header(data: bytes) -> Header | None:
    if data.startswith(_JPEG):
        return _jpeg(data)
    if data.startswith(_PNG):
        return _png(data)
    if data[:4] in _TIFF:
        return _tiff(data)
    if data.startswith(_NPY):
        return _npy(data)
    if data.startswith(b"BM"):
        width, height = struct.unpack_from("<ii", data, 18)
        return Header("bmp", (abs(height), abs(width)))
    return None


def _jpeg(data: bytes) -> Header | None:
    at, orientation = 2, 1
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF or marker in _STANDALONE:
            at += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        body = data[at + 4 : at + 2 + length]
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", body, 1)
            return Header("jpeg", (height, width), orientation)
        if marker == 0xE1 and body.startswith(b"Exif\0\0"):
            orientation = _orientation(body[6:])
        at += 2 + length
    return None


def _png(data: bytes) -> Header | None:
    width, height = struct.unpack_from(">II", data, 16)
    at, orientation = 8, 1
    while at + 8 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        name = data[at + 4 : at + 8]
        if name == b"eXIf":
            orientation = _orientation(data[at + 8 : at + 8 + length])
        if name in (b"IDAT", b"eXIf"):
            break
        at += 12 + length
    return Header("png", (height, width), orientation)


def _tiff(data: bytes) -> Header | None:
    tags = _first_directory(data)
    if 256 not in tags or 257 not in tags:
        return None
    return Header("tiff", (tags[257], tags[256]), _checked(tags.get(_ORIENTATION, 1)))


def _npy(data: bytes) -> Header | None:
    stream = io.BytesIO(data)
    major, _ = np.lib.format.read_magic(stream)
    read = np.lib.format.read_array_header_1_0 if major == 1 else np.lib.format.read_array_header_2_0
    shape, _, _ = read(stream)
    if len(shape) not in (2, 3) or (len(shape) == 3 and shape[2] != 3):
        return None
    return Header("npy", (shape[0], shape[1]))


def _orientation(exif: bytes) -> int:
    try:
        return _checked(_first_directory(exif).get(_ORIENTATION, 1))
    except struct.error:
        return 1


def _checked(orientation: int) -> int:
    return orientation if 1 <= orientation <= 8 else 1


def _first_directory(data: bytes) -> dict[int, int]:
    """The short and long single values of a TIFF's first directory, by tag."""
    order = _TIFF.get(data[:4])
    if order is None:
        return {}
    (start,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, start)
    tags: dict[int, int] = {}
    for at in range(start + 2, start + 2 + 12 * count, 12):
        tag, kind, length = struct.unpack_from(order + "HHI", data, at)
        if length == 1 and kind in (3, 4):
            (tags[tag],) = struct.unpack_from(order + ("H" if kind == 3 else "I"), data, at + 8)
    return tags
