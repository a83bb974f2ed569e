"""The depth generator keeps every promise of the door."""

from pathlib import Path

from pentad.sdk.testing import check_model
from pentad_models.depthgen import MODEL
from tests.plugins.small import small_depthgen


def test_the_depth_generator_keeps_the_promises_of_the_door(tmp_path: Path, tiny: str) -> None:
    check_model(MODEL, settings=small_depthgen(tiny), folder=tmp_path)
