"""Label rasters as indexed PNG files: what a person drew, exactly, and readable by any tool."""

import colorsys
import io
import os
import re
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np
from PIL import Image

from pentad.core.arrays import Labels
from pentad.core.problem import Problem
from pentad.sdk.atomic import make_folder, sweep_stale, write_bytes

_WINDOWS_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_LONGEST_NAME = 200


class MaskFolder:
    """``<project>/masks``: one PNG per annotated view, at ``<sample id>/<view>.png``."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, sample: str, view: str) -> Path:
        """Where this view's mask is or would be; always below the root. Problem for a name no file can have."""
        return self._root.joinpath(*(_file_name(part) for part in sample.split("/")), f"{_file_name(view)}.png")

    def exists(self, sample: str, view: str) -> bool:
        return self.path(sample, view).is_file()

    def read(self, sample: str, view: str) -> Labels | None:
        """(H, W) uint8 class index per pixel, or None where nothing was drawn; Problem for a damaged file."""
        path = self.path(sample, view)
        return read_mask(path) if path.exists() else None

    def write(self, sample: str, view: str, labels: Labels) -> None:
        """Keep ``labels`` (H, W) uint8; Problem where the disk will not, and then the old file stands."""
        path = self.path(sample, view)
        make_folder(path.parent)
        sweep_stale(path.parent)
        write_bytes(path, encode_mask(labels))

    def annotated(self) -> list[tuple[str, str]]:
        """Every (sample, view) that has a file, sorted."""
        found: list[tuple[str, str]] = []
        for folder, _, names in os.walk(self._root):
            parts = Path(folder).relative_to(self._root).parts
            sample = "/".join(unquote(part, errors="surrogatepass") for part in parts)
            found += [
                (sample, unquote(name[:-4], errors="surrogatepass"))
                for name in names
                if name.endswith(".png") and not name.startswith(".")
            ]
        return sorted(found)


def read_mask(path: Path) -> Labels:
    """(H, W) uint8 labels of an indexed or grey PNG, exactly as stored; Problem naming the file."""
    remedy = "Put back a copy of it, or delete it to draw anew."
    try:
        with Image.open(path, formats=["PNG"]) as image:
            if image.mode not in ("P", "L", "1"):
                raise Problem(f"{path} is no mask", f"its pixels are {image.mode}, not label numbers", remedy=remedy)
            image.load()
            return np.array(image.convert("L") if image.mode == "1" else image, np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Problem(f"{path} cannot be read as a mask", str(error), remedy=remedy) from error


def encode_mask(labels: Labels) -> bytes:
    """``labels`` (H, W) uint8 as an 8-bit indexed PNG; label 0 is black and see-through."""
    if labels.ndim != 2 or labels.dtype != np.uint8 or labels.size == 0:
        raise ValueError(f"labels must be (H, W) uint8, got {labels.shape} {labels.dtype}")
    image = Image.fromarray(labels)
    image.putpalette(_PALETTE)
    stream = io.BytesIO()
    image.save(stream, "PNG", bits=8, compress_level=1, transparency=0)
    return stream.getvalue()


def _make_palette() -> bytes:
    """256 colours that neighbours in number do not share: hues by the golden angle."""
    colours = [(0.0, 0.0, 0.0)] + [colorsys.hsv_to_rgb(n * 0.381966 % 1, 0.85, 1 - n % 3 / 4) for n in range(255)]
    return bytes(round(channel * 255) for colour in colours for channel in colour)


_PALETTE = _make_palette()


def _file_name(part: str) -> str:
    """One path component that no system reads otherwise: what is unusual is percent-encoded, so it can be undone."""
    name = quote(part, safe=" ()[]+,;=@!#$&'", errors="surrogatepass")
    if name.startswith((".", " ")) or _WINDOWS_DEVICE.match(name):
        name = f"%{ord(name[0]):02X}{name[1:]}"
    if name.endswith((".", " ")):
        name = f"{name[:-1]}%{ord(name[-1]):02X}"
    if not name or len(name) > _LONGEST_NAME:
        raise Problem(
            f"No mask can be kept for {part[:40]!r}", "no file can have this name", remedy="Rename the sample or view."
        )
    return name
