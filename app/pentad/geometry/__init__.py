"""Geometry of light and cameras: calibration, photometric stereo, normal encodings."""
