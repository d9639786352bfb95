"""Softmax and attention: a query reads the keys and the values that its mask leaves."""

import inspect
from typing import Any

import torch
import torch.nn.functional as F

from dlchecked.receptive_field.rules.arithmetic import add, where
from dlchecked.receptive_field.rules.joining import join
from dlchecked.receptive_field.rules.products import matmul
from dlchecked.receptive_field.rules.shape import transpose
from dlchecked.receptive_field.tracing.known_values import constant_of, cut, knowing, known_of
from dlchecked.receptive_field.tracing.registry import Unsupported, knowing_rule, rule
from dlchecked.receptive_field.tracing.tensor import TracedTensor, is_traced
from dlchecked.receptive_field.tracing.values import Known, certain, chosen, negative, passed_over


@knowing_rule("softmax")
def softmax(input: TracedTensor, dim: Any = None, *_: Any, **__: Any) -> TracedTensor:
    """Every position reads all those along one dimension that are not masked; alone, it is 1 whatever its value."""
    return _softmax(input, _dimension(input, dim), input.known)


def _dimension(x: TracedTensor, dim: Any) -> int:
    """The dimension, or that which torch takes for want of one."""
    return x.dimension((0 if len(x.shape) in (0, 1, 3) else 1) if dim is None else dim)


def _softmax(x: TracedTensor, dim: int, known: Known | None, random: bool = False) -> TracedTensor:
    if x.shape[dim] == 1:
        return x.with_terms(())
    if known is None:
        return x.mixed(dim).same()
    values, fixed = known.compact(dim)
    passed = passed_over(values, dim)
    alone = (~passed).sum(dim, keepdim=True) == 1
    whole = fixed.all(dim, keepdim=True) & (not random)
    weights = torch.where(passed, 0.0, torch.where(whole, values.softmax(dim), alone.double()))
    return knowing(cut(x, passed).mixed(dim), Known(weights, passed | alone | whole))


@knowing_rule("softmin")
def softmin(input: TracedTensor, dim: Any = None, *_: Any, **__: Any) -> TracedTensor:
    """The softmax of the negative."""
    return _softmax(input, _dimension(input, dim), None if input.known is None else negative(input.known))


@knowing_rule("gumbel_softmax")
def gumbel_softmax(
    logits: TracedTensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> TracedTensor:
    """A softmax of what noise was added to."""
    return _softmax(logits, logits.dimension(dim), logits.known, random=True)


@knowing_rule("log_softmax")
def log_softmax(input: TracedTensor, dim: Any = None, *_: Any, **__: Any) -> TracedTensor:
    """Every position reads itself, and all those along one dimension that are not masked."""
    dim = _dimension(input, dim)
    if input.shape[dim] == 1:
        return input.with_terms(())
    if input.known is None:
        return input.mixed(dim).same()
    values, fixed = input.known.compact(dim)
    passed, whole = passed_over(values, dim), fixed.all(dim, keepdim=True)
    found = join(cut(input, passed).mixed(dim), input)
    relative = torch.where(whole, values.log_softmax(dim), values - values.amax(dim, keepdim=True))
    return knowing(found, Known(relative, whole | (fixed & values.isneginf())))


@rule("scaled_dot_product_attention")
def attention(
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: Any = None,
    enable_gqa: bool = False,
) -> TracedTensor:
    """softmax(Q Kᵀ / √d) V (Vaswani et al., "Attention Is All You Need", NeurIPS 2017, equation 1)."""
    if enable_gqa:
        key, value = (x.repeat_interleave(query.shape[-3] // x.shape[-3], -3) for x in (key, value))
    rows, columns = query.shape[-2], key.shape[-2]
    if not is_traced(query) and not is_traced(key):
        if attn_mask is not None or is_causal:
            raise Unsupported("its queries and keys do not depend on the input, and it has a mask")
        return matmul(torch.ones(*query.shape[:-1], columns), value)
    scores = matmul(query, transpose(key, -1, -2) if is_traced(key) else key.transpose(-1, -2))
    if is_causal:
        scores = _barred(scores, torch.ones(rows, columns, dtype=torch.bool).tril().logical_not())
    if attn_mask is not None and attn_mask.dtype == torch.bool:
        scores = where(attn_mask, scores, float("-inf"))
    elif attn_mask is not None:
        scores = add(scores, attn_mask)
    weights = softmax(scores, -1)
    return matmul(weights, value)


def _barred(scores: TracedTensor, where: torch.Tensor) -> TracedTensor:
    """The scores, −∞ in some places."""
    return knowing(scores, chosen(lambda: where, certain(float("-inf")), known_of(scores)))


@rule("multi_head_attention_forward")
def multi_head_attention(
    query: Any, key: Any, value: Any, embed_dim_to_check: int, num_heads: int, *args: Any, **kwargs: Any
) -> Any:
    """Features are mixed before and after; (L, N, E) or (L, E) in and out."""
    options = {**dict(zip(_MHA_ARGUMENTS, args, strict=False)), **kwargs}
    if options.get("bias_k") is not None or options.get("add_zero_attn"):
        raise Unsupported("it has bias_k or add_zero_attn")
    masks = options.get("attn_mask"), options.get("key_padding_mask")
    alone = masks[0] is None and masks[1] is None and query is key is value
    if alone and not options.get("need_weights", True) and len(query) > 1:
        return _mixed_everywhere(query, embed_dim_to_check), None
    q, k, v = (_sequences(x) for x in (query, key, value))
    mask = _mask(*masks, num_heads)
    scores = matmul(q, transpose(k, -1, -2) if is_traced(k) else k.transpose(-1, -2))
    if mask is not None:
        scores = _barred(scores, mask)
    weights = softmax(scores, -1)
    found = matmul(weights, v)
    found = found.mixed(2).resized(2, embed_dim_to_check)
    if not options.get("average_attn_weights", True):
        # Through the projections, all heads see the same.
        weights = weights.unsqueeze(1).expand(-1, num_heads, -1, -1)  # type: ignore[attr-defined]
    unbatched = query.dim() == 2
    output = found.derived(found.layout.permuted((1, 0, 2)))
    if unbatched:
        output, weights = output.squeeze(1), weights.squeeze(0)  # type: ignore[attr-defined]
    return output, (weights if options.get("need_weights", True) else None)


def _mixed_everywhere(x: TracedTensor, features: int) -> TracedTensor:
    """What every position of a sequence makes of all of them, and of all features."""
    last = len(x.shape) - 1
    return x.mixed(0, last).resized(last, features)


_MHA_ARGUMENTS = tuple(inspect.signature(F.multi_head_attention_forward).parameters)[5:]


def _sequences(x: Any) -> Any:
    """(L, N, E) or (L, E) as (N, L, E), with features mixed by the input projection."""
    if not is_traced(x):
        return x.unsqueeze(0) if x.dim() == 2 else x.transpose(0, 1)
    mixed = x.mixed(len(x.shape) - 1)
    return mixed.unsqueeze(0) if len(x.shape) == 2 else transpose(mixed, 0, 1)  # type: ignore[attr-defined]


def _mask(attn_mask: Any, key_padding_mask: Any, heads: int) -> torch.Tensor | None:
    """Where no head of any image attends: booleans (L, S) or (1, S).

    Raises:
        Unsupported: if a mask has no values.
    """
    found = None
    if attn_mask is not None:
        values = _added(attn_mask)
        found = values if values.dim() == 2 else values.reshape(-1, heads, *values.shape[1:])
    if key_padding_mask is not None:
        values = _added(key_padding_mask).reshape(-1, 1, 1, key_padding_mask.shape[-1])
        found = values if found is None else found + values
    if found is None:
        return None
    passed = passed_over(found, -1)
    return passed if passed.dim() == 2 else passed.flatten(0, -3).all(0)


def _added(mask: Any) -> torch.Tensor:
    """What a mask adds to the scores.

    Raises:
        Unsupported: if its values are not at hand.
    """
    values = constant_of(mask)
    if values is None:
        raise Unsupported("its mask depends on the input")
    if values.dtype == torch.bool:
        return torch.where(values.cpu(), -torch.inf, 0.0).double()
    return known_of(mask).values
