"""The program's icon in the sizes and containers that systems ask for, drawn from its SVG."""

import io
import sys
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SVG = Path(__file__).parents[1] / "resources" / "icons" / "pentad.svg"
SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
ICO_SIZES = tuple(size for size in SIZES if size <= 256)


def drawn(size: int) -> Image.Image:
    """The icon, ``size`` pixels a side."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(SVG)).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return Image.open(io.BytesIO(buffer.data().data())).convert("RGBA")


def main(folder: Path) -> None:
    """Write ``pentad-SIZE.png``, ``pentad.ico``, ``pentad.icns`` and a copy of the SVG into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    app = QGuiApplication(sys.argv[:1])
    images = {size: drawn(size) for size in (*SIZES, 1024)}
    for size in SIZES:
        images[size].save(folder / f"pentad-{size}.png", optimize=True)
    small = [images[size] for size in ICO_SIZES]
    images[256].save(folder / "pentad.ico", append_images=small, sizes=[(size, size) for size in ICO_SIZES])
    images[1024].save(folder / "pentad.icns", append_images=[images[size] for size in SIZES])
    (folder / "pentad.svg").write_bytes(SVG.read_bytes())
    del app


if __name__ == "__main__":
    main(Path(sys.argv[1]))
