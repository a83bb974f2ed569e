"""The depth generator keeps every promise of the door."""

from pathlib import Path

import pytest

from pentad.sdk.testing import check_model
from pentad_models.depthgen import MODEL
from tests.plugins.small import small_depthgen


@pytest.mark.parametrize("condition", ["full", "rgb"])
def test_the_depth_generator_keeps_the_promises_of_the_door(tmp_path: Path, tiny: str, condition: str) -> None:
    check_model(MODEL, settings={**small_depthgen(tiny), "condition": condition}, folder=tmp_path)
