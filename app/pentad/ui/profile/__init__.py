"""Cross-sections as plots; made when they are first looked at."""
