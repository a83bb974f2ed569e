"""Samples as rows of the project's index, and back, fast enough for a hundred thousand images."""

import gc
import json
from collections.abc import Iterable, Iterator
from typing import Any

from pentad.core.sample import Modality, NormalEncoding, RasterRef, Sample, Split, View

Row = tuple[str, str, str, str | None, str, str | None]
"""id, category, split, anomaly, views (JSON), attributes (JSON)."""

_MODALITIES = {modality.value: modality for modality in Modality}
_SPLITS = {split.value: split for split in Split}
_PLAIN = RasterRef("")


def sample_to_row(sample: Sample) -> Row:
    views = [
        [
            view.name,
            view.camera,
            {modality.value: _raster_to_json(ref) for modality, ref in view.rasters.items()},
            [_raster_to_json(ref) for ref in view.lights],
        ]
        for view in sample.views
    ]
    text = json.dumps(views, separators=(",", ":"), ensure_ascii=False)
    attributes = json.dumps(dict(sample.attributes), ensure_ascii=False) if sample.attributes else None
    return sample.id, sample.category, sample.split.value, sample.anomaly, text, attributes


def samples_from_rows(rows: Iterable[Row]) -> list[Sample]:
    """ValueError, KeyError or TypeError where a row is not one of ours."""
    # Why: 20,000 samples are half a million new objects, none of them garbage; looking for it doubles the time.
    was_on = gc.isenabled()
    gc.disable()
    try:
        return list(_samples(rows))
    finally:
        if was_on:
            gc.enable()


def _samples(rows: Iterable[Row]) -> Iterator[Sample]:
    for id, category, split, anomaly, text, attributes in rows:
        views = tuple(
            View(
                name,
                {_MODALITIES[key]: _raster_from_json(ref) for key, ref in rasters.items()},
                tuple(_raster_from_json(ref) for ref in lights) if lights else (),
                camera,
            )
            for name, camera, rasters, lights in json.loads(text)
        )
        yield Sample(id, category, _SPLITS[split], anomaly, views, json.loads(attributes) if attributes else {})


def _raster_to_json(ref: RasterRef) -> object:
    """The path alone where nothing else is said, as in most data sets."""
    said = (ref.part, ref.encoding, ref.above, ref.sidecar, ref.scale, ref.focal)
    if said == (None, None, _PLAIN.above, None, 1.0, None):
        return ref.path
    return [ref.path, ref.part, ref.encoding, ref.above, ref.sidecar, ref.scale, ref.focal]


def _raster_from_json(value: Any) -> RasterRef:
    if isinstance(value, str):
        return RasterRef(value)
    path, part, encoding, above, sidecar, *lengths = value
    place, kind = (part[0], part[1]) if part else None, NormalEncoding(encoding) if encoding else None
    return RasterRef(path, place, kind, above, sidecar, *lengths)
