"""Whether a data set's normal maps look as if green pointed the other way than declared."""

from collections.abc import Sequence

import numpy as np

from pentad.core.problem import Problem
from pentad.core.sample import Modality, NormalEncoding, RasterRef, Sample
from pentad.geometry.integrability import GreenDoubt, doubt_green
from pentad.io import rasters
from pentad.io.tree import FileTree

_MAPS = 3
_LONGEST = 512
_OTHER = {
    NormalEncoding.OPENGL: "directx",
    NormalEncoding.FLOAT_OPENGL: "directx",
    NormalEncoding.DIRECTX: "opengl",
    NormalEncoding.FLOAT_DIRECTX: "opengl",
}


def green_hint(tree: FileTree, samples: Sequence[Sample]) -> Problem | None:
    """What to tell a person whose normal maps make better surfaces turned over; None where nothing speaks for it.

    Three maps are looked at, of the first, the middle and the last sample. Nothing is changed by it, and maps that
    cannot be read have no say: they are told of elsewhere.
    """
    refs = _spread([ref for sample in samples if (ref := _normals_of(sample)) is not None])
    spoken: list[GreenDoubt] = []
    against = 0
    for ref in refs:
        try:
            normals = rasters.read_normals(tree, ref, _LONGEST)
        except Problem:
            continue
        doubt = doubt_green(normals)
        if doubt is not None:
            spoken.append(doubt)
        elif doubt_green(normals * np.array([1, -1, 1], np.float32)) is not None:
            against += 1
    if len(spoken) <= against:
        return None
    best = max(spoken, key=lambda doubt: doubt.sure)
    other = _OTHER[refs[0].encoding or NormalEncoding.OPENGL]
    why = (
        f"{len(spoken)} of {len(refs)} maps looked at make a better surface with green turned over: their curl falls "
        f"from {best.declared:.3g} to {best.flipped:.3g}, in {best.sure:.0%} of the picture's parts"
    )
    return Problem(
        "The normal maps' green channel may point the other way",
        why,
        remedy=f"See whether bumps look pressed in under the lamp; if so, declare it with --normals {other}",
    )


def _normals_of(sample: Sample) -> RasterRef | None:
    return next((view.rasters[Modality.NORMAL] for view in sample.views if Modality.NORMAL in view.rasters), None)


def _spread(refs: list[RasterRef]) -> list[RasterRef]:
    places = sorted({0, len(refs) // 2, len(refs) - 1}) if refs else []
    return [refs[place] for place in places][:_MAPS]
