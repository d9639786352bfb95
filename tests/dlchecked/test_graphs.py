import itertools
from collections import deque

import pytest
import torch

from dlchecked.graphs import (
    adjacency,
    all_graphs,
    binary_tree,
    graph_convolution,
    grid,
    hops,
    laplacian,
    path,
    powers,
    without_node,
)


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def breadth_first(matrix, start):
    distance = {start: 0}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for other in range(len(matrix)):
            if matrix[node][other] and other not in distance:
                distance[other] = distance[node] + 1
                queue.append(other)
    return [distance.get(node, len(matrix)) for node in range(len(matrix))]


def random_weights(nodes):
    upper = torch.triu(torch.rand(nodes, nodes, dtype=torch.double) * (torch.rand(nodes, nodes) < 0.4), diagonal=1)
    return upper + upper.T


@pytest.mark.parametrize("matrix", [path(6), grid(3, 4), binary_tree(4), *all_graphs(5)[::97], random_weights(8)])
def test_hops_are_those_of_a_breadth_first_search(matrix):
    assert hops(matrix).tolist() == [breadth_first(matrix.tolist(), node) for node in range(len(matrix))]


def test_hops_of_many_graphs_are_those_of_each():
    graphs = all_graphs(4)
    assert torch.equal(hops(graphs), torch.stack([hops(graph) for graph in graphs]))


def test_all_graphs_are_different_and_undirected():
    graphs = all_graphs(4)
    assert graphs.shape == (64, 4, 4)
    assert len({tuple(graph.flatten().tolist()) for graph in graphs}) == 64
    assert torch.equal(graphs, graphs.mT)
    assert not graphs.diagonal(dim1=1, dim2=2).any()


def test_the_laplacian_is_the_incidence_matrix_times_its_transpose():
    edges = [(0, 1), (0, 3), (2, 3), (1, 3)]
    incidence = torch.zeros(5, len(edges), dtype=torch.long)
    for i, (a, b) in enumerate(edges):
        incidence[a, i], incidence[b, i] = 1, -1
    assert torch.equal(laplacian(adjacency(5, edges)), incidence @ incidence.T)


def test_the_quadratic_form_of_a_weighted_laplacian_sums_over_edges():
    weights, x = random_weights(7), torch.randn(7, dtype=torch.double)
    pairs = itertools.combinations(range(7), 2)
    expected = sum(float(weights[a, b] * (x[a] - x[b]) ** 2) for a, b in pairs)
    assert float(x @ laplacian(weights) @ x) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("matrix", "edges", "degrees"),
    [
        (path(5), 4, [1, 2, 2, 2, 1]),
        (grid(2, 3), 7, [2, 3, 2, 2, 3, 2]),
        (binary_tree(3), 6, [2, 3, 3, 1, 1, 1, 1]),
    ],
)
def test_named_graphs_have_their_edges(matrix, edges, degrees):
    assert int(matrix.sum()) == 2 * edges
    assert matrix.sum(dim=0).tolist() == degrees


@pytest.mark.parametrize("edge", [(1, 1), (0, 3), (-1, 0)])
def test_edges_to_nowhere_are_refused(edge):
    with pytest.raises(ValueError, match="two different nodes of 0 to 2"):
        adjacency(3, [edge])


def test_what_is_no_undirected_graph_has_no_laplacian():
    with pytest.raises(ValueError, match="symmetric"):
        laplacian(torch.tensor([[0, 1], [0, 0]]))
    with pytest.raises(ValueError, match="diagonal"):
        laplacian(torch.eye(2))


def test_powers_are_matrix_powers():
    delta = laplacian(grid(2, 3)).double()
    found = powers(delta, 4)
    for k in range(1, 5):
        assert torch.allclose(found[k - 1], torch.linalg.matrix_power(delta, k), atol=1e-9, rtol=0)


def test_no_powers_are_refused():
    with pytest.raises(ValueError, match="1 or more, not 0"):
        powers(laplacian(path(3)), 0)


def test_the_convolution_filters_the_spectrum():
    delta = laplacian(random_weights(6))
    x, alphas, bias = torch.randn(6, 3).double(), torch.randn(2, 3, 4).double(), torch.randn(4).double()
    eigenvalues, modes = torch.linalg.eigh(delta)
    by_mode = modes.T @ x
    response = torch.einsum("kn,kio->nio", torch.stack([eigenvalues, eigenvalues**2]), alphas)
    expected = modes @ torch.einsum("ni,nio->no", by_mode, response) + bias
    assert torch.allclose(graph_convolution(delta, x, alphas, bias), expected, atol=1e-12, rtol=0)


def test_a_node_is_taken_out_by_row_and_column_and_the_matrix_stays():
    delta = laplacian(path(3))
    assert without_node(delta, 1).tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 1]]
    assert delta.tolist() == [[1, -1, 0], [-1, 2, -1], [0, -1, 1]]
