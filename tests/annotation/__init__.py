"""Stories about marking pixels."""
