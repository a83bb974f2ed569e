"""Meshes as Gaussians: the numbers of the tool, the covariances of the mathematics, and meshes that are none."""

from collections.abc import Callable

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.core.arrays import Doubles
from pentad.core.mesh import Mesh
from pentad.core.problem import Problem
from pentad.core.splat_cloud import SplatCloud
from pentad.sdk.cancelled import Cancelled
from pentad.sdk.testing import ImpatientTicket, PatientTicket
from pentad_models.ptad.splatting import RAW_ALPHA, Splatting, resolution_of, splatted

PAPER = 520
SQUARE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float64)
TWO = np.array([[0, 1, 2], [0, 2, 3]])


def mesh(vertices: object, faces: object) -> Mesh:
    return Mesh(np.asarray(vertices, np.float64), np.asarray(faces, np.int32))


def cloud_of(part: Mesh, how: Splatting | None = None) -> SplatCloud:
    return splatted(part, how or Splatting(PAPER), ticket=PatientTicket())


def covariances(cloud: SplatCloud) -> Doubles:
    """(N, 3, 3), each from its quaternion by the textbook formula."""
    w, x, y, z = cloud.rotations.astype(np.float64).T
    turn = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    ).transpose(2, 0, 1)
    return np.asarray(np.einsum("nij,nj,nkj->nik", turn, cloud.scales.astype(np.float64) ** 2, turn))


def solid(shape: trimesh.Trimesh) -> Mesh:
    return mesh(shape.vertices, shape.faces)


def carried(part: Mesh, face: int, deviation: float) -> Doubles:
    """(3, 3) the round Gaussian of the grid's plane, carried onto a triangle by least squares over its corners."""
    corners = part.vertices[part.faces[face]]
    normal = np.abs(np.cross(corners[1] - corners[0], corners[2] - corners[0]))
    plane = [axis for axis in range(3) if axis != int(np.argmax(normal))]
    flat = np.column_stack([corners[:, plane], np.ones(3)])
    jacobian = np.linalg.lstsq(flat, corners, rcond=None)[0][:2].T
    return np.asarray(deviation**2 * jacobian @ jacobian.T)


def slanted(seed: int) -> Mesh:
    """One triangle that no plane of the axes holds, in a box of ten."""
    return mesh(np.random.default_rng(seed).uniform(0, 10, (3, 3)), [[0, 1, 2]])


@pytest.mark.parametrize("mode", ["faithful", "exact"])
def test_a_square_gets_one_splat_a_cell(mode: str) -> None:
    for resolution in (16, PAPER):
        cloud = cloud_of(mesh(SQUARE, TWO), Splatting(resolution, mode=mode))
        assert len(cloud) == resolution**2
        assert len(np.unique(cloud.means, axis=0)) == len(cloud)
        np.testing.assert_allclose(cloud.means.astype(np.float64).mean(axis=0), [0.5, 0.5, 0], atol=1e-6)
        np.testing.assert_allclose(np.log(cloud.scales[:, :2]), np.log(0.65 / resolution), rtol=1e-6)
        np.testing.assert_allclose(np.log(cloud.scales[:, 2]), np.log(1e-7 * 0.65 / resolution), rtol=1e-6)


def test_the_counts_are_those_of_the_tool() -> None:
    wide = mesh(SQUARE * [2, 1, 1], TWO)
    assert len(cloud_of(wide)) == 135_200
    halves = [len(cloud_of(mesh(SQUARE, [face]))) for face in TWO]
    assert sorted(halves) == [PAPER * (PAPER - 1) // 2, PAPER * (PAPER + 1) // 2] == [134_940, 135_460]
    assert len(cloud_of(solid(trimesh.creation.box()))) == 6 * PAPER**2 == 1_622_400
    sphere = cloud_of(solid(trimesh.creation.icosphere(4)))
    assert len(sphere) == 705_328
    assert len(sphere) == pytest.approx(10.445 / 4 * PAPER**2, rel=2e-3)


def test_a_density_is_the_resolution_that_the_tool_takes_it_for() -> None:
    assert [resolution_of(density) for density in (0, 0.1, 0.25, 0.5, 0.75, 1)] == [16, 116, 268, 520, 772, 1024]


def test_splats_lie_on_the_surface_and_face_outwards() -> None:
    part = solid(trimesh.creation.icosphere(2, radius=30))
    cloud = cloud_of(mesh(part.vertices + np.array([5, -400, 80]), part.faces), Splatting(64))
    away = cloud.means.astype(np.float64) - [5, -400, 80]
    lengths = np.linalg.norm(away, axis=1)
    inner = trimesh.Trimesh(part.vertices, part.faces)
    assert lengths.min() > 30 * inner.volume / (4 / 3 * np.pi * 30**3) - 0.5
    assert lengths.max() <= 30 + 1e-3
    assert cloud.normals is not None
    assert np.einsum("ni,ni->n", cloud.normals, away / lengths[:, None]).min() > 0.9


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_exact_covariances_are_the_grids_carried_onto_the_triangle(seed: int) -> None:
    part = slanted(seed)
    cloud = cloud_of(part, Splatting(32, mode="exact"))
    corners = part.vertices
    extent = np.ptp(corners, axis=0)
    normal = np.abs(np.cross(corners[1] - corners[0], corners[2] - corners[0]))
    reach = max(extent[axis] for axis in range(3) if axis != int(np.argmax(normal)))
    wanted = carried(part, 0, 0.65 * reach / 32)
    np.testing.assert_allclose(
        covariances(cloud), np.broadcast_to(wanted, (len(cloud), 3, 3)), atol=2e-6 * wanted.max()
    )


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_faithful_splats_have_the_derivatives_lengths_along_the_longest_edge(seed: int) -> None:
    part = slanted(seed)
    cloud = cloud_of(part, Splatting(32))
    corners = part.vertices
    edges = [corners[1] - corners[0], corners[2] - corners[0], corners[2] - corners[1]]
    along = max(edges, key=np.linalg.norm) / max(map(np.linalg.norm, edges))
    normal = np.cross(edges[0], edges[1]) / np.linalg.norm(np.cross(edges[0], edges[1]))
    dominant = int(np.argmax(np.abs(normal)))
    plane = [axis for axis in range(3) if axis != dominant]
    reach = np.ptp(corners, axis=0)[plane].max()
    first, second = (0.65 * reach / 32 * np.hypot(1, normal[axis] / normal[dominant]) for axis in plane)
    across = np.cross(normal, along)
    wanted = first**2 * np.outer(along, along) + second**2 * np.outer(across, across)
    np.testing.assert_allclose(
        covariances(cloud), np.broadcast_to(wanted, (len(cloud), 3, 3)), atol=2e-6 * wanted.max()
    )


@pytest.mark.parametrize("mode", ["faithful", "exact"])
def test_flipped_faces_give_the_same_cloud_but_for_its_normals(mode: str) -> None:
    part = solid(trimesh.creation.torus(20, 7, 24, 12))
    flipped = part.faces.copy()
    flipped[::3] = flipped[::3][:, ::-1]
    one, other = (cloud_of(mesh(part.vertices, faces), Splatting(80, mode=mode)) for faces in (part.faces, flipped))
    np.testing.assert_allclose(other.means, one.means, atol=1e-5)
    np.testing.assert_allclose(covariances(other), covariances(one), atol=1e-6)
    assert one.normals is not None
    assert other.normals is not None
    np.testing.assert_allclose(np.abs(np.einsum("ni,ni->n", one.normals, other.normals)), 1, atol=1e-5)


def test_open_and_many_bodied_meshes_and_triangles_without_area_are_no_hindrance() -> None:
    flat = [[0, 1, 1], [2, 2, 2], [0, 4, 1]]
    places = np.vstack([SQUARE, [[0.5, 0, 0]], SQUARE + np.array([0, 0, 1])])
    cloud = cloud_of(mesh(places, [*TWO, *flat, *(TWO + 5)]), Splatting(32))
    assert len(cloud) == 2 * 32**2
    assert all(np.isfinite(values).all() for values in (cloud.means, cloud.scales, cloud.rotations))


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_the_size_of_the_unit_changes_nothing_but_the_size(factor: float) -> None:
    part = solid(trimesh.creation.icosphere(2))
    small, large = cloud_of(part, Splatting(64)), cloud_of(mesh(part.vertices * factor, part.faces), Splatting(64))
    np.testing.assert_allclose(large.means / factor, small.means, atol=1e-6)
    np.testing.assert_allclose(large.scales[:, :2] / factor, small.scales[:, :2], rtol=1e-5)
    assert (large.opacities == np.float32(RAW_ALPHA)).all()


@pytest.mark.parametrize(
    ("vertices", "faces", "words"),
    [
        (np.empty((0, 3)), np.empty((0, 3), np.int32), "no triangles"),
        (SQUARE, np.empty((0, 3), np.int32), "no triangles"),
        (SQUARE, [[0, 1, 9]], "out of range"),
        (SQUARE, [[0, 1, -1]], "out of range"),
        (SQUARE * [1, np.nan, 1], TWO, "not numbers"),
        (SQUARE + np.array([0, np.inf, 0]), TWO, "not numbers"),
        (SQUARE * 0, TWO, "no area"),
        (SQUARE, [[0, 1, 1], [2, 2, 3]], "no surface"),
        (SQUARE * [1, 1e-9, 1], [[0, 1, 1]], "no surface"),
        (SQUARE + 1e7, TWO, "too far from its origin"),
        (SQUARE * 1e-200, TWO, "size"),
        (SQUARE * 1e200, TWO, "size"),
        (SQUARE * 1.7e308 - 8e307, TWO, "size"),
    ],
)
def test_a_mesh_that_cannot_be_splatted_is_a_problem_in_words(vertices: Doubles, faces: object, words: str) -> None:
    with np.errstate(invalid="ignore"), pytest.raises(Problem) as caught:
        cloud_of(mesh(vertices, faces))
    assert words in str(caught.value)
    assert caught.value.remedy


def test_a_vertex_that_no_face_uses_does_not_matter() -> None:
    cloud = cloud_of(mesh(np.vstack([[[np.nan, 0, 9e9]], SQUARE, [[1e6, 0, 0]]]), TWO + 1), Splatting(16))
    np.testing.assert_array_equal(cloud.means, cloud_of(mesh(SQUARE, TWO), Splatting(16)).means)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Splatting(0),
        lambda: Splatting(5000),
        lambda: Splatting(64, scale=0.0),
        lambda: Splatting(64, mode="best"),
        lambda: Splatting(64, opacity=float("nan")),
        lambda: resolution_of(1.5),
    ],
)
def test_settings_out_of_range_are_problems(wrong: Callable[[], object]) -> None:
    with pytest.raises(Problem):
        wrong()


def test_more_splats_than_allowed_are_a_problem_before_they_are_made() -> None:
    with pytest.raises(Problem, match="too many") as caught:
        cloud_of(solid(trimesh.creation.box()), Splatting(PAPER, most=1_000_000))
    assert "density" in caught.value.remedy


def test_a_mesh_of_ten_million_triangles_is_reduced_by_offer_only() -> None:
    side = 2237
    y, x = np.divmod(np.arange((side + 1) ** 2, dtype=np.int64), side + 1)
    first = (y * (side + 1) + x)[(x < side) & (y < side)]
    faces = np.concatenate(
        [
            np.stack([first, first + 1, first + side + 2], axis=1),
            np.stack([first, first + side + 2, first + side + 1], axis=1),
        ]
    ).astype(np.int32)
    part = Mesh(np.stack([x, y, np.zeros(len(x))], axis=1) / side, faces)
    assert len(part.faces) > 10_000_000
    with pytest.raises(Problem, match="too fine") as caught:
        cloud_of(part, Splatting(64))
    assert "--decimate" in caught.value.remedy
    reduced = cloud_of(part, Splatting(64, decimate=20_000))
    assert len(reduced) == pytest.approx(64**2, rel=0.02)


def test_splatting_tells_how_far_it_is_and_can_be_taken_back() -> None:
    part, ticket = solid(trimesh.creation.icosphere(5)), PatientTicket()
    splatted(part, Splatting(1024), ticket=ticket)
    assert ticket.fractions == sorted(ticket.fractions)
    assert ticket.fractions[-1] == 1
    with pytest.raises(Cancelled):
        splatted(part, Splatting(1024), ticket=ImpatientTicket(1))
