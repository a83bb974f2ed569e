"""The probe: it marks nothing, but says which place the hand points at, and which two were clicked."""

from dataclasses import dataclass
from typing import ClassVar

from psygnal import Signal

from pentad.annotation.options import Options
from pentad.annotation.pointer import Key, Pointer
from pentad.annotation.pointing import Pointing
from pentad.annotation.sheet import Sheet
from pentad.core.mask import MaskKey


@dataclass(frozen=True, slots=True)
class Place:
    """A point of a view's image, pixel centres at integers."""

    key: MaskKey
    y: float
    x: float


class Probe(Pointing):
    """Whoever knows the rig answers what is pointed at; two places clicked are measured, a third begins anew.

    It is of use where nothing may be painted, too.
    """

    id: ClassVar[str] = "probe"
    title: ClassVar[str] = "Probe"
    tip: ClassVar[str] = "Point at a place to see it in the other views; click two to measure between them"
    asked: ClassVar[Signal] = Signal()
    """Another place is pointed at, or another one was clicked."""

    def __init__(self) -> None:
        super().__init__(Options("probe", []))
        self.pointed: Place | None = None
        self.pins: tuple[Place, ...] = ()

    def point(self, key: MaskKey, at: Pointer) -> None:
        """The hand is there now."""
        self._become(Place(key, at.y, at.x), self.pins)

    def pin(self, key: MaskKey, at: Pointer) -> None:
        """This place was clicked; one of another part begins anew."""
        place = Place(key, at.y, at.x)
        goes_on = len(self.pins) == 1 and self.pins[0].key.sample == key.sample
        self._become(place, (*self.pins, place) if goes_on else (place,))

    def out(self) -> None:
        self._become(None, self.pins)

    def key(self, key: Key, sheet: Sheet) -> bool:
        if key is Key.CANCEL and self.pins:
            self.leave()
            return True
        return super().key(key, sheet)

    def leave(self) -> None:
        super().leave()
        self._become(None, ())

    def _become(self, pointed: Place | None, pins: tuple[Place, ...]) -> None:
        if (pointed, pins) != (self.pointed, self.pins):
            self.pointed, self.pins = pointed, pins
            self.asked.emit()
