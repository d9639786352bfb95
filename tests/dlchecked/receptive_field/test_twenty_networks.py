import itertools

import pytest
import torch
from twenty_networks import NETWORKS, resnet50, vgg16

from dlchecked.receptive_field import receptive_field
from dlchecked.receptive_field.measured.ground_truth import GroundTruth


@pytest.mark.parametrize("name", NETWORKS)
def test_size_stride_and_start(name):
    truth = NETWORKS[name]
    found = receptive_field(truth.make(), truth.shape)
    assert (found.size, found.stride, found.start) == (truth.size, truth.stride, truth.start)


@pytest.mark.parametrize("name", NETWORKS)
def test_units_against_the_gradient(name):
    truth = NETWORKS[name]
    module = truth.make()
    found, witness = receptive_field(module, truth.shape), GroundTruth(module, truth.shape)
    assert found.output_shape == witness.output_shape
    units = list(witness.units())
    for unit in units[:: -(-len(units) // 60)]:
        assert torch.equal(found.mask(unit), witness.mask(unit)), unit


@pytest.mark.parametrize("name", ["ResNet-50, version 1.5", "AlexNet", "MobileNet-v1"])
def test_a_whole_field_in_a_long_strip(name):
    # Inside an image larger than the field, the gradient reads size, stride and start without any clipping.
    truth = NETWORKS[name]
    module, shape = truth.make(), (*truth.shape[:2], 640, truth.shape[3])
    witness = GroundTruth(module, shape)
    rows = [witness.mask((i, 0)).any(1).nonzero().flatten().tolist() for i in (7, 8)]
    size, stride, start = truth.size[0], truth.stride[0], truth.start[0]
    assert [(r[0], len(r)) for r in rows] == [(start + i * stride, size) for i in (7, 8)]


def test_holes_of_even_dilated_kernels():
    truth = NETWORKS["even and dilated"]
    found = receptive_field(truth.make(), truth.shape)
    assert found.count((1, 1)) == 64
    assert found.interval((1, 1)) == ((2, 11), (2, 11))


def test_upsampling_moves_in_steps():
    truth = NETWORKS["down and up by transposed convolution"]
    found = receptive_field(truth.make(), (1, 1, 64, 64))
    starts = [found.interval((i, 0))[0][0] for i in range(16, 24)]
    assert [b - a for a, b in itertools.pairwise(starts)] == [2 * (i % 2) for i in range(7)]


@pytest.mark.parametrize("make", [resnet50, vgg16])
def test_the_table_has_a_row_for_every_layer(make):
    module = make(1)
    table = receptive_field(module, (1, 3, 224, 224)).layers
    named = {row.name for row in table}
    leaves = {name for name, part in module.named_modules() if not list(part.children())}
    assert leaves <= named
    text = str(table).splitlines()
    assert len(text) == len(table) + 1
    assert text[0].split() == ["name", "kind", "size", "stride", "start", "output", "shape"]
    assert table[0].kind == "Conv2d"
    assert table._repr_html_().count("<tr>") == len(table) + 1
