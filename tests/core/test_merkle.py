"""Merkle trees: equal to the recursive definition of RFC 6962, and a path proves its leaf and nothing else."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.merkle import leaf_hash, levels_of, node_hash, path_of, root_by_path, root_of

contents = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


def rfc_6962_root(leaves: list[bytes]) -> bytes:
    """The definition of section 2.1: split at the largest power of two below the size."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    left, right = rfc_6962_root(leaves[:split]), rfc_6962_root(leaves[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaves_of(texts: list[bytes]) -> list[bytes]:
    return [leaf_hash(text) for text in texts]


def test_leaves_and_nodes_are_hashed_under_different_first_bytes() -> None:
    assert leaf_hash(b"") == hashlib.sha256(b"\x00").digest()
    assert node_hash(b"l" * 32, b"r" * 32) == hashlib.sha256(b"\x01" + b"l" * 32 + b"r" * 32).digest()
    assert leaf_hash(b"l" * 32 + b"r" * 32) != node_hash(b"l" * 32, b"r" * 32)


@pytest.mark.parametrize("count", [*range(1, 20), 63, 64, 65])
def test_the_root_is_that_of_the_definition(count: int) -> None:
    leaves = leaves_of([bytes([n]) for n in range(count)])
    assert root_of(leaves) == rfc_6962_root(leaves)


def test_nothing_has_no_root() -> None:
    with pytest.raises(ValueError, match="needs a leaf"):
        root_of([])


@given(contents, st.data())
def test_every_leaf_has_a_path_to_the_root(texts: list[bytes], data: st.DataObject) -> None:
    leaves = leaves_of(texts)
    position = data.draw(st.integers(0, len(leaves) - 1))
    path = path_of(levels_of(leaves), position)
    assert root_by_path(leaves[position], position, len(leaves), path) == rfc_6962_root(leaves)
    assert len(path) <= (len(leaves) - 1).bit_length()


@given(contents, st.data())
def test_a_path_proves_no_other_leaf_place_or_size(texts: list[bytes], data: st.DataObject) -> None:
    leaves = leaves_of(texts)
    root = root_of(leaves)
    position = data.draw(st.integers(0, len(leaves) - 1))
    path = path_of(levels_of(leaves), position)

    assert root_by_path(leaf_hash(b"another leaf"), position, len(leaves), path) != root
    elsewhere = data.draw(st.integers(-1, len(leaves)))
    if elsewhere not in range(len(leaves)):
        assert root_by_path(leaves[position], elsewhere, len(leaves), path) is None
    elif leaves[elsewhere] != leaves[position]:
        assert root_by_path(leaves[elsewhere], elsewhere, len(leaves), path) != root
    assert root_by_path(leaves[position], position, len(leaves), [*path, root]) is None
    if path:
        assert root_by_path(leaves[position], position, len(leaves), path[:-1]) is None
        changed = data.draw(st.integers(0, len(path) - 1))
        forged = [hashlib.sha256(p).digest() if n == changed else p for n, p in enumerate(path)]
        assert root_by_path(leaves[position], position, len(leaves), forged) != root


@given(contents, st.data())
def test_any_change_of_the_leaves_changes_the_root(texts: list[bytes], data: st.DataObject) -> None:
    leaves = leaves_of(texts)
    position = data.draw(st.integers(0, len(leaves) - 1))
    other = [*leaves]
    other[position] = leaf_hash(b"another leaf")
    shorter = leaves[:position] + leaves[position + 1 :]
    turned = leaves[::-1]

    assert root_of(other) != root_of(leaves)
    assert not shorter or root_of(shorter) != root_of(leaves)
    assert (root_of(turned) == root_of(leaves)) == (turned == leaves)


@pytest.mark.parametrize("position", [-1, 3])
def test_there_is_no_path_for_a_leaf_that_is_not_there(position: int) -> None:
    with pytest.raises(IndexError):
        path_of(levels_of(leaves_of([b"a", b"b", b"c"])), position)
