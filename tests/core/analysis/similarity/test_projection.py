"""Maps: PCA by known pictures, UMAP by its neighbourhoods, and the cache of maps."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from attrprompt.analysis.similarity.projection import (
    MapParameters,
    Projection,
    choose_fitted,
    key_projection,
    load_projection,
    neighbour_overlap,
    path_projection,
    project,
    project_pca,
    save_projection,
)
from attrprompt.encoding.cache import hash_text
from attrprompt.errors import InputError


def make_groups(sizes, dimension=16, spread=0.05, seed=0):
    """Unit vectors around one random direction for each size."""
    rng = np.random.default_rng(seed)
    parts = [
        rng.standard_normal(dimension) / np.sqrt(dimension) + spread * rng.standard_normal((size, dimension))
        for size in sizes
    ]
    rows = np.concatenate(parts)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def groups():
    return make_groups((50, 40, 30))


@pytest.fixture(scope="module")
def umap_map(groups):
    seen = []
    sets = ["one"] * 50 + ["two"] * 70
    projection = project(groups, sets, MapParameters(), lambda *progress: seen.append(progress))
    return projection, seen


def test_pca_finds_the_longest_directions_and_their_shares():
    points = np.zeros((100, 5), dtype=np.float32)
    points[:, 3] = np.linspace(-4, 4, 100)
    points[:, 1] = np.tile([-1, 1], 50)
    coordinates, (first, second) = project_pca(points)
    np.testing.assert_allclose(coordinates[:, 0], points[:, 3], atol=0.2)
    np.testing.assert_allclose(np.abs(coordinates[:, 1]), 1, atol=0.2)
    variances = points.var(axis=0)
    assert first == pytest.approx(variances[3] / variances.sum(), abs=0.01)
    assert second == pytest.approx(variances[1] / variances.sum(), abs=0.01)


def test_pca_agrees_with_scikit_learn_up_to_the_sign(groups):
    known = PCA(2).fit(groups)
    coordinates, explained = project_pca(groups)
    np.testing.assert_allclose(np.abs(coordinates), np.abs(known.transform(groups)), atol=1e-4)
    np.testing.assert_allclose(explained, known.explained_variance_ratio_, atol=1e-5)


def test_pca_signs_do_not_depend_on_the_order_of_texts(groups):
    there, _ = project_pca(groups)
    back, _ = project_pca(groups[::-1])
    np.testing.assert_allclose(there, back[::-1], atol=1e-4)


def test_pca_sums_many_blocks_as_one():
    rows = make_groups((3000,), dimension=6, spread=0.5)
    np.testing.assert_allclose(np.abs(project_pca(rows)[0]), np.abs(PCA(2).fit_transform(rows)), atol=1e-4)


def test_equally_many_texts_of_each_set_are_fitted_and_no_more_than_allowed():
    sets = ["a"] * 100 + ["b"] * 30 + ["c"] * 50
    names = np.array(sets)
    chosen = choose_fitted(sets, 10_000, seed=0)
    assert [int(chosen[names == name].sum()) for name in "abc"] == [30, 30, 30]
    few = choose_fitted(sets, 60, seed=0)
    assert [int(few[names == name].sum()) for name in "abc"] == [20, 20, 20]
    np.testing.assert_array_equal(few, choose_fitted(sets, 60, seed=0))
    assert (few != choose_fitted(sets, 60, seed=1)).any()


@pytest.mark.slow
def test_umap_keeps_neighbourhoods_far_better_than_chance(groups, umap_map):
    projection, _ = umap_map
    assert projection.coordinates.shape == (120, 2)
    assert np.isfinite(projection.coordinates).all()
    assert neighbour_overlap(groups, projection.coordinates, k=10) > 3 * 10 / 119


@pytest.mark.slow
def test_umap_is_fitted_on_equal_numbers_and_places_the_rest(groups, umap_map):
    projection, _ = umap_map
    assert int(projection.fitted.sum()) == 100
    groups_of = np.repeat([0, 1, 2], (50, 40, 30))
    middles = np.stack([np.median(projection.coordinates[groups_of == group], axis=0) for group in range(3)])
    for row in np.flatnonzero(~projection.fitted):
        distances = np.linalg.norm(middles - projection.coordinates[row], axis=1)
        assert distances.argmin() == groups_of[row]


@pytest.mark.slow
def test_umap_tells_how_far_it_is(umap_map):
    _, seen = umap_map
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert len([message for _, message in seen if message.startswith("Optimising the map")]) > 3


@pytest.mark.slow
def test_a_seed_gives_the_same_map_again(groups, umap_map):
    again = project(groups, ["one"] * 50 + ["two"] * 70, MapParameters())
    np.testing.assert_array_equal(again.coordinates, umap_map[0].coordinates)


@pytest.mark.slow
def test_few_texts_still_have_a_map_and_fewer_are_refused(groups):
    assert project(groups[:10], ["one"] * 10, MapParameters()).coordinates.shape == (10, 2)
    with pytest.raises(InputError, match="look at the PCA map"):
        project(groups[:9], ["one"] * 9, MapParameters())
    with pytest.raises(InputError, match="at least 3 texts"):
        project_pca(groups[:2])
    with pytest.raises(InputError, match="one name a vector"):
        project(groups, ["one"], MapParameters())


def test_neighbour_overlap_is_one_for_the_same_picture_and_low_for_noise(groups):
    circle = np.linspace(0, 3, 60)
    high = np.stack([np.cos(circle), np.sin(circle)], axis=1).astype(np.float32)
    assert neighbour_overlap(high, high, k=4) > 0.95
    noise = np.random.default_rng(0).standard_normal((120, 2)).astype(np.float32)
    assert neighbour_overlap(groups, noise, k=10) == pytest.approx(10 / 119, abs=0.06)
    with pytest.raises(InputError):
        neighbour_overlap(groups[:5], noise[:5], k=5)


def test_a_kept_map_is_found_again_and_damage_means_it_is_made_anew(tmp_path):
    made = Projection(np.ones((3, 2), dtype=np.float32), np.array([True, True, False]))
    path = path_projection(tmp_path, "key")
    assert load_projection(path) is None
    save_projection(path, made)
    kept = load_projection(path)
    np.testing.assert_array_equal(kept.coordinates, made.coordinates)
    np.testing.assert_array_equal(kept.fitted, made.fitted)
    path.write_bytes(path.read_bytes()[:100])
    assert load_projection(path) is None


def test_a_key_depends_on_all_that_decides_a_map_and_on_no_name():
    hashes, sets = [hash_text(text) for text in "abc"], ["x", "x", "y"]
    key = key_projection("encoder", hashes, sets, MapParameters())
    assert key == key_projection("encoder", hashes, ["other", "other", "names"], MapParameters())
    others = {
        key_projection("encoder 2", hashes, sets, MapParameters()),
        key_projection("encoder", hashes[::-1], sets, MapParameters()),
        key_projection("encoder", hashes, ["x", "y", "y"], MapParameters()),
        key_projection("encoder", hashes, sets, MapParameters(neighbours=5)),
    }
    assert len(others | {key}) == 5
