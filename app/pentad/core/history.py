"""Undo and redo, limited by memory rather than by count."""

from collections import deque
from typing import ClassVar, Protocol

from psygnal import Signal

LIMIT = 256 << 20
"""Bytes of edits kept unless somebody says otherwise."""


class Edit(Protocol):
    """Something already done that can be taken back and done again."""

    @property
    def name(self) -> str:
        """What was done, as a person would say it: "Brush"."""

    @property
    def nbytes(self) -> int: ...

    def undo(self) -> None: ...

    def redo(self) -> None: ...


class History:
    """What was done, in order, and how far of it is taken back.

    There is no limit of steps. Beyond ``limit`` bytes the oldest edits can no longer be taken back; the newest always
    can.
    """

    changed: ClassVar[Signal] = Signal()

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._done: deque[Edit] = deque()
        self._undone: list[Edit] = []
        self._bytes = 0

    @property
    def done(self) -> tuple[Edit, ...]:
        """What can be taken back, oldest first."""
        return tuple(self._done)

    @property
    def undone(self) -> tuple[Edit, ...]:
        """What can be done again, the next one first."""
        return tuple(reversed(self._undone))

    @property
    def nbytes(self) -> int:
        return self._bytes

    @property
    def limit(self) -> int:
        return self._limit

    def set_limit(self, limit: int) -> None:
        """Keep at most so many bytes from now on."""
        self._limit = limit
        self._forget_oldest()
        self.changed.emit()

    def add(self, edit: Edit) -> None:
        """Note what was just done; what had been taken back can no longer be done again."""
        self._bytes += edit.nbytes - sum(gone.nbytes for gone in self._undone)
        self._undone.clear()
        self._done.append(edit)
        self._forget_oldest()
        self.changed.emit()

    def undo(self) -> None:
        """Take the newest edit back. If that fails, the history stays as it was."""
        if self._done:
            self._done[-1].undo()
            self._undone.append(self._done.pop())
            self.changed.emit()

    def redo(self) -> None:
        """Do again what was last taken back."""
        if self._undone:
            self._undone[-1].redo()
            self._done.append(self._undone.pop())
            self.changed.emit()

    def clear(self) -> None:
        """Forget everything: another project is on the desk."""
        self._done.clear()
        self._undone.clear()
        self._bytes = 0
        self.changed.emit()

    def _forget_oldest(self) -> None:
        while self._bytes > self._limit and len(self._done) > 1:
            self._bytes -= self._done.popleft().nbytes
