"""The docks around the views."""
