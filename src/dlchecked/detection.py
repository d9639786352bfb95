"""How detections and masks are scored: IoU, Dice and average precision, in exact fractions.

Average precision as in Everingham et al., "The Pascal Visual Object Classes (VOC) Challenge", IJCV 88, 2010, section
4.2 (with 11 recalls), as later VOC challenges computed it (all recalls), and as COCO does (101).
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

Number = int | Fraction
Box = tuple[Number, Number, Number, Number]
"""Left, top, right, bottom."""

COCO_THRESHOLDS = tuple(Fraction(percent, 100) for percent in range(50, 100, 5))
"""0.50, 0.55, …, 0.95."""


class Detection(NamedTuple):
    """A box that a detector found in an image, and how sure it is."""

    image: Hashable
    score: float
    box: Box


def iou(shared: Number, first: Number, second: Number) -> Fraction:
    """Intersection over union of two sets, from the size of their intersection and their own sizes.

    Raises:
        ValueError: if both sets are empty (0/0), or the intersection is larger than one of them.
    """
    _check_sizes(shared, first, second)
    return Fraction(shared) / (first + second - shared)


def dice(shared: Number, first: Number, second: Number) -> Fraction:
    """Dice score of two sets: twice the intersection over the sum of their sizes; arguments and errors as for `iou`."""
    _check_sizes(shared, first, second)
    return 2 * Fraction(shared) / (first + second)


def box_iou(a: Box, b: Box) -> Fraction:
    """Intersection over union of two boxes.

    Raises:
        ValueError: if a box has no area.
    """
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    return iou(max(width, 0) * max(height, 0), _area(a), _area(b))


def match(
    detections: Iterable[Detection],
    truths: Mapping[Hashable, Sequence[Box]],
    threshold: Number,
    taken: Literal["skip", "miss"] = "skip",
) -> list[bool]:
    """Which detections of one class are true positives, from the surest on (of equal scores, in the given order).

    A detection is true if its IoU with a box of the truth, in its image, is at least the threshold; each box can be
    found once.

    Args:
        detections: of one class, from all images.
        truths: the boxes of this class in each image.
        threshold: the least IoU, more than 0.
        taken: what becomes of a box that is found already. ``skip``: the best of the others counts (COCO).
            ``miss``: a detection whose best box is taken is false (PASCAL VOC).

    Raises:
        ValueError: if the threshold is not in (0, 1], or ``taken`` is neither.
    """
    if taken not in ("skip", "miss"):
        raise ValueError(f"a box that is taken is to 'skip' or a 'miss', not {taken!r}")
    if not 0 < threshold <= 1:
        raise ValueError(f"the threshold of the IoU must be more than 0 and at most 1, not {threshold}")
    found: set[tuple[Hashable, int]] = set()
    hits = []
    for image, _, box in sorted(detections, key=lambda detection: -detection.score):
        overlaps = [(box_iou(box, truth), -i) for i, truth in enumerate(truths.get(image, ()))]
        if taken == "skip":
            overlaps = [(overlap, i) for overlap, i in overlaps if (image, -i) not in found]
        best, i = max(overlaps, default=(Fraction(0), 0))
        hit = best >= threshold and (image, -i) not in found
        if hit:
            found.add((image, -i))
        hits.append(hit)
    return hits


def precision_and_recall(hits: Sequence[bool], positives: int) -> list[tuple[Fraction, Fraction]]:
    """Precision and recall after each detection, from the surest on.

    Args:
        hits: whether each detection is true, by falling confidence.
        positives: number of objects to be found.

    Raises:
        ValueError: if there is nothing to be found, or more is found than there is.
    """
    if positives < 1:
        raise ValueError("without an object to be found, recall is 0/0: leave this class out")
    if sum(hits) > positives:
        raise ValueError(f"{sum(hits)} detections are true, but there are only {positives} objects")
    curve, true = [], 0
    for number, hit in enumerate(hits, start=1):
        true += hit
        curve.append((Fraction(true, number), Fraction(true, positives)))
    return curve


def average_precision(hits: Sequence[bool], positives: int, points: int | None = None) -> Fraction:
    """The mean, over recalls, of the best precision at this recall or a higher one.

    Args:
        hits: whether each detection is true, by falling confidence.
        positives: number of objects to be found.
        points: over how many equally spaced recalls from 0 to 1: 11 (PASCAL VOC until 2009), 101 (COCO), or all
            recalls, which is the area under the curve (PASCAL VOC since 2010).

    Raises:
        ValueError: as for `precision_and_recall`, or if there are fewer than two points.
    """
    curve = precision_and_recall(hits, positives)
    if points is None:
        recalls = [Fraction(k, positives) for k in range(1, positives + 1)]
    elif points < 2:
        raise ValueError(f"recalls from 0 to 1 take 2 points or more, not {points}")
    else:
        recalls = [Fraction(k, points - 1) for k in range(points)]
    best = [
        max((precision for precision, recall in curve if recall >= least), default=Fraction(0)) for least in recalls
    ]
    return sum(best, Fraction(0)) / len(recalls)


def _check_sizes(shared: Number, first: Number, second: Number) -> None:
    if not 0 <= shared <= min(first, second):
        raise ValueError(f"an intersection of size {shared} does not fit into sets of size {first} and {second}")
    if first + second == 0:
        raise ValueError("two empty sets: the score is 0/0; decide what it should be (1, or leave the image out)")


def _area(box: Box) -> Number:
    left, top, right, bottom = box
    if left >= right or top >= bottom:
        raise ValueError(f"a box is (left, top, right, bottom) with an area, not {box}")
    return (right - left) * (bottom - top)
