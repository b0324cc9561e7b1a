"""Merkle trees as RFC 6962 makes them, pure: one root for many leaves, and the path that proves one of them.

Leaves and inner nodes are hashed under different first bytes, so that neither can pass for the other. A level is
paired from the left; a last node without a partner moves up unchanged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

LEAF = b"\x00"
NODE = b"\x01"


def leaf_hash(content: bytes) -> bytes:
    """The hash under which a content stands in the tree."""
    return hashlib.sha256(LEAF + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbours."""
    return hashlib.sha256(NODE + left + right).digest()


def levels_of(leaves: Iterable[bytes]) -> list[list[bytes]]:
    """Every level from the leaves to the root. Raises ValueError without a leaf: nothing has no root here."""
    levels = [list(leaves)]
    if not levels[0]:
        raise ValueError("a tree needs a leaf")
    while len(below := levels[-1]) > 1:
        paired = [node_hash(below[n], below[n + 1]) for n in range(0, len(below) - 1, 2)]
        levels.append(paired + below[len(paired) * 2 :])
    return levels


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root of the tree over the leaves. Raises ValueError without a leaf."""
    return levels_of(leaves)[-1][0]


def path_of(levels: Sequence[Sequence[bytes]], position: int) -> list[bytes]:
    """The partners on the way from a leaf to the root, lowest first. Raises IndexError for no such leaf."""
    if not 0 <= position < len(levels[0]):
        raise IndexError(position)
    path = []
    for level in levels[:-1]:
        partner = position ^ 1
        if partner < len(level):
            path.append(level[partner])
        position //= 2
    return path


def root_by_path(leaf: bytes, position: int, count: int, path: Sequence[bytes]) -> bytes | None:
    """The root to which a path leads from a leaf of a tree of `count` leaves; None when the path does not fit."""
    if not 0 <= position < count:
        return None
    partners = list(path)
    last = count - 1
    while last:
        if position ^ 1 <= last:
            if not partners:
                return None
            partner = partners.pop(0)
            leaf = node_hash(partner, leaf) if position & 1 else node_hash(leaf, partner)
        position, last = position // 2, last // 2
    return None if partners else leaf
