"""A file for HDF5 to write to that never tells it of a full disk, because HDF5 takes the whole program down then."""

import io
from pathlib import Path
from typing import Self


class PatientFile:
    """A new file that keeps the first failed write to itself: ``error`` is then set and the rest goes to memory.

    Whoever writes must look at ``error`` often, stop, and throw the file away. Has what h5py asks of a file object.
    """

    def __init__(self, path: Path) -> None:
        self.error: OSError | None = None
        self._stream: io.FileIO | io.BytesIO = io.FileIO(path, "w+")

    def write(self, data: bytes | memoryview) -> int:
        rest = memoryview(data).cast("B")
        while rest:
            try:
                rest = rest[self._stream.write(rest) :]
            except OSError as error:
                self.error = error
                self._move_to_memory()
        return len(data)

    def read(self, size: int) -> bytes:
        buffer = bytearray(size)
        self.readinto(memoryview(buffer))
        return bytes(buffer)

    def readinto(self, buffer: memoryview) -> int:
        whole = memoryview(buffer).cast("B")
        count = 0
        while count < len(whole) and (got := self._stream.readinto(whole[count:])):
            count += got
        # Why: behind the end HDF5 expects zeros, as a disk file that was extended would give.
        whole[count:] = bytes(len(whole) - count)
        return len(whole)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def truncate(self, size: int) -> int:
        try:
            return self._stream.truncate(size)
        except OSError as error:
            self.error = error
            self._move_to_memory()
            return self._stream.truncate(size)

    def flush(self) -> None:
        self._stream.flush()

    def check(self) -> None:
        """Raises the OSError that was kept back, if there was one."""
        if self.error is not None:
            raise self.error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def _move_to_memory(self) -> None:
        place = self._stream.tell()
        self._stream.seek(0)
        copy = io.BytesIO(self._stream.read())
        copy.seek(place)
        self._stream.close()
        self._stream = copy
