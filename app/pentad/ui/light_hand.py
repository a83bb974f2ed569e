"""While the lamp follows the pointer, moving over a picture moves the lamp."""

from PySide6.QtCore import QObject

from pentad.session.lighting import aimed, set_lamp
from pentad.session.session import Session
from pentad.ui.tile import Tile


class LightHand(QObject):
    """Listens to tiles. The middle of what is seen stands for overhead, its nearer edge for the image plane."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session

    def add(self, tile: Tile) -> None:
        tile.hovered.connect(self._on_hovered)

    def _on_hovered(self, tile: Tile, point: tuple[float, float] | None) -> None:
        lamp = self._session.view_state.look.lamp
        if not lamp.follows or point is None:
            return
        seen = tile.canvas.visible
        reach = max(min(seen.shape) / 2, 1.0)
        up, right = (seen.y0 + seen.y1) / 2 - point[0], point[1] - (seen.x0 + seen.x1) / 2
        set_lamp(self._session, aimed(lamp, up / reach, right / reach))
