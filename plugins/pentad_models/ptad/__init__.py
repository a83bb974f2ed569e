"""PTAD: from a mesh to 3D Gaussians to an aligned pose to a verdict (Zhuo et al.).

Light: numba and torch come with use.
"""
