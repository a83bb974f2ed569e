"""Readers of data set layouts, each found through the entry point group ``pentad.readers``."""

from pentad.io.datasets.opening import Dataset, describe, installed_readers, open_dataset
from pentad.io.datasets.reader import Listing, Options, Reader

__all__ = ["Dataset", "Listing", "Options", "Reader", "describe", "installed_readers", "open_dataset"]
