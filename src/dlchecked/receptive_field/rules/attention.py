"""Softmax and attention: a query reads the keys and the values that its mask leaves."""

import inspect
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F

from dlchecked.receptive_field.registry import Unsupported, rule
from dlchecked.receptive_field.rules.arithmetic import add, masked_fill, with_known
from dlchecked.receptive_field.rules.products import matmul
from dlchecked.receptive_field.rules.shape import transpose
from dlchecked.receptive_field.tensor import TracedTensor, is_real, is_traced


@rule("softmax", "log_softmax", "softmin", "gumbel_softmax")
def softmax(input: TracedTensor, dim: Any = None, *_: Any, **__: Any) -> TracedTensor:  # noqa: A002
    """Every position reads all those along one dimension that are not −∞; alone, it is 1 whatever its value."""
    dim = input.dimension(-1 if dim is None else dim)
    if input.shape[dim] == 1:
        return input.with_terms(())
    mixed = input.mixed(dim)
    if input.known is None or input.known.value == 0:
        return mixed.same()
    where = np.broadcast_to(input.known.where, (*input.shape,)) if _varies(input, dim) else input.known.where
    axis = where.ndim - len(input.shape) + dim
    if axis < 0 or where.shape[axis] == 1:
        return mixed.same()
    alone = (~where).sum(axis, keepdims=True) < 2
    found = with_known(mixed, 0.0, where | alone)
    return with_known_only(found, where)


def _varies(x: TracedTensor, dim: int) -> bool:
    return x.known is not None and x.known.where.ndim < len(x.shape) - dim


def with_known_only(x: TracedTensor, where: npt.NDArray[np.bool_]) -> TracedTensor:
    """The tensor, of which only these elements are known to be zero."""
    found = x.same()
    if where.any():
        found.known = with_known(x, 0.0, where).known
    return found


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
        scores = masked_fill(scores, torch.ones(rows, columns, dtype=torch.bool).tril().logical_not(), float("-inf"))
    if is_real(attn_mask):
        scores = (
            masked_fill(scores, ~attn_mask, float("-inf")) if attn_mask.dtype == torch.bool else add(scores, attn_mask)
        )
    elif attn_mask is not None:
        scores = add(scores, attn_mask)
    weights = softmax(scores, -1)
    return matmul(weights, value)


@rule("multi_head_attention_forward")
def multi_head_attention(
    query: Any, key: Any, value: Any, embed_dim_to_check: int, num_heads: int, *args: Any, **kwargs: Any
) -> Any:
    """Features are mixed before and after; (L, N, E) or (L, E) in and out."""
    options = {**dict(zip(_MHA_ARGUMENTS, args, strict=False)), **kwargs}
    q, k, v = (_sequences(x) for x in (query, key, value))
    if options.get("bias_k") is not None or options.get("add_zero_attn"):
        raise Unsupported("it has bias_k or add_zero_attn")
    mask = _mask(options.get("attn_mask"), options.get("key_padding_mask"))
    scores = matmul(q, transpose(k, -1, -2) if is_traced(k) else k.transpose(-1, -2))
    if mask is not None:
        scores = masked_fill(scores, mask, float("-inf"))
    weights = softmax(scores, -1)
    found = matmul(weights, v)
    found = found.mixed(2).resized(2, embed_dim_to_check)
    unbatched = query.dim() == 2
    output = found.derived(found.layout.permuted((1, 0, 2)))
    if unbatched:
        output, weights = output.squeeze(1), weights.squeeze(0)  # type: ignore[attr-defined]
    return output, (weights if options.get("need_weights", True) else None)


_MHA_ARGUMENTS = tuple(inspect.signature(F.multi_head_attention_forward).parameters)[5:]


def _sequences(x: Any) -> Any:
    """(L, N, E) or (L, E) as (N, L, E), with features mixed by the input projection."""
    if not is_traced(x):
        return x.unsqueeze(0) if x.dim() == 2 else x.transpose(0, 1)
    mixed = x.mixed(len(x.shape) - 1)
    return mixed.unsqueeze(0) if len(x.shape) == 2 else transpose(mixed, 0, 1)  # type: ignore[attr-defined]


def _mask(attn_mask: Any, key_padding_mask: Any) -> Any:
    """Where no head of any image attends: booleans (L, S) or (1, S)."""
    found = None
    for mask in (attn_mask, key_padding_mask):
        if mask is None:
            continue
        barred = mask if mask.dtype == torch.bool else torch.isneginf(mask)
        if mask is key_padding_mask:
            barred = barred.reshape(-1, barred.shape[-1]).all(0, keepdim=True)
        elif barred.dim() == 3:
            barred = barred.all(0)
        found = barred if found is None else found | barred
    return found
