"""Calibration files: the published YAML, OpenCV, COLMAP, NeRF, Middlebury, and Pentad's own ``rig.toml``."""

from pentad.io.calibration.checks import check_image_size, homography_error, likely_scale, unit_note
from pentad.io.calibration.describing import field_of_view, summary
from pentad.io.calibration.published import Calibration, read_calibration, turn
from pentad.io.calibration.reading import RigReading, calibration_files, has_calibration, read_rig, read_rig_in
from pentad.io.calibration.rig_file import format_rig, parse_rig, write_rig

__all__ = [
    "Calibration",
    "RigReading",
    "calibration_files",
    "check_image_size",
    "field_of_view",
    "format_rig",
    "has_calibration",
    "homography_error",
    "likely_scale",
    "parse_rig",
    "read_calibration",
    "read_rig",
    "read_rig_in",
    "summary",
    "turn",
    "unit_note",
    "write_rig",
]
