import itertools
import random
from fractions import Fraction

import pytest

from dlchecked.detection import (
    COCO_THRESHOLDS,
    Detection,
    average_precision,
    box_iou,
    dice,
    iou,
    match,
    precision_and_recall,
)


def pixels(box):
    left, top, right, bottom = box
    return set(itertools.product(range(left, right), range(top, bottom)))


def some_boxes(seed, count):
    draw = random.Random(seed)
    corners = [(draw.randrange(8), draw.randrange(8)) for _ in range(count)]
    return [(x, y, x + draw.randrange(1, 8), y + draw.randrange(1, 8)) for x, y in corners]


def test_scores_of_boxes_are_those_of_their_pixels():
    for a, b in itertools.product(some_boxes(0, 20), some_boxes(1, 20)):
        first, second = pixels(a), pixels(b)
        sizes = len(first & second), len(first), len(second)
        assert box_iou(a, b) == iou(*sizes) == Fraction(len(first & second), len(first | second))
        assert dice(*sizes) == Fraction(2 * len(first & second), len(first) + len(second))


def test_fractions_of_a_pixel():
    half = Fraction(1, 2)
    assert box_iou((0, 0, 1, 1), (half, 0, 1 + half, 1)) == Fraction(1, 3)


def best_one_to_one(detections, truths, threshold):
    """COCO's rule once more, with lists and indices in place of sets."""
    free = {image: list(range(len(boxes))) for image, boxes in truths.items()}
    hits = []
    for d in sorted(detections, key=lambda d: d.score, reverse=True):
        candidates = free.get(d.image, [])
        ranked = sorted(candidates, key=lambda i: box_iou(d.box, truths[d.image][i]), reverse=True)
        hit = bool(ranked) and box_iou(d.box, truths[d.image][ranked[0]]) >= threshold
        if hit:
            candidates.remove(ranked[0])
        hits.append(hit)
    return hits


@pytest.mark.parametrize("seed", range(20))
def test_match_is_one_to_one(seed):
    draw = random.Random(seed)
    truths = {image: some_boxes(100 * seed + image, 4) for image in range(3)}
    boxes = some_boxes(seed + 10_000, 30)
    detections = [Detection(draw.randrange(4), draw.random(), box) for box in boxes]
    for threshold in (Fraction(1, 5), Fraction(1, 3), Fraction(1, 2)):
        hits = match(detections, truths, threshold)
        assert hits == best_one_to_one(detections, truths, threshold)
        assert sum(match(detections, truths, threshold, taken="miss")) <= sum(hits) <= 12


def test_a_taken_box_is_skipped_or_makes_a_miss():
    truths = {0: [(0, 0, 10, 10), (0, 0, 10, 8)]}
    twice = [Detection(0, 0.9, (0, 0, 10, 10)), Detection(0, 0.8, (0, 0, 10, 10))]
    assert match(twice, truths, Fraction(1, 2)) == [True, True]
    assert match(twice, truths, Fraction(1, 2), taken="miss") == [True, False]


def test_an_iou_on_the_threshold_counts():
    one = [Detection(0, 1, (0, 0, 1, 1))]
    assert match(one, {0: [(0, 0, 2, 1)]}, Fraction(1, 2)) == [True]
    assert match(one, {1: [(0, 0, 2, 1)]}, Fraction(1, 2)) == [False]


def test_equal_scores_keep_their_order():
    pair = [Detection(0, 0.5, (5, 5, 6, 6)), Detection(0, 0.5, (0, 0, 1, 1))]
    assert match(pair, {0: [(0, 0, 1, 1)]}, Fraction(1, 2)) == [False, True]


def area_under_the_envelope(hits, positives):
    """Step by step from the left, each step up to the next recall."""
    curve = precision_and_recall(hits, positives)
    area, reached = Fraction(0), Fraction(0)
    for i, (_, recall) in enumerate(curve):
        if recall > reached:
            area += (recall - reached) * max(precision for precision, _ in curve[i:])
            reached = recall
    return area


def test_average_precision_is_the_area_under_the_envelope():
    for length in range(9):
        for hits in itertools.product((False, True), repeat=length):
            for positives in range(max(1, sum(hits)), sum(hits) + 3):
                assert average_precision(hits, positives) == area_under_the_envelope(hits, positives)


@pytest.mark.parametrize("points", [11, 101, 1_001])
def test_sampled_average_precision(points):
    hits, positives = [True, False, True, False, True, False], 4
    sampled = average_precision(hits, positives, points)
    assert abs(sampled - average_precision(hits, positives)) <= Fraction(positives, points)


def test_a_perfect_ranking_has_average_precision_1():
    for points in (None, 11, 101):
        assert average_precision([True] * 3 + [False] * 5, 3, points) == 1
        assert average_precision([], 3, points) == 0


def test_thresholds_of_coco():
    assert [float(threshold) for threshold in COCO_THRESHOLDS] == [
        0.5,
        0.55,
        0.6,
        0.65,
        0.7,
        0.75,
        0.8,
        0.85,
        0.9,
        0.95,
    ]


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: iou(3, 2, 5), "size 3 does not fit into sets of size 2 and 5"),
        (lambda: dice(-1, 2, 5), "size -1 does not fit"),
        (lambda: dice(0, 0, 0), "0/0"),
        (lambda: iou(0, 0, 0), "0/0"),
        (lambda: box_iou((0, 0, 1, 1), (2, 2, 2, 3)), r"not \(2, 2, 2, 3\)"),
        (lambda: box_iou((0, 3, 1, 1), (0, 0, 1, 1)), r"not \(0, 3, 1, 1\)"),
        (lambda: match([], {}, 0), "more than 0 and at most 1, not 0"),
        (lambda: match([], {}, 2), "not 2"),
        (lambda: match([], {}, 1, taken="VOC"), "'skip' or a 'miss', not 'VOC'"),
        (lambda: precision_and_recall([False], 0), "leave this class out"),
        (lambda: precision_and_recall([True, True], 1), "2 detections are true, but there are only 1"),
        (lambda: average_precision([True], 1, 1), "2 points or more, not 1"),
    ],
)
def test_bad_arguments_are_refused(make, complaint):
    with pytest.raises(ValueError, match=complaint):
        make()
