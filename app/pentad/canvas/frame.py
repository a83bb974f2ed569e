"""What a canvas shows, in device pixels: drawn once, and then only where it changes."""

from collections.abc import Callable

from PySide6.QtGui import QImage, QPainter

from pentad.canvas.look import Look
from pentad.canvas.mask_picture import MaskPicture
from pentad.core.box import Box


class Frame:
    """A picture with its labels, and without them: a stroke needs nothing beneath the labels to be drawn again.

    Both are plain images, for Qt copies and blends those many times faster than it draws on a widget whose stale part
    is no rectangle.
    """

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._wanted: tuple[object, ...] = ()
        self._mask: MaskPicture | None = None
        self._beneath, self._whole = QImage(), QImage()
        self._stale: list[Box] = []

    def change(self, boxes: list[Box]) -> None:
        """The labels of these device pixels look different now."""
        self._stale += boxes

    def forget(self) -> None:
        """Let go of what was drawn."""
        self._key = ()

    def draw(
        self,
        painter: QPainter,
        look: Look,
        mask: MaskPicture,
        key: tuple[object, ...],
        paint_beneath: Callable[[QPainter], None],
    ) -> None:
        """All of it, in device pixels; ``paint_beneath`` paints the same for the same ``key`` and look.

        It is kept from the second time on that the same is wanted.
        """
        wanted = (look.place, *key)
        if wanted != self._wanted:
            # Why: while one pans or zooms every frame is another one, and to keep each would double what it takes.
            self._wanted = wanted
            self.forget()
            paint_beneath(painter)
            mask.draw(painter, look, Box(0, 0, *look.device_size))
            return
        if wanted != self._key or mask is not self._mask:
            self._begin(look, wanted, paint_beneath)
            self._mask = mask
        if self._stale:
            own = QPainter(self._whole)
            try:
                for box in self._stale:
                    height, width = box.shape
                    own.drawImage(box.x0, box.y0, self._beneath, box.x0, box.y0, width, height)
                    mask.draw(own, look, box)
            finally:
                own.end()
            self._stale.clear()
        painter.drawImage(0, 0, self._whole)

    def _begin(self, look: Look, key: tuple[object, ...], paint_beneath: Callable[[QPainter], None]) -> None:
        height, width = look.device_size
        if (self._whole.height(), self._whole.width()) != look.device_size:
            self._beneath = QImage(width, height, QImage.Format.Format_RGB32)
            self._whole = QImage(width, height, QImage.Format.Format_RGB32)
        if key != self._key:
            self.forget()
            own = QPainter(self._beneath)
            try:
                paint_beneath(own)
            finally:
                own.end()
            self._key = key
        self._stale = [Box(0, 0, height, width)]
