"""Masks in other tools' formats, one module a format; found through the entry points ``pentad.exporters``."""
