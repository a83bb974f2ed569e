"""The brightness that rules ask about, against the plain mean."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pentad.annotation.sheet import Underlay
from pentad.core.arrays import Labels
from pentad.core.box import Box


@given(arrays(np.uint8, st.tuples(st.integers(60, 140), st.integers(1, 5), st.integers(3, 4))), st.integers(0, 50))
def test_intensity_is_the_mean_of_three_channels(pixels: Labels, top: int) -> None:
    beneath = Underlay(pixels, (pixels.shape[0], pixels.shape[1]))
    box = Box(top, 0, pixels.shape[0], pixels.shape[1])
    assert np.array_equal(beneath.intensity(box), pixels[top:, :, :3].mean(axis=2, dtype=np.float32))
