"""A listing as seen from a folder above the one it was read in."""

from dataclasses import replace

from pentad.core.sample import RasterRef, Sample, View
from pentad.io.datasets.reader import Listing


def rerooted(listing: Listing, prefix: str, *, above: int | None = None) -> Listing:
    """``listing`` with ``prefix`` (ending in a slash, or empty) before every path, masks read from ``above``."""

    def moved(ref: RasterRef) -> RasterRef:
        sidecar = None if ref.sidecar is None else prefix + ref.sidecar
        return replace(ref, path=prefix + ref.path, sidecar=sidecar, above=ref.above if above is None else above)

    def moved_view(view: View) -> View:
        rasters = {modality: moved(ref) for modality, ref in view.rasters.items()}
        return View(view.name, rasters, tuple(moved(ref) for ref in view.lights), view.camera)

    def moved_sample(sample: Sample) -> Sample:
        return replace(sample, views=tuple(moved_view(view) for view in sample.views))

    def moved_file(path: str | None) -> str | None:
        return None if path is None else prefix + path

    return replace(
        listing,
        samples=tuple(moved_sample(sample) for sample in listing.samples),
        rig_file=moved_file(listing.rig_file),
        lights_file=moved_file(listing.lights_file),
    )
