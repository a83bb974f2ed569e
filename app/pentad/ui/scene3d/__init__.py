"""The rig in three dimensions: drawn off screen on a thread of its own, shown as a picture."""
