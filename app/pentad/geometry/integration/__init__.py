"""Depth from normals: Poisson and bilateral integration, orthographic or through a calibrated lens."""
