"""The numbers of Araujo, Norris and Sim, Distill 2019, and of the table that belongs to it.

Each end point reads r/S/P, size, stride and padding, of an image of 224 × 224 pixels; P in brackets is that of
321 × 321 where it differs. The table is google-research/receptive_field's RECEPTIVE_FIELD_TABLE.md.
"""

import re
from functools import cache

import pytest

from dlchecked.networks import NETWORKS
from dlchecked.receptive_field import ReceptiveField, receptive_field
from dlchecked.receptive_field.results.fields import Fields

TABLE = {
    "alexnet_v2": "conv1 11/4/0, pool1 19/8/0, conv2 51/8/16, conv3 99/16/32, conv4 131/16/48, conv5 163/16/64, "
    "pool5 195/32/64",
    "vgg_a": "conv1_1 3/1/1, pool1 4/2/1, conv2_1 8/2/3, pool2 10/4/3, conv3_1 18/4/7, conv3_2 26/4/11, "
    "pool3 30/8/11, conv4_1 46/8/19, conv4_2 62/8/27, pool4 70/16/27, conv5_1 102/16/43, conv5_2 134/16/59, "
    "pool5 150/32/59",
    "vgg_16": "conv1_1 3/1/1, pool1 6/2/2, conv2_1 10/2/4, pool2 16/4/6, conv3_1 24/4/10, conv3_2 32/4/14, "
    "pool3 44/8/18, conv4_1 60/8/26, conv4_2 76/8/34, pool4 100/16/42, conv5_1 132/16/58, conv5_2 164/16/74, "
    "pool5 212/32/90",
    "inception_v2": "Conv2d_1a 7/2/2 (3), MaxPool_2a 11/4/2 (5), Conv2d_2b 11/4/2 (5), Conv2d_2c 19/4/6 (9), "
    "MaxPool_3a 27/8/6 (13), Mixed_3b 59/8/22 (29), Mixed_3c 91/8/38 (45), Mixed_4a 123/16/46 (61), "
    "Mixed_4b 187/16/78 (93), Mixed_4c 251/16/110 (125), Mixed_4d 315/16/142 (157), Mixed_4e 379/16/174 (189), "
    "Mixed_5a 443/32/190 (221), Mixed_5b 571/32/254 (285), Mixed_5c 699/32/318 (349)",
    "inception_v3": "1a 3/2/0, 2a 7/2/0, 2b 11/2/2, MaxPool_3a 15/4/2, 3b 15/4/2, 4a 23/4/2, MaxPool_5a 31/8/2, "
    "5b 63/8/18, 5c 95/8/34, 5d 127/8/50, 6a 159/16/58, 6b 351/16/154, 6c 543/16/250, 6d 735/16/346, "
    "6e 927/16/442, 7a 1055/32/490, 7b 1183/32/554, 7c 1311/32/618",
    "inception_v4": "1a 3/2/0, 2a 7/2/0, 2b 11/2/2, 3a 15/4/2, 4a 47/4/14, 5a 55/8/14, 5b 87/8/30, 5c 119/8/46, "
    "5d 151/8/62, 5e 183/8/78, 6a 215/16/86, 6b 407/16/182, 6c 599/16/278, 6d 791/16/374, 6e 983/16/470, "
    "6f 1175/16/566, 6g 1367/16/662, 6h 1559/16/758, 7a 1687/32/806, 7b 1815/32/870, 7c 1943/32/934, 7d 2071/32/998",
    "inception_resnet_v2": "1a 3/2/0, 2a 7/2/0, 2b 11/2/2, MaxPool_3a 15/4/2, 3b 15/4/2, 4a 23/4/2, "
    "MaxPool_5a 31/8/2, Mixed_5b 63/8/18, 6a 415/16/186, PreAuxLogits 2335/16/1146, 7a 2399/32/1162, "
    "Conv2d_7b 3039/32/1482",
    "inception_resnet_v2 same": "1a 3/2/0 (1), 2a 7/2/2 (3), 2b 11/2/4 (5), MaxPool_3a 15/4/4 (7), 3b 15/4/4 (7), "
    "4a 23/4/8 (11), MaxPool_5a 31/8/8 (15), Mixed_5b 63/8/24 (31), 6a 415/16/192 (207), "
    "PreAuxLogits 2335/16/1152 (1167), 7a 2399/32/1168 (1199), Conv2d_7b 3039/32/1488 (1519)",
    "mobilenet_v1": "Conv2d_0 3/2/0 (1), 1 7/2/2 (3), 2 11/4/2 (5), 3 19/4/6 (9), 4 27/8/6 (13), 5 43/8/14 (21), "
    "6 59/16/14 (29), 7 91/16/30 (45), 8 123/16/46 (61), 9 155/16/62 (77), 10 187/16/78 (93), 11 219/16/94 (109), "
    "12 251/32/94 (125), 13 315/32/126 (157)",
    "resnet_v1_50": "block1 35/8/15 (17), block2 99/16/47 (49), block3 291/32/143 (145), block4 483/32/239 (241)",
    "resnet_v1_101": "block1 35/8/15 (17), block2 99/16/47 (49), block3 835/32/415 (417), block4 1027/32/511 (513)",
    "resnet_v1_152": "block1 35/8/15 (17), block2 163/16/79 (81), block3 1315/32/655 (657), block4 1507/32/751 (753)",
    "resnet_v1_200": "block1 35/8/15 (17), block2 419/16/207 (209), block3 1571/32/783 (785), block4 1763/32/879 (881)",
}
ROWS = [
    (network, *re.fullmatch(r"(\S+) (\d+)/(\d+)/(\d+)(?: \((\d+)\))?", row).groups())
    for network, rows in TABLE.items()
    for row in rows.split(", ")
]


@cache
def end_points(network, resolution):
    """All end points of one run."""
    shape, ends = (1, 1, resolution, resolution), {}

    def collect(found):
        ends.update(found)
        return list(found.values())[-1]

    last = receptive_field(NETWORKS[network], shape, output=collect)
    fields = {name: Fields(tensor.layout, shape[2:]) for name, tensor in ends.items()}
    return {name: ReceptiveField(last._trace, found, shape) for name, found in fields.items()}


@pytest.mark.parametrize("resolution", [224, 321])
@pytest.mark.parametrize(("network", "end", "r", "s", "p", "p_321"), ROWS, ids=lambda value: str(value))
def test_published_end_point(network, end, r, s, p, p_321, resolution):
    found = end_points(network, resolution)[end]
    padding = int(p_321 if p_321 and resolution == 321 else p)
    assert (found.size, found.stride, found.start) == ((int(r),) * 2, (int(s),) * 2, (-padding,) * 2)
    assert found.aligned
