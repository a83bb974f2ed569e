"""Windows that stand beside the work and never in its way."""
