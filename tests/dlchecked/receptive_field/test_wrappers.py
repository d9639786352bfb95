"""What others put around a module so that it runs faster changes no answer; what hides it is refused."""

import warnings

import pytest
import torch
import torch.nn.functional as F
from calls import Calls
from torch import nn
from torch.utils.checkpoint import checkpoint

from dlchecked.receptive_field import (
    InvalidArgument,
    UnknownOperation,
    effective_receptive_field,
    receptive_field,
    verify,
)


def convs():
    return nn.Sequential(nn.Conv1d(1, 1, 3), nn.Sequential(nn.Conv1d(1, 1, 5), nn.ReLU()))


def compiled(module):
    return torch.compile(module, backend="eager")


def compiled_in_place():
    module = convs()
    module[1].compile(backend="eager")
    return module


def inside_compiled():
    module = convs()
    module[1] = compiled(module[1])
    return compiled(module)


def compiled_function():
    twice = compiled(lambda x: 2 * x)
    return Calls(lambda m, x: twice(m.convs(x)), convs=convs())


def scripted(module):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch says that it is old
        return torch.jit.script(module)


def jit_traced(module):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.jit.trace(module, torch.rand(1, 1, 16))


WRAPPED = {
    "compiled": lambda: compiled(convs()),
    "compiled twice": inside_compiled,
    "compiled in place": compiled_in_place,
    "a compiled function": compiled_function,
    "data parallel": lambda: nn.DataParallel(convs()),
    "averaged": lambda: torch.optim.swa_utils.AveragedModel(convs()),
    "checkpoint": lambda: Calls(lambda m, x: checkpoint(m.convs, x, use_reentrant=False), convs=convs()),
    "reentrant checkpoint": lambda: Calls(lambda m, x: checkpoint(m.convs, x, use_reentrant=True), convs=convs()),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_wrappers_change_nothing(name):
    module, shape = WRAPPED[name](), (1, 1, 16)
    plain = receptive_field(convs(), shape)
    found = receptive_field(module, shape)
    assert [layer.size for layer in found.layers][:3] == [layer.size for layer in plain.layers]
    assert (found.size, found.stride, found.start) == (plain.size, plain.stride, plain.start)
    assert verify(module, shape).ok
    assert receptive_field(module, shape, method="numeric").interval((2,)) == plain.interval((2,))
    gradient = effective_receptive_field(module, shape).gradient
    assert gradient.shape == (16,)


def test_layers_inside_compiled_ones_have_their_names():
    assert [layer.name for layer in receptive_field(inside_compiled(), (1, 1, 16)).layers] == ["0", "1.0", "1.1"]
    with pytest.raises(InvalidArgument, match=r"in '1\.0' \(Conv1d\)"):
        receptive_field(compiled(nn.Sequential(nn.ReLU(), compiled(nn.Sequential(nn.Conv1d(2, 1, 3))))), (1, 1, 16))


def test_the_compiled_module_is_left_as_it_was():
    module = compiled(convs())
    inner, keys = module._orig_mod, sorted(module.__dict__)
    receptive_field(module, (1, 1, 16))
    assert module._orig_mod is inner
    assert sorted(module.__dict__) == keys
    with torch.compiler.set_stance("fail_on_recompile"):
        assert torch.compiler._is_compiling_flag is False


@pytest.mark.parametrize("compile_it", [scripted, jit_traced])
@pytest.mark.parametrize("wrap", [lambda m: m, lambda m: nn.Sequential(nn.ReLU(), m), lambda m: Calls(None, inner=m)])
def test_scripted_modules_are_refused(compile_it, wrap):
    module = wrap(compile_it(convs()))
    questions = (
        receptive_field,
        verify,
        effective_receptive_field,
        lambda m, shape: receptive_field(m, shape, method="numeric"),
    )
    for question in questions:
        with pytest.raises(
            InvalidArgument, match=r"Sequential is compiled by TorchScript.*take the module that it was"
        ):
            question(module, (1, 1, 16))


def test_a_scripted_function_is_refused():
    function = scripted(rectified)
    with pytest.raises(UnknownOperation, match=r"what TorchScript has compiled.*\n  line \d+ of .*: .*function\(x\)"):
        receptive_field(Calls(lambda m, x: function(x)), (1, 1, 8))


def rectified(x):
    return torch.relu(x)


def test_checkpoints_are_as_linear_as_their_functions():
    """Computed again on the way back, a ReLU that is off would cut the gradient."""

    def forward(m, x):
        return checkpoint(lambda y: F.relu(m.conv(y) - 100), x, use_reentrant=False)

    found = receptive_field(Calls(forward, conv=nn.Conv1d(1, 1, 3)), (1, 1, 8), method="numeric")
    assert found.interval((2,)) == ((2, 4),)
