"""Small pictures of the samples, made in the background when a list wants them and kept in the project's cache."""

import contextlib
import hashlib
from collections import OrderedDict
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from pentad.core.arrays import Rgb
from pentad.core.problem import Problem
from pentad.core.sample import Modality, RasterRef, Sample
from pentad.io import rasters
from pentad.io.tree import FileTree
from pentad.sdk import Ticket
from pentad.sdk.atomic import make_folder, write_bytes
from pentad.session.session import Session
from pentad.ui.bridge import listen

SIDE = 160
"""Pixels on the longer side: a thumbnail at 200 % scaling."""
KEPT = 2000
AT_ONCE = 2


class Thumbnails(QObject):
    """Thumbnails by sample id. What was asked for last comes first, for that is what is on screen."""

    arrived = Signal(str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._kept: OrderedDict[str, QPixmap] = OrderedDict()
        self._wanted: OrderedDict[str, Sample] = OrderedDict()
        self._running: set[str] = set()
        self._without: set[str] = set()
        self._next = QTimer(self, interval=0, singleShot=True)
        self._next.timeout.connect(self._start)
        listen(self, session.project_changed, self.forget)

    def get(self, sample: Sample) -> QPixmap | None:
        """The thumbnail if it is at hand; else it is on its way, and ``arrived`` will say so."""
        kept = self._kept.get(sample.id)
        if kept is not None:
            self._kept.move_to_end(sample.id)
            return kept
        if sample.id not in self._running and sample.id not in self._without:
            self._wanted[sample.id] = sample
            self._wanted.move_to_end(sample.id)
            while len(self._wanted) > 60:
                self._wanted.popitem(last=False)
            self._next.start()
        return None

    def is_missing(self, sample: Sample) -> bool:
        """Whether there is no picture to make one of."""
        return sample.id in self._without

    def forget(self) -> None:
        self._kept.clear()
        self._wanted.clear()
        self._running.clear()
        self._without.clear()

    def _start(self) -> None:
        project = self._session.project
        while project is not None and self._wanted and len(self._running) < AT_ONCE:
            id, sample = self._wanted.popitem()
            photo = next((v.rasters[Modality.RGB] for v in sample.views if Modality.RGB in v.rasters), None)
            if photo is None:
                self._without.add(id)
                continue
            self._running.add(id)
            job = self._session.jobs.run(
                f"Thumbnail of {id}",
                partial(make_thumbnail, project.tree, photo, project.folder / "cache" / "thumbnails"),
                lane="prefetch",
                quiet=True,
                then=partial(self._came, id),
            )
            job.failed.connect(partial(self._failed, id))

    def _came(self, id: str, rgb: Rgb) -> None:
        height, width = rgb.shape[:2]
        image = QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        self._kept[id] = QPixmap.fromImage(image)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        self._running.discard(id)
        self._next.start()
        self.arrived.emit(id)

    def _failed(self, id: str, problem: Problem) -> None:
        self._without.add(id)
        self._running.discard(id)
        self._next.start()
        self.arrived.emit(id)


def make_thumbnail(tree: FileTree, photo: RasterRef, folder: Path, ticket: Ticket) -> Rgb:
    """(h, w, 3) of at most SIDE pixels: from ``folder`` where it is kept, else read from the photo and kept there."""
    name = hashlib.sha256(f"{tree.location}/{photo.path}/{photo.part}".encode()).hexdigest()[:24]
    file = folder / f"{name}.jpg"
    if file.is_file():
        stored = cv2.imdecode(np.frombuffer(file.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
        if stored is not None:
            return np.ascontiguousarray(stored[..., ::-1]).astype(np.uint8, copy=False)
    ticket.check()
    rgb = rasters.read_rgb(tree, photo, SIDE)
    done, coded = cv2.imencode(".jpg", np.ascontiguousarray(rgb[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, 88])
    if done:
        with contextlib.suppress(Problem):  # Why: a project that may only be read still shows its parts.
            make_folder(folder)
            write_bytes(file, coded.tobytes())
    return rgb
