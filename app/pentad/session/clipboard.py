"""What was copied from a mask, and laying it down elsewhere."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from psygnal import Signal

from pentad.annotation.components import box_of
from pentad.annotation.cutout import Cutout
from pentad.annotation.operations import Kind
from pentad.annotation.region import Patch
from pentad.annotation.sheet import Sheet
from pentad.core.mask import MaskKey
from pentad.core.problem import Problem
from pentad.session.annotation import Annotation
from pentad.session.operations import Operations


@dataclass(frozen=True, slots=True, eq=False)
class Copied:
    """A piece of the mask ``source``, whose size was ``size`` (height, width)."""

    piece: Cutout
    source: MaskKey
    size: tuple[int, int]


class Clipboard:
    """One copied piece at a time; it stays when samples and projects change. Lives on the main thread."""

    changed: ClassVar[Signal] = Signal()

    def __init__(self, annotation: Annotation, operations: Operations) -> None:
        self._annotation, self._operations = annotation, operations
        self._move = annotation.toolbox.move
        self.copied: Copied | None = None
        operations.copied = self.on

    def copy(self) -> None:
        """Copy what floats, else the region under the moving hand, else the chosen class of the view at hand."""
        sheet = self._annotation.sheet_here()
        if sheet is not None:
            self._keep(sheet, self._piece(sheet))

    def copy_all(self) -> None:
        """Copy all classes of the view at hand, each pixel where it is."""
        sheet = self._annotation.sheet_here()
        if sheet is not None:
            box = box_of(sheet.mask.labels != 0)
            self._keep(sheet, None if box.empty else Cutout(box, sheet.mask.labels[box.slices].copy()))

    def _keep(self, sheet: Sheet, piece: Cutout | None) -> None:
        if piece is None:
            self._notice(Problem("Nothing was copied", "there is nothing of it in this view", remedy="Mark some."))
            return
        height, width = sheet.mask.labels.shape
        self.copied = Copied(piece, sheet.key, (height, width))
        self.changed.emit()

    def cut(self) -> None:
        """Copy it and take it off the mask."""
        move, sheet, before = self._move, self._annotation.sheet_here(), self.copied
        pointed = move.pointed(sheet) if sheet is not None and self._takes_regions else None
        self.copy()
        if sheet is None or self.copied is before or self.copied is None:
            return
        if move.busy:
            move.remove()
        elif pointed is not None:
            stroke = sheet.stroke("Cut")
            stroke.paint(Patch(pointed.box, pointed.where), 0)
            sheet.commit(stroke)
            move.leave()
        else:
            self._operations.start(Kind.DELETE)

    def paste(self) -> None:
        """Let the piece float over the view at hand, where it was (in proportion, where the sizes differ)."""
        sheet = self._annotation.sheet_here()
        if sheet is None or self.copied is None:
            return
        size = sheet.mask.labels.shape
        piece = self.copied.piece.scaled(self.copied.size, (size[0], size[1]))
        self._annotation.toolbox.take(self._move.id)
        if self._move.busy:
            self._move.commit()
        self._move.take_up(piece, sheet, "Paste")

    def on(self, key: MaskKey) -> Patch | None:
        """The pixels of the copied piece as they would lie on an open mask."""
        document = self._annotation.documents.document(key)
        if self.copied is None or document is None:
            return None
        size = document.mask.labels.shape
        piece = self.copied.piece.scaled(self.copied.size, (size[0], size[1]))
        return Patch(piece.box, piece.where)

    @property
    def _takes_regions(self) -> bool:
        return self._annotation.toolbox.taken is self._move

    def _piece(self, sheet: Sheet) -> Cutout | None:
        move = self._move
        if self._takes_regions and (piece := move.floating or move.pointed(sheet)) is not None:
            return piece
        where = np.asarray(sheet.mask.labels == sheet.label)
        box = box_of(where)
        return None if box.empty else Cutout.of(Patch(box, where[box.slices]), sheet.label)

    def _notice(self, problem: Problem) -> None:
        self._annotation.noticed.emit(problem)
