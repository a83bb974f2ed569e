"""The images of a light stack: in memory, or decoded once into a scratch file and read back a tile at a time."""

import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Bools, Floats, Image
from pentad.core.problem import Problem
from pentad.sdk import Ticket

IN_MEMORY = 256 * 1024 * 1024
"""Bytes of pixels that are kept; a larger stack goes through a scratch file."""
_KEPT = (np.dtype(np.uint8), np.dtype(np.uint16), np.dtype(np.float32))
_SMALL = 192
"""Pixels of a thumbnail's longer side."""
_FULL = 0.98
"""Of what a code can hold: from there on a sensor is taken for saturated."""
_MOSTLY = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class LightStack:
    """K images of one view, (H, W) or (H, W, 3), all of one kind; ``tile`` reads any run of their pixels.

    ``small`` (K, h, w[, 3]) float32 are thumbnails by area mean in the images' own unit; ``not_numbers`` counts pixels
    that are not, which in the thumbnails are black. ``white`` is the code from which on a pixel is saturated, infinite
    where images of floats do not tell.
    """

    shape: tuple[int, int]
    colour: bool
    dtype: np.dtype[Any]
    small: Floats
    not_numbers: int
    white: float
    planes: tuple[Image, ...]
    scratch: "_Scratch | None" = None

    def __len__(self) -> int:
        return len(self.small)

    @classmethod
    def of(cls, images: Sequence[Image] | Image, *, white: float | None = None) -> "LightStack":
        """The stack of images that are in memory, or memory-mapped. Problem where they do not belong together."""
        planes = tuple(np.asarray(image) for image in images)
        return cls.read([partial(_as_it_is, plane) for plane in planes], keep=None, white=white)

    @classmethod
    def read(
        cls,
        images: Sequence[Callable[[], Image]],
        *,
        names: Sequence[str] = (),
        keep: int | None = IN_MEMORY,
        folder: Path | None = None,
        white: float | None = None,
        ticket: Ticket | None = None,
    ) -> "LightStack":
        """Decode and check every image, two at a time; what is more than ``keep`` bytes goes to a file in ``folder``.

        The file has no name and is gone when the stack is closed. Problem naming an image that is of another size or
        depth than the first, neither grey nor RGB, black, saturated or without any number.
        """
        if not images:
            raise Problem("There are no images", remedy="Give one image for each light")
        called = list(names) or [f"image {number}" for number in range(1, len(images) + 1)]
        first = _known(images[0](), called[0])
        large = keep is not None and first.nbytes * len(images) > keep
        scratch = _Scratch.beside(folder, first, len(images)) if large else None
        full = _white(first.dtype) if white is None else white

        def taken(index: int) -> tuple[Floats, int, Image | None]:
            image = first if index == 0 else _known(images[index](), called[index])
            _refuse_other(image, first, called[index], called[0])
            small, holes = _thumbnail(image, called[index])
            _refuse_unlit(small, full, called[index])
            if ticket is not None:
                ticket.report((index + 1) / len(images), called[index])
            if scratch is None:
                return small, holes, image.reshape(-1, *image.shape[2:])
            scratch.write(index, image)
            return small, holes, None

        # Why threads: OpenCV decodes one image while another is checked and written down.
        with ExitStack() as failing, ThreadPoolExecutor(2) as pool:
            if scratch is not None:
                failing.callback(scratch.file.close)
            found = list(pool.map(taken, range(len(images))))
            failing.pop_all()
        return cls(
            shape=(first.shape[0], first.shape[1]),
            colour=first.ndim == 3,
            dtype=first.dtype,
            small=np.stack([small for small, _, _ in found]),
            not_numbers=sum(holes for _, holes, _ in found),
            white=full,
            planes=tuple(plane for _, _, plane in found if plane is not None),
            scratch=scratch,
        )

    def close(self) -> None:
        """Let the scratch file go, where there is one."""
        if self.scratch is not None:
            self.scratch.file.close()

    def __enter__(self) -> "LightStack":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def tile(self, index: int, pixels: slice) -> Image:
        """(P,) or (P, 3) codes of an image's ``pixels``, counted along its rows; uint8, uint16 or float32."""
        part = self.planes[index][pixels] if self.scratch is None else self.scratch.read(index, pixels)
        return part if part.dtype in _KEPT else part.astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _Scratch:
    """Raw pixels of images of one kind, one after the other, in a file that nobody else sees."""

    file: IO[bytes]
    turn: threading.Lock
    plane: int
    pixel: int
    dtype: np.dtype[Any]
    channels: tuple[int, ...]

    @classmethod
    def beside(cls, folder: Path | None, like: Image, count: int) -> "_Scratch":
        try:
            file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - Why: closed with the stack.
            file.truncate(like.nbytes * count)
        except OSError as error:
            raise _no_room(error) from error
        pixel = like.nbytes // (like.shape[0] * like.shape[1])
        return cls(cast(IO[bytes], file), threading.Lock(), like.nbytes, pixel, like.dtype, like.shape[2:])

    def write(self, index: int, image: Image) -> None:
        data = np.ascontiguousarray(image).reshape(-1).view(np.uint8).data
        try:
            with self.turn:
                self.file.seek(index * self.plane)
                while data:
                    data = data[self.file.write(data) :]
        except OSError as error:
            raise _no_room(error) from error

    def read(self, index: int, pixels: slice) -> Image:
        part: NDArray[Any] = np.empty((pixels.stop - pixels.start, *self.channels), self.dtype)
        try:
            with self.turn:
                self.file.seek(index * self.plane + pixels.start * self.pixel)
                got = cast(Any, self.file).readinto(part.reshape(-1).view(np.uint8).data)
        except OSError as error:
            raise _no_room(error) from error
        if got != part.nbytes:
            raise _no_room(OSError("the scratch file is cut short"))
        return part


def _as_it_is(image: Image) -> Image:
    return image


def _known(image: Image, name: str) -> Image:
    if image.ndim not in (2, 3) or image.shape[2:] not in ((), (3,)) or image.dtype.kind not in "uif" or not image.size:
        raise _unequal(f"{name} has the shape {image.shape}, which is neither grey nor RGB")
    return image


def _refuse_other(image: Image, first: Image, name: str, its_name: str) -> None:
    (height, width), (tall, wide) = image.shape[:2], first.shape[:2]
    if (height, width) != (tall, wide):
        raise _unequal(f"{name} is {width} x {height} px, {its_name} {wide} x {tall}")
    if image.ndim != first.ndim:
        raise _unequal("some images are grey and some are RGB: " + f"{name} is not as {its_name}")
    if image.dtype != first.dtype:
        raise _unequal(f"{name} holds {image.dtype}, {its_name} {first.dtype}")


def _refuse_unlit(small: Floats, white: float, name: str) -> None:
    remedy = "Photograph it again, or leave out the image and its light's row"
    if not small.any():
        raise Problem(f"{name} is black", "no light reached the sensor", remedy=remedy)
    if (small >= white).mean() > _MOSTLY:
        raise Problem(f"{name} is saturated", f"nearly all of it is at {white:g} or above", remedy=remedy)


def _thumbnail(image: Image, name: str) -> tuple[Floats, int]:
    """The image at 192 px, and how many of its pixels are not numbers; those are black there."""
    holes = 0
    if image.dtype.kind == "f":
        numbers: Bools = np.isfinite(image)
        holes = image.size - int(np.count_nonzero(numbers))
        if holes == image.size:
            raise Problem(f"{name} holds no number", remedy="Copy the file again from its source, or replace it")
        image = np.where(numbers, image, 0) if holes else image
    wide = image if image.dtype in _KEPT else image.astype(np.float32)
    scale = min(1.0, _SMALL / max(image.shape[:2]))
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    return cv2.resize(wide, size, interpolation=cv2.INTER_AREA).astype(np.float32), holes


def _white(dtype: np.dtype[Any]) -> float:
    return _FULL * float(np.iinfo(dtype).max) if dtype.kind in "ui" else float("inf")


def _unequal(why: str) -> Problem:
    return Problem(
        "The light images do not belong together",
        why,
        remedy="Give images of one view, all of one size and kind, and a mask of that size",
    )


def _no_room(error: OSError) -> Problem:
    why = error.strerror or str(error)
    return Problem("The stack cannot be laid down for its solution", why, remedy="Free disk space beside the output")
