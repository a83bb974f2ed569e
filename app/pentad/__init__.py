"""Pentad, a desktop workbench for five-view industrial inspection and annotation."""

__version__ = "0.1.0"
