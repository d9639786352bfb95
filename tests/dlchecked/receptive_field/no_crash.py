"""Forwards whose tensors reach torch's C++ code by every way we know; prints what became of each.

Run by itself, since what it looks for ends the interpreter.
"""

import copy
import sys
import warnings

import torch
from calls import Calls
from torch import nn
from torch.utils.checkpoint import checkpoint, checkpoint_sequential
from torch.utils.dlpack import from_dlpack, to_dlpack

from dlchecked.receptive_field import ReceptiveFieldError, receptive_field

READS_THREE, READS_ONE, REFUSED = "reads 3", "reads 1", "refused"
WRONG = "torch's own complaint"


class Twice(torch.autograd.Function):
    @staticmethod
    def forward(context, x, weight):
        context.save_for_backward(x, weight)
        return nn.functional.conv1d(x, weight)


class Itself(torch.autograd.Function):
    @staticmethod
    def forward(context, x, weight):
        return x


class InPlace(torch.autograd.Function):
    @staticmethod
    def forward(context, x, weight):
        context.mark_dirty(x)
        return x.mul_(2)


class WithSetup(torch.autograd.Function):
    @staticmethod
    def forward(x, weight):
        return x * weight.sum()

    @staticmethod
    def setup_context(context, inputs, output):
        context.save_for_backward(*inputs, output)


def assigned(m, x):
    m.conv.weight.data = x
    return x * (2 * m.conv.weight).sum()


def assigned_gradient(m, x):
    m.conv.weight.grad = x[..., :3]
    return x * m.conv.weight.grad.sum()


def packed(m, x):
    return x * float(from_dlpack(to_dlpack(x)).sum())


def dual(m, x):
    with torch.autograd.forward_ad.dual_level():
        return torch.autograd.forward_ad.make_dual(x, x)


CASES = {
    "Function": (READS_THREE, lambda m, x: Twice.apply(x, m.conv.weight)),
    "Function that returns its input": (READS_THREE, lambda m, x: Itself.apply(m.conv(x), m.conv.weight)),
    "Function in place": (READS_THREE, lambda m, x: InPlace.apply(m.conv(x), m.conv.weight)),
    "Function with setup_context": (READS_THREE, lambda m, x: WithSetup.apply(m.conv(x), m.conv.weight)),
    "checkpoint": (READS_THREE, lambda m, x: checkpoint(m.conv, x, use_reentrant=False)),
    "reentrant checkpoint": (READS_THREE, lambda m, x: checkpoint(m.conv, x, use_reentrant=True)),
    "checkpoint_sequential": (
        READS_THREE,
        lambda m, x: checkpoint_sequential(nn.Sequential(m.conv, nn.ReLU()), 2, x, use_reentrant=False),
    ),
    "functional_call": (
        READS_THREE,
        lambda m, x: torch.func.functional_call(m.conv, dict(m.conv.named_parameters()), x),
    ),
    "vmap": (REFUSED, lambda m, x: torch.vmap(m.conv)(x)),
    "vmap over something else": (REFUSED, lambda m, x: torch.vmap(lambda w: w * x)(torch.ones(3))[0]),
    "func.grad": (REFUSED, lambda m, x: torch.func.grad(lambda t: t.sum())(x)),
    "func.vjp": (REFUSED, lambda m, x: torch.func.vjp(m.conv, x)[0]),
    "func.jvp": (REFUSED, lambda m, x: torch.func.jvp(m.conv, (x,), (x,))[0]),
    "func.jacrev": (REFUSED, lambda m, x: torch.func.jacrev(m.conv)(x)),
    "autograd.grad": (REFUSED, lambda m, x: torch.autograd.grad(m.conv(x).sum(), x)[0]),
    "make_dual": (REFUSED, dual),
    "torch.ops": (REFUSED, lambda m, x: torch.ops.aten.relu.default(x)),
    "foreach": (REFUSED, lambda m, x: torch._foreach_mul([x, x], 2.0)[0]),
    "nested": (REFUSED, lambda m, x: torch.nested.nested_tensor([x[0]])),
    "set_": (REFUSED, lambda m, x: torch.zeros(1, 1, 8).set_(x)),
    "as_subclass": (REFUSED, lambda m, x: x.as_subclass(nn.Parameter)),
    "storage": (REFUSED, lambda m, x: x.untyped_storage()),
    "deepcopy": (READS_ONE, lambda m, x: copy.deepcopy(x)),
    "an attribute without a rule": (REFUSED, lambda m, x: x._version),
    "data assigned": (WRONG, assigned),
    "gradient assigned": (WRONG, assigned_gradient),
    "dlpack": (WRONG, packed),
    "FloatTensor": (WRONG, lambda m, x: torch.FloatTensor(x)),
    "as_tensor": (READS_ONE, lambda m, x: torch.as_tensor(x)),
    "Variable": (READS_ONE, lambda m, x: torch.autograd.Variable(x)),
    "Parameter": (READS_ONE, lambda m, x: nn.Parameter(x)),
    "jit.fork": (READS_ONE, lambda m, x: torch.jit.wait(torch.jit.fork(lambda t: t * 2, x))),
    "is_cuda": (READS_ONE, lambda m, x: x * (1 + x.is_cuda)),
}


def outcome(forward):
    """What asking for the fields of a forward ends in."""
    try:
        found = receptive_field(Calls(forward, conv=nn.Conv1d(1, 1, 3)), (1, 1, 8))
    except ReceptiveFieldError as error:
        return REFUSED if "no_crash.py: " in str(error) else str(error)
    except (RuntimeError, BufferError, TypeError):
        return WRONG
    return f"reads {found.size[0]}"


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for name, (_, forward) in CASES.items():
        print(name, end="\t")
        sys.stdout.flush()
        print(outcome(forward))
