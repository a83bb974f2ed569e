"""The nouns of Pentad: what a sample, a view, a mask, a heatmap is. numpy and psygnal only."""
