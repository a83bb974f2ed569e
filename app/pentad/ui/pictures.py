"""The pixels of the sample on show: read in the background, small first, kept as long as there is room."""

from collections import OrderedDict
from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QObject, Signal

from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample, View
from pentad.io.tree import FileTree
from pentad.sdk import Ticket
from pentad.session.session import Session
from pentad.ui.bridge import listen
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
        self._modalities: tuple[Modality, ...] = ()
        listen(self, session.project_changed, self.forget)

    def show(self, sample: Sample | None, modalities: Iterable[Modality]) -> None:
        """Make sure these rasters of the sample are at hand soon; may be called again with the same."""
        self._modalities = tuple(modalities)
        if sample is not self._sample:
            self._loading.clear()
            self._sample = sample
            self._problems.clear()  # Why: a file may have been mended since; it is tried again.
        if sample is None:
            return
        for modality in self._modalities:
            for view in sample.views:
                self._want(sample, view, modality)
        self._prefetch_when_done()

    def picture(self, view: str, modality: Modality) -> Picture | None:
        return self._kept.get(self._key(view, modality))

    def problem(self, view: str, modality: Modality) -> Problem | None:
        """Why there is no such picture."""
        return self._problems.get(self._key(view, modality))

    @property
    def busy(self) -> bool:
        """Whether pictures of the sample on show are still to come."""
        return bool(self._loading)

    def forget(self) -> None:
        """Let go of everything: another project is on the desk."""
        self._kept.clear()
        self._problems.clear()
        self._loading.clear()
        self._sample = None

    def _key(self, view: str, modality: Modality) -> Key:
        return (self._sample.id if self._sample else "", view, modality)

    def _want(self, sample: Sample, view: View, modality: Modality) -> None:
        key = (sample.id, view.name, modality)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        if modality not in view.rasters or key in self._loading or key in self._problems:
            return
        if kept is None or not kept.complete:
            self._load(sample, view, modality, reduced=kept is None)

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
        tree, modalities = self._session.project.tree, self._modalities
        for neighbour in visible[here + 1 : here + 2] + visible[max(here - 1, 0) : here]:
            wanted = [
                (view, modality)
                for view in neighbour.views
                for modality in modalities
                if modality in view.rasters and (neighbour.id, view.name, modality) not in self._kept
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


def _load_first(tree: FileTree, view: View, modality: Modality, ticket: Ticket) -> Picture:
    return load_picture(tree, view, modality, reduced=True, ticket=ticket)
