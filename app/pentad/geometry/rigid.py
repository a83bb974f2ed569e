"""Rigid motions: a rotation vector and a shift, in this order, as a 4x4 matrix and back."""

import math

import numpy as np
from numpy.typing import ArrayLike

from pentad.core.arrays import Doubles

_SMALL = 1e-6
_TERMS = 40


def cross_matrix(vector: ArrayLike) -> Doubles:
    """(3, 3) that multiplies as the cross product by ``vector`` (3,) from the left."""
    x, y, z = np.asarray(vector, np.float64)
    return np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])


def rotation(vector: ArrayLike) -> Doubles:
    """(3, 3) the turn about ``vector`` (3,) by its length in radians (Rodrigues)."""
    turn = np.asarray(vector, np.float64)
    angle = float(np.linalg.norm(turn))
    cross = cross_matrix(turn)
    if angle < _SMALL:
        return np.asarray(np.eye(3) + cross + cross @ cross / 2)
    return np.asarray(np.eye(3) + math.sin(angle) / angle * cross + (1 - math.cos(angle)) / angle**2 * (cross @ cross))


def rotation_vector(matrix: Doubles) -> Doubles:
    """(3,) radians of a rotation (3, 3); its length is at most pi."""
    import cv2  # Why: with the first use; listing plug-ins takes none of it.

    return np.asarray(cv2.Rodrigues(np.ascontiguousarray(matrix))[0].ravel(), np.float64)


def motion(twist: ArrayLike) -> Doubles:
    """(4, 4) Exp of a ``twist`` (6,): rotation vector, then shift."""
    values = np.asarray(twist, np.float64)
    turn, shift = values[:3], values[3:]
    angle = float(np.linalg.norm(turn))
    cross = cross_matrix(turn)
    if angle < _SMALL:
        along = np.eye(3) + cross / 2 + cross @ cross / 6
    else:
        along = (
            np.eye(3)
            + (1 - math.cos(angle)) / angle**2 * cross
            + (angle - math.sin(angle)) / angle**3 * (cross @ cross)
        )
    return placed(rotation(turn), along @ shift)


def placed(turn: Doubles, shift: ArrayLike) -> Doubles:
    """(4, 4) of a rotation (3, 3) and a shift (3,)."""
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = turn, shift
    return matrix


def inverse(pose: Doubles) -> Doubles:
    """Of a rigid ``pose`` (4, 4)."""
    back = pose[:3, :3].T
    return placed(back, -back @ pose[:3, 3])


def adjoint(pose: Doubles) -> Doubles:
    """(6, 6) that carries twists through ``pose``: pose Exp(x) = Exp(adjoint(pose) x) pose."""
    turn, shift = pose[:3, :3], pose[:3, 3]
    matrix = np.zeros((6, 6))
    matrix[:3, :3] = matrix[3:, 3:] = turn
    matrix[3:, :3] = cross_matrix(shift) @ turn
    return matrix


def left_jacobian(twist: ArrayLike) -> Doubles:
    """(6, 6) with Exp(twist + d) = Exp(left_jacobian(twist) d) Exp(twist) for small d, by its power series."""
    values = np.asarray(twist, np.float64)
    turn = cross_matrix(values[:3])
    bracket = np.zeros((6, 6))
    bracket[:3, :3] = bracket[3:, 3:] = turn
    bracket[3:, :3] = cross_matrix(values[3:])
    term = np.eye(6)
    total = np.eye(6)
    for order in range(2, _TERMS):
        term = term @ bracket / order
        total += term
        if float(np.abs(term).max()) < 1e-16:
            break
    return total


def turn_between(one: Doubles, other: Doubles) -> float:
    """Radians by which the rotations of two poses (4, 4) differ."""
    return float(np.linalg.norm(rotation_vector(one[:3, :3] @ other[:3, :3].T)))


def nearest_rigid(pose: Doubles) -> Doubles:
    """``pose`` with its 3x3 made the nearest rotation: many products of rotations drift."""
    left, _, right = np.linalg.svd(pose[:3, :3])
    flip = np.diag([1.0, 1.0, float(np.sign(np.linalg.det(left @ right)))])
    return placed(left @ flip @ right, pose[:3, 3])
