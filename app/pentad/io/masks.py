"""Label rasters as indexed PNG files: what a person drew, exactly, and readable by any tool."""

import colorsys
import io
import os
import re
import shutil
import zlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import numpy as np
from PIL import Image

from pentad.core.arrays import Labels
from pentad.core.problem import Problem
from pentad.io.file_names import file_name
from pentad.sdk.atomic import make_folder, not_written, replace_file, sweep_stale, write_bytes

_REMEDY = "Put back a copy of it, or delete it to draw anew."
_ASIDE = re.compile(r".+\.(theirs|damaged|replaced)-\d+\.png")


@dataclass(frozen=True, slots=True)
class FileMark:
    """By which the bytes of a file are known again; clocks and dates have no say."""

    nbytes: int
    crc: int


@dataclass(frozen=True, slots=True)
class StoredMask:
    """A mask as it was read. ``damaged``: what was wrong with the file, where its copy had to be read instead."""

    labels: Labels
    mark: FileMark
    damaged: Problem | None = None


class MaskFolder:
    """``<project>/masks``: one PNG per annotated view, at ``<sample id>/<view>.png``.

    Beside each lies a hidden copy, ``.<view>.copy.png``, for the day the first can no longer be read.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, sample: str, view: str) -> Path:
        """Where this view's mask is or would be; always below the root. Problem for a name no file can have."""
        return self._root.joinpath(*(file_name(part) for part in sample.split("/")), f"{file_name(view)}.png")

    def names(self, path: Path) -> tuple[str, str]:
        """(sample, view) whose mask lies at ``path``."""
        *parts, name = path.relative_to(self._root).parts
        sample = "/".join(unquote(part, errors="surrogatepass") for part in parts)
        return sample, unquote(name.removesuffix(".png"), errors="surrogatepass")

    def exists(self, sample: str, view: str) -> bool:
        return self.path(sample, view).is_file()

    def read(self, sample: str, view: str) -> Labels | None:
        """(H, W) uint8 class index per pixel, or None where nothing was drawn; Problem for a damaged file."""
        path = self.path(sample, view)
        return read_mask(path) if path.exists() else None

    def load(self, sample: str, view: str) -> StoredMask | None:
        """The mask with the mark of its file; its copy where the file is damaged. Problem where both are."""
        path = self.path(sample, view)
        if not path.exists():
            return None
        data = _bytes(path)
        try:
            return StoredMask(decode_mask(data, path), mark_of(data))
        except Problem as problem:
            copy = self.copy_of(sample, view)
            if copy is None:
                raise
            return StoredMask(copy.labels, mark_of(data), problem)

    def copy_of(self, sample: str, view: str) -> StoredMask | None:
        """The hidden copy, where there is one that can be read."""
        path = _copy(self.path(sample, view))
        try:
            data = path.read_bytes()
            return StoredMask(decode_mask(data, path), mark_of(data))
        except (OSError, Problem):
            return None

    def mark(self, sample: str, view: str) -> FileMark | None:
        """That of the file as it is now; None where there is none."""
        path = self.path(sample, view)
        return mark_of(_bytes(path)) if path.exists() else None

    def write(self, sample: str, view: str, labels: Labels) -> FileMark:
        """Keep ``labels`` (H, W) uint8; Problem where the disk will not, and then the old file stands."""
        return self.replace(sample, view, encode_mask(labels), labels)

    def replace(self, sample: str, view: str, data: bytes, labels: Labels) -> FileMark:
        """Keep ``data``, which is ``labels`` encoded; it is read back before it takes the old file's place.

        The copy is written first: whichever of the two a crash finds is whole, and the file itself is never the newer.
        """
        path = self.path(sample, view)
        make_folder(path.parent)
        sweep_stale(path.parent)
        write_bytes(_copy(path), data)
        with replace_file(path) as temporary:
            temporary.write_bytes(data)
            if not np.array_equal(decode_mask(temporary.read_bytes(), path), labels):
                raise Problem(
                    f"{path} could not be written",
                    "what was read back is not what was written",
                    remedy="See to the disk. The file is as it was before.",
                )
        return mark_of(data)

    def set_aside(self, sample: str, view: str, word: str) -> Path:
        """Keep the file as it is now beside itself as ``<view>.<word>-<n>.png``; gives the new name."""
        path = self.path(sample, view)
        mark, number = mark_of(_bytes(path)), 1
        while (aside := path.with_name(f"{path.stem}.{word}-{number}.png")).exists():
            if mark_of(_bytes(aside)) == mark:
                return aside  # Why: a save that failed behind this comes here again.
            number += 1
        try:
            with replace_file(aside) as temporary:
                shutil.copyfile(path, temporary)
        except OSError as error:
            raise not_written(aside, error) from error
        return aside

    def annotated(self) -> list[tuple[str, str]]:
        """Every (sample, view) that has a file, sorted."""
        return sorted(
            self.names(Path(folder) / name)
            for folder, _, names in os.walk(self._root)
            for name in names
            if name.endswith(".png") and not name.startswith(".") and not _ASIDE.fullmatch(name)
        )


def read_mask(path: Path) -> Labels:
    """(H, W) uint8 labels of an indexed or grey PNG, exactly as stored; Problem naming the file."""
    return decode_mask(_bytes(path), path)


def decode_mask(data: bytes, path: Path) -> Labels:
    """As ``read_mask``, of the bytes that were at ``path``."""
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            if image.mode not in ("P", "L", "1"):
                raise Problem(f"{path} is no mask", f"its pixels are {image.mode}, not label numbers", remedy=_REMEDY)
            image.load()
            return np.array(image.convert("L") if image.mode == "1" else image, np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Problem(f"{path} cannot be read as a mask", _in_words(error), remedy=_REMEDY) from error


def _in_words(error: Exception) -> str:
    # Why: Pillow names the object it was given, which means nothing to a person.
    return re.sub(r"cannot identify image file <.*>", "it is no PNG image", str(error))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Problem(f"{path} cannot be read as a mask", error.strerror or str(error), remedy=_REMEDY) from error


def mark_of(data: bytes) -> FileMark:
    """That of a file with these bytes."""
    return FileMark(len(data), zlib.crc32(data))


def _copy(path: Path) -> Path:
    return path.with_name(f".{path.stem}.copy.png")


def encode_mask(labels: Labels) -> bytes:
    """``labels`` (H, W) uint8 as an 8-bit indexed PNG; label 0 is black and see-through."""
    if labels.ndim != 2 or labels.dtype != np.uint8 or labels.size == 0:
        raise ValueError(f"labels must be (H, W) uint8, got {labels.shape} {labels.dtype}")
    return encode_png(labels, _PALETTE)


def encode_png(labels: Labels, palette: bytes | None = None) -> bytes:
    """An 8-bit PNG: grey, or with a palette of red, green, blue by number, where number 0 is see-through."""
    image = Image.fromarray(np.ascontiguousarray(labels))
    stream = io.BytesIO()
    if palette is None:
        image.save(stream, "PNG", compress_level=1)
    else:
        image.putpalette(palette)
        image.save(stream, "PNG", bits=8, compress_level=1, transparency=0)
    return stream.getvalue()


def _make_palette() -> bytes:
    """256 colours that neighbours in number do not share: hues by the golden angle."""
    colours = [(0.0, 0.0, 0.0)] + [colorsys.hsv_to_rgb(n * 0.381966 % 1, 0.85, 1 - n % 3 / 4) for n in range(255)]
    return bytes(round(channel * 255) for colour in colours for channel in colour)


_PALETTE = _make_palette()
