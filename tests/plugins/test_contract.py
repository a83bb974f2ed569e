"""Both built-in models keep every promise of the door."""

from pathlib import Path

import pytest

from pentad.sdk import Value
from pentad.sdk.testing import check_model
from pentad_models.cprn import MODEL as CPRN
from pentad_models.patchcore import MODEL as PATCHCORE
from tests.plugins.small import SMALL_CPRN, SMALL_PATCHCORE


@pytest.mark.parametrize("streams", ["auto", "rgb", "concat"])
def test_cprn_keeps_the_promises_of_the_door(tmp_path: Path, tiny: str, streams: str) -> None:
    settings: dict[str, Value] = {**SMALL_CPRN, "backbone": tiny, "streams": streams}
    check_model(CPRN, settings=settings, folder=tmp_path)


def test_patchcore_keeps_the_promises_of_the_door(tmp_path: Path, tiny: str) -> None:
    check_model(PATCHCORE, settings={**SMALL_PATCHCORE, "backbone": tiny}, folder=tmp_path)
