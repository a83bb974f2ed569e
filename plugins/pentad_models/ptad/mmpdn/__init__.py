"""MMPDN, the network that judges a photo against the depth of the aligned part (PTAD section 3.3).

Light: torch and numba come with load or trainer.
"""
