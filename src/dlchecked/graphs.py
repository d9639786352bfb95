"""Graphs as matrices, and the graph convolution whose filter is a polynomial in the Laplacian.

The layer is Y = φ(Σₖ Δᵏ X αₖ + b), k from 1 to q: Defferrard, Bresson and Vandergheynst, "Convolutional Neural Networks
on Graphs with Fast Localized Spectral Filtering", NeurIPS 2016, section 2.1, where the powers begin with 0. Nodes count
from 0. All functions of matrices take batches of them in leading dimensions.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import torch


def adjacency(nodes: int, edges: Iterable[tuple[int, int]]) -> torch.Tensor:
    """The adjacency matrix of an undirected graph without weights.

    Args:
        nodes: number of nodes.
        edges: pairs of different nodes, each in either order.

    Returns:
        (nodes, nodes) integers: 1 where two nodes are joined.

    Raises:
        ValueError: if an edge joins a node to itself or names a node that is not there.
    """
    matrix = torch.zeros(nodes, nodes, dtype=torch.long)
    for a, b in edges:
        if a == b or not (0 <= a < nodes and 0 <= b < nodes):
            raise ValueError(f"an edge joins two different nodes of 0 to {nodes - 1}, not {a} and {b}")
        matrix[a, b] = matrix[b, a] = 1
    return matrix


def path(nodes: int) -> torch.Tensor:
    """Nodes in a row, each joined to the next."""
    return adjacency(nodes, itertools.pairwise(range(nodes)))


def grid(rows: int, columns: int) -> torch.Tensor:
    """Node ``row · columns + column`` is joined to those above, below, left and right of it."""
    across = [(r * columns + c, r * columns + c + 1) for r in range(rows) for c in range(columns - 1)]
    down = [(r * columns + c, (r + 1) * columns + c) for r in range(rows - 1) for c in range(columns)]
    return adjacency(rows * columns, across + down)


def binary_tree(levels: int) -> torch.Tensor:
    """Root 0 and, below node i, the nodes 2i + 1 and 2i + 2."""
    nodes = 2**levels - 1
    return adjacency(nodes, [((child - 1) // 2, child) for child in range(1, nodes)])


def all_graphs(nodes: int) -> torch.Tensor:
    """Every undirected graph on labelled nodes: (2^(n(n−1)/2), n, n) adjacency matrices."""
    pairs = list(itertools.combinations(range(nodes), 2))
    chosen = torch.arange(2 ** len(pairs))[:, None] >> torch.arange(len(pairs)) & 1
    matrices = torch.zeros(len(chosen), nodes, nodes, dtype=torch.long)
    a, b = torch.tensor(pairs).T
    matrices[:, a, b] = matrices[:, b, a] = chosen
    return matrices


def laplacian(weights: torch.Tensor) -> torch.Tensor:
    """The combinatorial Laplacian: degrees on the diagonal, minus the adjacency or edge weights.

    Args:
        weights: (..., nodes, nodes), symmetric with a diagonal of zeros.

    Returns:
        The same shape and dtype.

    Raises:
        ValueError: if the matrix is not symmetric or a node is joined to itself.
    """
    if not torch.equal(weights, weights.mT):
        raise ValueError("the edges of an undirected graph are a symmetric matrix; this one is not")
    if weights.diagonal(dim1=-2, dim2=-1).any():
        raise ValueError("no node is joined to itself: the diagonal has to be 0")
    return torch.diag_embed(weights.sum(dim=-1)) - weights


def hops(weights: torch.Tensor) -> torch.Tensor:
    """The number of edges on a shortest path between each two nodes.

    Args:
        weights: (..., nodes, nodes), not 0 where two nodes are joined.

    Returns:
        (..., nodes, nodes) integers; the number of nodes, more than any path has edges, where there is no path.
    """
    nodes = weights.shape[-1]
    step = (weights != 0).long() + torch.eye(nodes, dtype=torch.long)
    reached = torch.eye(nodes, dtype=torch.long).expand(weights.shape)
    distance = torch.zeros(weights.shape, dtype=torch.long)
    for _ in range(nodes):
        distance += (reached == 0).long()
        reached = ((reached @ step) > 0).long()
    return distance


def powers(delta: torch.Tensor, order: int) -> torch.Tensor:
    """Δ, Δ², … to Δ^order: (..., order, nodes, nodes).

    Raises:
        ValueError: if the order is below 1.
    """
    if order < 1:
        raise ValueError(f"the powers begin with 1, so the order is 1 or more, not {order}")
    found = [delta]
    for _ in range(order - 1):
        found.append(found[-1] @ delta)
    return torch.stack(found, dim=-3)


def graph_convolution(delta: torch.Tensor, x: torch.Tensor, alphas: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """The layer before its activation, Σₖ Δᵏ X αₖ + b.

    Args:
        delta: (nodes, nodes), the Laplacian.
        x: (nodes, features), a row for each node.
        alphas: (order, features, new features); ``alphas[k - 1]`` goes with the k-th power.
        bias: (new features,), the same for all nodes.

    Returns:
        (nodes, new features).
    """
    return (powers(delta, len(alphas)) @ x @ alphas).sum(dim=0) + bias


def without_node(matrix: torch.Tensor, node: int) -> torch.Tensor:
    """The matrix with the row and the column of a node set to 0: (..., nodes, nodes) in and out."""
    zeroed = matrix.clone()
    zeroed[..., node, :] = 0
    zeroed[..., :, node] = 0
    return zeroed
