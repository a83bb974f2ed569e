"""Where one looks in an image and how closely: the arithmetic between image and screen, without Qt.

Image coordinates have pixel centres at integers: pixel 0 reaches from -0.5 to 0.5. Screen coordinates are logical
pixels measured from the corner of the viewport.
"""

from dataclasses import dataclass, replace

from pentad.core.box import Box

MAX_SCALE = 64.0
"""Device pixels per image pixel beyond which nobody needs to zoom."""


@dataclass(frozen=True, slots=True)
class Viewport:
    """The piece of screen a canvas draws on: its logical size, and how many device pixels a logical pixel has."""

    height: float
    width: float
    ratio: float = 1.0

    @property
    def device_size(self) -> tuple[float, float]:
        return self.height * self.ratio, self.width * self.ratio


@dataclass(frozen=True, slots=True)
class ViewTransform:
    """The image point at the middle of the viewport, and the device pixels that one image pixel takes.

    Because ``scale`` counts device pixels, 1.0 is true 1:1 on every screen.
    """

    scale: float
    centre_y: float
    centre_x: float

    @classmethod
    def fit(cls, size: tuple[int, int], viewport: Viewport) -> "ViewTransform":
        """The whole image, as large as the viewport allows."""
        return cls(fit_scale(size, viewport), (size[0] - 1) / 2, (size[1] - 1) / 2)

    def corner(self, viewport: Viewport) -> tuple[float, float]:
        """Device pixels (y, x) from the viewport's corner to the image's corner."""
        height, width = viewport.device_size
        return height / 2 - (self.centre_y + 0.5) * self.scale, width / 2 - (self.centre_x + 0.5) * self.scale

    def to_screen(self, y: float, x: float, viewport: Viewport) -> tuple[float, float]:
        """Image point to logical screen point."""
        top, left = self.corner(viewport)
        return ((y + 0.5) * self.scale + top) / viewport.ratio, ((x + 0.5) * self.scale + left) / viewport.ratio

    def to_image(self, y: float, x: float, viewport: Viewport) -> tuple[float, float]:
        """Logical screen point to image point."""
        top, left = self.corner(viewport)
        return (y * viewport.ratio - top) / self.scale - 0.5, (x * viewport.ratio - left) / self.scale - 0.5

    def zoomed(self, scale: float, *, about: tuple[float, float], viewport: Viewport) -> "ViewTransform":
        """At a new scale, with the logical screen point ``about`` (y, x) staying where it is."""
        y, x = self.to_image(*about, viewport)
        shrink = self.scale / scale
        return ViewTransform(scale, y + (self.centre_y - y) * shrink, x + (self.centre_x - x) * shrink)

    def panned(self, dy: float, dx: float, viewport: Viewport) -> "ViewTransform":
        """The picture moved by logical screen pixels."""
        step = viewport.ratio / self.scale
        return replace(self, centre_y=self.centre_y - dy * step, centre_x=self.centre_x - dx * step)

    def clamped(self, size: tuple[int, int], viewport: Viewport) -> "ViewTransform":
        """The nearest transform that shows no more emptiness than it must; an image that fits is centred."""
        fit = fit_scale(size, viewport)
        scale = min(max(self.scale, min(fit, 1.0)), max(fit, MAX_SCALE))
        centres = []
        for centre, extent, seen in zip(
            (self.centre_y, self.centre_x), size, (v / scale for v in viewport.device_size), strict=True
        ):
            middle = (extent - 1) / 2
            slack = max(0.0, (extent - seen) / 2)
            centres.append(min(max(centre, middle - slack), middle + slack))
        return ViewTransform(scale, centres[0], centres[1])

    def snapped(self, viewport: Viewport) -> "ViewTransform":
        """Moved by less than a device pixel, so that image edges fall on device pixel edges and a pan is a shift."""
        (top, left), (height, width) = self.corner(viewport), viewport.device_size
        return ViewTransform(
            self.scale, (height / 2 - round(top)) / self.scale - 0.5, (width / 2 - round(left)) / self.scale - 0.5
        )


@dataclass(frozen=True, slots=True)
class LinkedTransform:
    """A look that images of different sizes can share.

    ``zoom`` is relative to the whole image filling its viewport; ``y`` and ``x`` are the centre as fractions of the
    image, 0 at its first edge and 1 at its last.
    """

    zoom: float = 1.0
    y: float = 0.5
    x: float = 0.5

    @classmethod
    def of(cls, transform: ViewTransform, size: tuple[int, int], viewport: Viewport) -> "LinkedTransform":
        return cls(
            transform.scale / fit_scale(size, viewport),
            (transform.centre_y + 0.5) / size[0],
            (transform.centre_x + 0.5) / size[1],
        )

    @classmethod
    def around(cls, box: Box, size: tuple[int, int], viewport: Viewport, *, share: float) -> "LinkedTransform":
        """A box in the middle of an image of ``size``, as large as ``share`` of the viewport allows."""
        (height, width), room = box.shape, viewport.device_size
        scale = share * min(room[0] / max(1, height), room[1] / max(1, width))
        near = ViewTransform(scale, (box.y0 + box.y1 - 1) / 2, (box.x0 + box.x1 - 1) / 2)
        return cls.of(near.clamped(size, viewport), size, viewport)

    def on(self, size: tuple[int, int], viewport: Viewport) -> ViewTransform:
        """The same look at an image of ``size``."""
        scale = self.zoom * fit_scale(size, viewport)
        # Why: 1:1 comes back as 0.9999999999999999, and the hand's whole pixels would be almost whole ones.
        even = round(16 * scale) / 16
        if abs(scale - even) < 1e-12 * scale:
            scale = even
        return ViewTransform(scale, self.y * size[0] - 0.5, self.x * size[1] - 0.5)

    def shifted(self, dy: float, dx: float) -> "LinkedTransform":
        """For a view that stands off from the others by a fraction of its image."""
        return replace(self, y=self.y + dy, x=self.x + dx)


def fit_scale(size: tuple[int, int], viewport: Viewport) -> float:
    """Device pixels per image pixel when the whole image just fits."""
    height, width = viewport.device_size
    return max(min(height / size[0], width / size[1]), 1e-6)
