"""Stories about the canvas."""
