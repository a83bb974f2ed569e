"""Readers of data set layouts, found through the entry points pentad.readers."""
