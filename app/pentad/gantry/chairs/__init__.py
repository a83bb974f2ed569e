"""Simulated chairs with one part wrong, in the layout of BrokenChairs-180K."""
