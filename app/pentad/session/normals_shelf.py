"""Decoded normals that are at hand, so that no file is decoded twice in a row."""

from collections import OrderedDict

from pentad.core.arrays import Normals
from pentad.core.mask import MaskKey

ROOM = 500_000_000
"""Bytes; two views of 20 MP, or twenty of 2 MP."""


class NormalsShelf:
    """The normals of views looked at last, in whole resolution, up to a number of bytes. Lives on the main thread."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._kept: OrderedDict[MaskKey, Normals] = OrderedDict()

    def of(self, key: MaskKey) -> Normals | None:
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def keep(self, key: MaskKey, normals: Normals) -> None:
        """The newest stays, however large."""
        self._kept[key] = normals
        self._kept.move_to_end(key)
        while len(self._kept) > 1 and sum(kept.nbytes for kept in self._kept.values()) > self._room:
            self._kept.popitem(last=False)

    def forget(self, sample: str) -> None:
        """Its files are others now."""
        for key in [key for key in self._kept if key.sample == sample]:
            del self._kept[key]

    def clear(self) -> None:
        self._kept.clear()
