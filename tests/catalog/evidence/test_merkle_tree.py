from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from catalog.evidence import merkle

# Leaves and roots of the Certificate Transparency reference implementation (RFC 6962 tests).
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
HASHES = [merkle.leaf_hash(leaf) for leaf in LEAVES]

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pymerkle")


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference_implementation(size: int) -> None:
    assert merkle.tree_hash(HASHES[:size]).hex() == ROOTS[size]


def test_audit_paths_are_those_of_the_reference_implementation() -> None:
    path = merkle.inclusion_proof(HASHES, 5)

    assert [step.hex() for step in path] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_consistency_paths_are_those_of_the_reference_implementation() -> None:
    path = merkle.consistency_proof(HASHES, 6)

    assert [step.hex() for step in path] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 20, 33, 64])
def test_roots_and_proofs_agree_with_an_independent_implementation(size: int) -> None:
    entries = [str(number).encode() for number in range(size)]
    other = InmemoryTree.init_from_entries(entries, algorithm="sha256")
    leaves = [merkle.leaf_hash(entry) for entry in entries]

    assert merkle.tree_hash(leaves) == other.get_root()
    for index in range(size):
        theirs = other.prove_inclusion(index + 1, size).serialize()["path"]
        ours = {step.hex() for step in merkle.inclusion_proof(leaves, index)}
        assert ours | {leaves[index].hex()} == set(theirs)


@given(st.integers(1, 70), st.data())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_every_inclusion_proof_holds_and_none_holds_for_another_leaf(size: int, data: st.DataObject) -> None:
    leaves = [merkle.leaf_hash(bytes([number])) for number in range(size)]
    index = data.draw(st.integers(0, size - 1))
    root = merkle.tree_hash(leaves)

    path = merkle.inclusion_proof(leaves, index)

    assert merkle.verify_inclusion(leaves[index], index, size, path, root)
    stranger = merkle.leaf_hash(b"stranger")
    assert not merkle.verify_inclusion(stranger, index, size, path, root)
    for other in {(index + 1) % size, (index - 1) % size} - {index}:
        assert not merkle.verify_inclusion(leaves[index], other, size, path, root)
    assert not merkle.verify_inclusion(leaves[index], index, size, [*path, root], root)


@given(st.integers(1, 70), st.data())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_every_consistency_proof_holds_and_none_hides_a_rewrite(size: int, data: st.DataObject) -> None:
    leaves = [merkle.leaf_hash(bytes([number])) for number in range(size)]
    old = data.draw(st.integers(1, size))
    roots = merkle.tree_hash(leaves[:old]), merkle.tree_hash(leaves)

    path = merkle.consistency_proof(leaves, old)

    assert merkle.verify_consistency(old, size, path, *roots)
    rewritten = merkle.tree_hash([merkle.leaf_hash(b"rewritten"), *leaves[1:old]])
    assert not merkle.verify_consistency(old, size, path, rewritten, roots[1])
    assert not merkle.verify_consistency(old, size, path, roots[0], merkle.EMPTY_ROOT)
    assert not merkle.verify_consistency(old, size, [*path, roots[0]], *roots)


def test_a_frontier_continues_where_another_stopped() -> None:
    for cut in range(len(HASHES) + 1):
        first = merkle.Frontier()
        for leaf in HASHES[:cut]:
            first.append(leaf)
        second = merkle.Frontier(first.size, first.peaks)
        for leaf in HASHES[cut:]:
            second.append(leaf)
        assert second.root().hex() == ROOTS[-1]


def test_a_frontier_with_the_wrong_number_of_subtrees_is_refused() -> None:
    with pytest.raises(ValueError, match="3 leaves has 2 full subtrees"):
        merkle.Frontier(3, HASHES[:1])


@pytest.mark.parametrize("index", [-1, 8])
def test_no_proof_exists_for_a_leaf_that_is_not_there(index: int) -> None:
    with pytest.raises(IndexError):
        merkle.inclusion_proof(HASHES, index)
    assert not merkle.verify_inclusion(HASHES[0], index, 8, [], merkle.tree_hash(HASHES))


@pytest.mark.parametrize(("old", "new"), [(0, 8), (9, 8)])
def test_no_consistency_proof_exists_for_sizes_out_of_range(old: int, new: int) -> None:
    with pytest.raises(IndexError):
        merkle.consistency_proof(HASHES, old)
    assert not merkle.verify_consistency(old, new, [], merkle.EMPTY_ROOT, merkle.tree_hash(HASHES))


def test_a_path_cut_short_never_holds() -> None:
    root = merkle.tree_hash(HASHES)
    for index, cut in itertools.product(range(8), range(3)):
        path = merkle.inclusion_proof(HASHES, index)[:cut]
        assert not merkle.verify_inclusion(HASHES[index], index, 8, path, root)
