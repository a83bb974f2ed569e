"""Streaming metrics, thresholds and the fusion of scores over views."""
