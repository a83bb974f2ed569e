"""Splat clouds in three dimensions: drawn by vispy on a worker's thread, shown by a widget."""
