"""The pixels of the sample on show: read in the background, small first, kept as long as there is room."""

from collections import OrderedDict
from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QObject, Signal

from pentad.annotation.sheet import Underlay
from pentad.canvas.pyramid import LabelPyramid
from pentad.core.mask import MaskKey
from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample, View
from pentad.io.tree import FileTree
from pentad.sdk import Ticket
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.composing import RasterKey
from pentad.ui.picture_loading import Picture, load_picture

ROOM = 1_500_000_000
"""Bytes of pixels kept; two samples of five 20 MP photos."""
Key = tuple[str, str, Modality]
"""(sample id, view name, modality)."""


class Pictures(QObject):
    """What is at hand of the rasters one looks at, and who is told when more comes in."""

    arrived = Signal(str)
    """A view's picture, or the Problem in its place, is new."""

    def __init__(self, session: Session, parent: QObject | None = None, *, room: int = ROOM) -> None:
        super().__init__(parent)
        self._session = session
        self._room = room
        self._kept: OrderedDict[Key, Picture] = OrderedDict()
        self._problems: dict[Key, Problem] = {}
        self._loading: set[Key] = set()
        self._sample: Sample | None = None
        self._wanted: tuple[RasterKey, ...] = ()
        listen(self, session.project_changed, self.forget)
        listen(self, session.sample_updated, self._on_updated)
        listen(self, session.annotation.documents.opened, self._on_mask)

    def show(self, sample: Sample | None, wanted: Iterable[RasterKey]) -> None:
        """Make sure these rasters of the sample are at hand soon, in this order; may be called again with the same."""
        self._wanted = tuple(wanted)
        if sample is not self._sample:
            self._loading.clear()
            self._sample = sample
            self._problems.clear()  # Why: a file may have been mended since; it is tried again.
        if sample is None:
            return
        for view, modality in self._wanted:
            self._want(sample, sample.view(view), modality)
        self._prefetch_when_done()

    @property
    def sample(self) -> Sample | None:
        """Whose pictures are on show."""
        return self._sample

    def beneath(self, key: MaskKey, modality: Modality) -> Underlay | None:
        """The full picture's own pixels (blue, green, red, alpha), where they are at hand."""
        kept = self._kept.get((key.sample, key.view, modality))
        if kept is None or kept.colours is None or not kept.complete:
            return None
        return Underlay(kept.colours.levels[0], kept.size)

    def picture(self, view: str, modality: Modality) -> Picture | None:
        kept = self._kept.get(self._key(view, modality))
        if kept is not None and kept.labels is not None and not self._is_live(view, kept.labels):
            return None
        return kept

    def problem(self, view: str, modality: Modality) -> Problem | None:
        """Why there is no such picture."""
        return self._problems.get(self._key(view, modality))

    @property
    def busy(self) -> bool:
        """Whether pictures of the sample on show are still to come."""
        return bool(self._loading)

    def _is_live(self, view: str, labels: LabelPyramid) -> bool:
        """Whether it belongs to the mask that is open now: one that was closed and read again is another."""
        sample = self._sample.id if self._sample else ""
        document = self._session.annotation.documents.document(MaskKey(sample, view))
        return document is not None and document.mask is labels.mask

    def forget(self) -> None:
        """Let go of everything: another project is on the desk."""
        self._kept.clear()
        self._problems.clear()
        self._loading.clear()
        self._sample = None

    def _on_updated(self, sample: str) -> None:
        """Some of its rasters are other files now."""
        for kept in (self._kept, self._problems):
            for key in [key for key in kept if key[0] == sample and key[2] is not Modality.MASK]:
                del kept[key]

    def _key(self, view: str, modality: Modality) -> Key:
        return (self._sample.id if self._sample else "", view, modality)

    def _want(self, sample: Sample, view: View, modality: Modality) -> None:
        if modality is Modality.MASK:
            self._want_mask(sample, view)
            return
        key = (sample.id, view.name, modality)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        if modality not in view.rasters or key in self._loading or key in self._problems:
            return
        if kept is None or not kept.complete:
            self._load(sample, view, modality, reduced=kept is None)

    def _want_mask(self, sample: Sample, view: View) -> None:
        """A mask is a document of the session's; here are only its reductions for the screen."""
        annotation, project = self._session.annotation, self._session.project
        key = (sample.id, view.name, Modality.MASK)
        if project is None or key in self._loading:
            return
        document = annotation.documents.document(MaskKey(sample.id, view.name))
        if document is None:
            if annotation.active or Modality.MASK in view.rasters or project.store.masks.exists(sample.id, view.name):
                self._loading.add(key)
                annotation.documents.open(sample, view.name)
            return
        kept = self._kept.get(key)
        if kept is not None and kept.labels is not None and kept.labels.mask is document.mask:
            self._kept.move_to_end(key)
            return
        self._loading.add(key)
        mask, version = document.mask, document.mask.version
        job = self._session.jobs.run(
            f"mask of {sample.id} {view.name}",
            lambda ticket: LabelPyramid(mask),
            # Why: a hand that waits to paint must not wait for ten photos to be decoded first.
            lane="tool" if annotation.active else "disk",
            replaces=f"picture/{view.name}/{Modality.MASK.value}",
            quiet=True,
            then=partial(self._pyramid_came, sample, view, version),
        )
        job.failed.connect(partial(self._failed, key))

    def _on_mask(self, mask: MaskKey) -> None:
        key = (mask.sample, mask.view, Modality.MASK)
        self._loading.discard(key)
        problem = self._session.annotation.documents.problem(mask)
        if self._sample is None or mask.sample != self._sample.id:
            return
        if problem is not None:
            self._failed(key, problem)
        elif (mask.view, Modality.MASK) in self._wanted:
            self._want_mask(self._sample, self._sample.view(mask.view))

    def _pyramid_came(self, sample: Sample, view: View, version: int, pyramid: LabelPyramid) -> None:
        if pyramid.mask.version != version:
            # Why: the mask changed while its reductions were made, so they may be of two minds.
            self._loading.discard((sample.id, view.name, Modality.MASK))
            self._want_mask(sample, view)
            return
        size = pyramid.mask.labels.shape
        self._came(sample, view, Modality.MASK, Picture((size[0], size[1]), labels=pyramid))

    def _load(self, sample: Sample, view: View, modality: Modality, *, reduced: bool) -> None:
        if self._session.project is None:
            return
        tree, key = self._session.project.tree, (sample.id, view.name, modality)
        self._loading.add(key)

        def work(ticket: Ticket) -> Picture:
            return load_picture(tree, view, modality, reduced=reduced, ticket=ticket)

        job = self._session.jobs.run(
            f"{modality.value} of {sample.id} {view.name}",
            work,
            lane="disk",
            replaces=f"picture/{view.name}/{modality.value}",
            quiet=True,
            then=partial(self._came, sample, view, modality),
        )
        job.failed.connect(partial(self._failed, key))

    def _came(self, sample: Sample, view: View, modality: Modality, picture: Picture) -> None:
        key = (sample.id, view.name, modality)
        self._keep(key, picture)
        self._loading.discard(key)
        if sample is self._sample:
            if not picture.complete:
                self._load(sample, view, modality, reduced=False)
            self.arrived.emit(view.name)
            self._prefetch_when_done()

    def _failed(self, key: Key, problem: Problem) -> None:
        self._problems[key] = problem
        self._loading.discard(key)
        if self._sample is not None and key[0] == self._sample.id:
            self.arrived.emit(key[1])

    def _keep(self, key: Key, picture: Picture) -> None:
        self._kept[key] = picture
        self._kept.move_to_end(key)
        filled = sum(kept.bytes for kept in self._kept.values())
        shown = self._sample.id if self._sample else None
        for old in list(self._kept):
            if filled <= self._room:
                return
            if old[0] != shown:
                filled -= self._kept.pop(old).bytes

    def _prefetch_when_done(self) -> None:
        """The neighbours' first pixels, once the sample on show is complete."""
        if self._loading or self._sample is None:
            return
        visible = self._session.visible
        here = next((i for i, sample in enumerate(visible) if sample is self._sample), None)
        if here is None or self._session.project is None:
            return
        tree = self._session.project.tree
        for neighbour in visible[here + 1 : here + 2] + visible[max(here - 1, 0) : here]:
            wanted = [
                (view, modality)
                for name, modality in self._wanted
                if (view := _view(neighbour, name)) is not None
                and modality is not Modality.MASK
                and modality in view.rasters
                and (neighbour.id, view.name, modality) not in self._kept
            ]
            for view, modality in wanted:
                self._session.jobs.run(
                    f"{modality.value} of {neighbour.id} {view.name}",
                    partial(_load_first, tree, view, modality),
                    lane="prefetch",
                    replaces=f"prefetch/{neighbour.id}/{view.name}/{modality.value}",
                    quiet=True,
                    then=partial(self._keep, (neighbour.id, view.name, modality)),
                )


def _view(sample: Sample, name: str) -> View | None:
    return next((view for view in sample.views if view.name == name), None)


def _load_first(tree: FileTree, view: View, modality: Modality, ticket: Ticket) -> Picture:
    return load_picture(tree, view, modality, reduced=True, ticket=ticket)
