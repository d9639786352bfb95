"""Networks of packages that a course need not install: all of torchvision's, and a small one of each family of timm's."""

from contextlib import suppress
from math import prod

import pytest
import torch
import torchvision_operators  # noqa: F401

from dlchecked.receptive_field import InvalidArgument, UnknownOperation, receptive_field
from dlchecked.receptive_field.measured.ground_truth import GroundTruth
from dlchecked.receptive_field.questions.question import question

pytestmark = [pytest.mark.weekly, pytest.mark.filterwarnings("ignore")]
MISSING = "needs {}, which the extra “zoo” installs"
SMALL = ("atto", "femto", "pico", "nano", "xxs", "tiny", "mini", "_b0", "_s0", "18", "small", "_s", "")
# The smallest images that some take.
SIZES = (64, 96, 128, 224, 256, 299, 384)


def torchvision_networks():
    try:
        from torchvision import models
    except ImportError:
        return {}
    homes = models, models.segmentation, models.video
    return {f"torchvision {name}": name for home in homes for name in models.list_models(module=home)}


def timm_networks():
    try:
        import timm
    except ImportError:
        return {}
    found = {}
    for family in timm.list_modules():
        names = timm.list_models(module=family)
        if names:
            found[f"timm {family}"] = next(name for part in SMALL for name in sorted(names, key=len) if part in name)
    return found


ZOO = torchvision_networks() | timm_networks()


def module_of(name):
    from torchvision import models

    return models.get_model_builder(name).__module__


def build(which):
    if which.startswith("torchvision"):
        from torchvision import models

        # Without a network, a backbone cannot be fetched either.
        options = {"weights_backbone": None} if models.segmentation.__name__ in module_of(ZOO[which]) else {}
        return models.get_model(ZOO[which], weights=None, **options)
    import timm

    return timm.create_model(ZOO[which], pretrained=False)


@pytest.mark.parametrize("package", ["torchvision", "timm"])
def test_the_package_is_there(package):
    pytest.importorskip(package, reason=MISSING.format(package))


def last_map(network, shape):
    """The deepest layer whose output is one map of more than one unit, and its fields."""
    for row in reversed(receptive_field(network, shape, output=first_tensor).layers):
        if row.name and is_map(row.output_shape, len(shape)):
            with suppress(InvalidArgument):  # it returns several
                return row.name, receptive_field(network, shape, output=row.name)
    return None


def is_map(shape, dimensions):
    return len(shape) == dimensions and 1 < prod(shape[2:]) <= 4096


def first_tensor(out):
    while not isinstance(out, torch.Tensor):
        out = next(iter(out.values())) if isinstance(out, dict) else out[0]
    return out


def shape_for(network, frames):
    """The smallest image that the network itself takes."""
    for size in SIZES:
        shape = (1, 3, *frames, size, size)
        try:
            with torch.no_grad():
                network(torch.rand(shape))
        except Exception:  # whatever it is, another size may do
            continue
        return shape
    return None


@pytest.mark.parametrize("which", ZOO)
def test_network_of_a_package(which):
    torch.manual_seed(0)
    network = build(which).eval()
    shape = shape_for(network, (8,) if "video" in type(network).__module__ else ())
    if shape is None:
        pytest.skip("takes no square image")
    before = {name: value.clone() for name, value in network.state_dict().items()}
    try:
        found = last_map(network, shape)
    except UnknownOperation as error:
        assert "line" in str(error)  # noqa: PT017
        return
    after = network.state_dict()
    assert list(after) == list(before)
    assert all(torch.equal(after[key], value) for key, value in before.items())
    if found is None:
        return
    name, field = found
    truth = GroundTruth(*question(network, shape, 0, name))
    middle, corner = tuple(n // 2 for n in field.output_shape[2:]), tuple(0 for _ in field.output_shape[2:])
    for unit in (middle, corner):
        seen = truth.mask(unit)
        assert not (seen & ~field.mask(unit)).any(), (name, unit)
