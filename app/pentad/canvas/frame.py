"""What was drawn, kept until it would look different."""

from collections.abc import Callable

from PySide6.QtGui import QImage, QPainter


class Frame:
    """A picture in device pixels that is drawn once and then only copied."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._image = QImage()

    def draw(
        self, painter: QPainter, key: tuple[object, ...], size: tuple[int, int], paint: Callable[[QPainter], None]
    ) -> None:
        """Copy to ``painter``, in device pixels, what ``paint`` once drew for the same ``key`` on ``size`` (height,
        width)."""
        if key != self._key:
            self.forget()
            if (self._image.height(), self._image.width()) != size:
                self._image = QImage(size[1], size[0], QImage.Format.Format_RGB32)
            own = QPainter(self._image)
            try:
                paint(own)
            finally:
                own.end()
            self._key = key
        painter.drawImage(0, 0, self._image)

    def forget(self) -> None:
        """Let go of what was drawn."""
        self._key = ()
