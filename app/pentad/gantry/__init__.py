"""The simulated rig: part families, defects, rays and light stacks."""
