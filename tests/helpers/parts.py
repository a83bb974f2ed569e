"""Samples and predictions made up for tests of the store."""

import numpy as np

from pentad.core.heatmap import Heatmap
from pentad.core.prediction import Prediction, Provenance, ViewPrediction
from pentad.core.sample import Modality, NormalEncoding, RasterRef, Sample, Split, View

VIEWS = ("top", "north", "east", "south", "west")
MADE_BY = Provenance("cprn", "imgfocus-vits14", "default", "pin", "2026-11-20T10:00:00", {"size": 392})


def make_sample(number: int, *, category: str = "pin") -> Sample:
    """A five-view part with every kind of raster reference in it; each seventh is bent."""
    id = f"{category}/test/S{number:05d}"
    views = tuple(
        View(
            name,
            {
                Modality.RGB: RasterRef(f"{id}/{name}.png"),
                Modality.NORMAL: RasterRef(f"{id}/{name}_n.png", encoding=NormalEncoding.DIRECTX),
                Modality.MASK: RasterRef(f"{id}/wide.png", part=(place, 5), above=0, sidecar=f"{id}/a.yaml"),
            },
            lights=(RasterRef(f"{id}/{name}_l0.tif"), RasterRef(f"{id}/{name}_l1.tif")) if number % 2 else (),
            camera="C1" if name == "top" else None,
        )
        for place, name in enumerate(VIEWS)
    )
    anomaly = "bent" if number % 7 == 0 else None
    return Sample(id, category, Split.TEST, anomaly, views, {"colour": "rot"} if number % 3 else {})


def make_prediction(sample: str, seed: int, *, made_by: Provenance = MADE_BY) -> Prediction:
    """Two sizes of maps, one of them far from zero."""
    generator = np.random.default_rng(seed)
    views = {}
    for place, name in enumerate(VIEWS):
        values = generator.random((28, 28) if place else (40, 30), np.float32) * 0.01 + (0.95 if place == 2 else 0)
        views[name] = ViewPrediction(Heatmap(values.astype(np.float32), 0.0, 1.0), float(values.max()))
    return Prediction(sample, views, made_by)
