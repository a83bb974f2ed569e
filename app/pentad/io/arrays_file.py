"""Arrays by name in one file, with words about them: numpy's npz, written and read without ever pickling."""

import io
import json
import math
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pentad import __version__
from pentad.core.problem import Problem
from pentad.sdk.atomic import make_folder, replace_file

Arrays = Mapping[str, NDArray[Any]]
DAMAGED = (ValueError, KeyError, TypeError, RecursionError, OSError, EOFError, OverflowError, zipfile.BadZipFile,
           zlib.error, NotImplementedError)  # fmt: skip
"""What reading and checking a file may end in that another program wrote, or a disk spoiled."""
_STAMP = (1980, 1, 1, 0, 0, 0)
_MOST_ARRAYS = 1000


def write_arrays(path: Path, arrays: Arrays) -> None:
    """Write beside and rename; the same arrays give the same bytes. Problem where the disk will not."""
    make_folder(path.parent)
    with (
        replace_file(path) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as file,
    ):
        for name, array in arrays.items():
            _write(file, name, array)


def read_arrays(path: Path, *, largest: int) -> Arrays:
    """What ``write_arrays`` wrote, at most ``largest`` bytes of it.

    Problem where the file cannot be read, one of DAMAGED where it is not one, or damaged.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        why = error.strerror or str(error)
        raise Problem(f"{path} cannot be read", why, remedy="Check its path and its permissions.") from error
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        entries = file.infolist()
        total = sum(entry.file_size for entry in entries)
        if total > largest or len(entries) > _MOST_ARRAYS:
            raise ValueError(f"it holds {total:,} bytes in {len(entries):,} arrays")
        found = {}
        for entry in entries:
            # Why read in full first: a header may claim more than the entry holds, and numpy would make room for it.
            unpacked = file.read(entry)
            _check_length(unpacked)
            name = entry.filename.removesuffix(".npy")
            found[name] = np.lib.format.read_array(io.BytesIO(unpacked), allow_pickle=False)
        return found


def as_array(words: Mapping[str, Any]) -> NDArray[np.uint8]:
    """JSON as bytes, to be written among arrays."""
    return np.frombuffer(json.dumps(words, default=str).encode(), np.uint8)


def json_of(arrays: Arrays, name: str) -> Any:
    """What ``as_array`` packed; one of DAMAGED where it is none."""
    return json.loads(bytes(array_of(arrays, name, np.uint8, -1)))


def check_format(said: Any, known: str, version: int) -> None:
    """Problem where a newer Pentad wrote these words; ValueError unless they are of the ``known`` format."""
    if not isinstance(said, dict) or said.get("format") != known:
        raise ValueError("it does not say that it is one")
    found = said.get("version")
    if isinstance(found, int) and found > version:
        why = f"its format is {found}, Pentad {__version__} knows those up to {version}"
        what = f"The {known.removeprefix('pentad ')} was made by a newer Pentad"
        raise Problem(what, why, remedy="Update Pentad. The file was left as it is.")
    if found != version:
        raise ValueError(f"its version is {found}; this Pentad reads {version}")


def array_of(arrays: Arrays, name: str, kind: type, *shape: int, finite: bool = True) -> NDArray[Any]:
    """The array called ``name``, of that kind and shape (-1: any length); ValueError where it is another."""
    found = arrays[name]
    fits = found.ndim == len(shape) and all(w in (-1, s) for w, s in zip(shape, found.shape, strict=True))
    if found.dtype != kind or not fits:
        raise ValueError(f"{name} is {found.dtype} {found.shape}")
    if finite and found.dtype.kind == "f" and not np.isfinite(found).all():
        raise ValueError(f"{name} holds what is not a number")
    return found


def _write(file: zipfile.ZipFile, name: str, array: NDArray[Any]) -> None:
    packed = io.BytesIO()
    np.lib.format.write_array(packed, np.ascontiguousarray(array), allow_pickle=False)
    entry = zipfile.ZipInfo(f"{name}.npy", _STAMP)  # Why the stamp: else the same arrays had other bytes tomorrow.
    entry.compress_type = zipfile.ZIP_DEFLATED
    file.writestr(entry, packed.getvalue())


def _check_length(unpacked: bytes) -> None:
    """ValueError unless an array's header fits what follows it."""
    stream = io.BytesIO(unpacked)
    version = np.lib.format.read_magic(stream)
    read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}.get(version)
    if read is None:
        raise ValueError("an array of an unknown version")
    shape, _, kind = read(stream)
    if kind.hasobject or math.prod(shape) * kind.itemsize != len(unpacked) - stream.tell():
        raise ValueError("an array's length is not what it says")
