"""Random changes that are the same for the same seed, and no more than was asked for."""

from io import BytesIO
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from keras import ops
from PIL import Image

from fer.runs.config import TrainConfig
from fer.training.augment import (
    ERASED_PIXELS,
    NUMPY,
    affine_parameters,
    augment,
    blur_matrices,
    compressed,
    cut_masks,
    erase_masks,
    noise_of,
)

NUMBERS = ("rotation", "scale", "shift", "light", "blur", "noise", "erase", "mixup", "cutmix", "jpeg")
OFF = dict.fromkeys(NUMBERS, 0) | {"flip": False}
IMAGES = np.random.default_rng(0).integers(0, 256, (12, 48, 48), np.uint8)
TARGETS = np.eye(7, dtype=np.float32)[np.arange(12) % 7]


def apply(random=None, images=IMAGES, **changes) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(1) if random is None else random
    pixels, targets = augment(images, TARGETS[: len(images)], TrainConfig(**(OFF | changes)), random)
    return ops.convert_to_numpy(pixels), targets


class Fixed:
    """Stands in for a generator: every number is `share` of its limit, the shift as given, every image is flipped."""

    def __init__(self, share: float = 0.0, shift: tuple[float, float] = (0.0, 0.0)):
        self.share, self.shift = share, np.array(shift)[:, None]

    def uniform(self, low, high, size):
        return np.broadcast_to(self.shift, size) if size == (2, len(IMAGES)) else np.full(size, self.share * high)

    def random(self, size):
        return np.zeros(size)


EVERYTHING = {
    **{"flip": True, "rotation": 12, "scale": 0.2, "shift": 5, "light": 0.2, "erase": 0.5, "mixup": 0.4},
    **{"blur": 1.5, "noise": 20, "jpeg": 10, "cutmix": 1.0},
}


@pytest.mark.parametrize("changes", [OFF, EVERYTHING, *({key: value} for key, value in EVERYTHING.items())], ids=str)
def test_the_result_is_a_batch_of_uint8_images_with_targets_that_sum_to_one(changes):
    pixels, targets = apply(**changes)
    assert pixels.shape == (12, 48, 48, 1) and pixels.dtype == np.uint8
    assert targets.shape == (12, 7) and targets.dtype == np.float32
    np.testing.assert_allclose(targets.sum(axis=1), 1, rtol=1e-6)
    assert changes.get("mixup") or changes.get("cutmix") or (targets == TARGETS).all()


def test_the_same_seed_gives_the_same_images_and_another_seed_others():
    first, again, other = (apply(np.random.default_rng(seed), **EVERYTHING) for seed in (5, 5, 6))
    assert (first[0] == again[0]).all() and (first[1] == again[1]).all()
    assert (first[0] != other[0]).any()


def test_nothing_is_changed_where_everything_is_off():
    assert (apply()[0][..., 0] == IMAGES).all()


def test_the_given_images_stay_as_they_are():
    kept = IMAGES.copy()
    apply(**EVERYTHING)
    assert (kept == IMAGES).all()


def test_a_flip_mirrors_exactly():
    assert (apply(Fixed(), flip=True)[0][..., 0] == IMAGES[:, :, ::-1]).all()


def test_blur_is_a_gaussian_of_the_drawn_width():
    images = cv2.GaussianBlur(IMAGES[0].astype(np.float32), (0, 0), 1.5)
    blurred = blur_matrices(1, 48, 1.5, SimpleNamespace(random=np.ones))[0]
    inner = slice(8, -8)  # at the border OpenCV mirrors the image
    ours = blurred @ IMAGES[0] @ blurred.T
    np.testing.assert_allclose(ours[inner, inner], images[inner, inner], atol=0.1)


def test_noise_has_no_mean_and_the_drawn_deviation_and_is_mostly_small():
    noise = noise_of((2000, 48, 48), 20, np.random.default_rng(0))
    sigma = noise.std(axis=(1, 2, 3))
    assert noise.dtype == np.float32 and abs(noise.mean()) < 0.05
    assert sigma.max() < 21 and np.median(sigma) == pytest.approx(5, abs=0.5)


def test_about_half_of_the_images_are_flipped():
    images = np.repeat(IMAGES[:1], 400, axis=0)
    parameters = affine_parameters(len(images), 48, TrainConfig(**(OFF | {"flip": True})), np.random.default_rng(0))
    assert set(parameters[:, 0]) == {-1.0, 1.0} and 150 < (parameters[:, 0] < 0).sum() < 250


@pytest.mark.parametrize(
    ("shift", "result_part", "source_part"),
    [
        ((5, 0), np.s_[:, :, :43], np.s_[:, :, 5:]),
        ((-5, 0), np.s_[:, :, 5:], np.s_[:, :, :43]),
        ((0, 4), np.s_[:, :44], np.s_[:, 4:]),
        ((2, -3), np.s_[:, 3:, :46], np.s_[:, :45, 2:]),
    ],
    ids=["left", "right", "up", "left and down"],
)
def test_a_shift_moves_by_whole_pixels(shift, result_part, source_part):
    result = apply(Fixed(shift=shift), shift=5)[0][..., 0]
    assert (result[result_part] == IMAGES[source_part]).all()


def test_a_shifted_image_is_filled_with_its_edge():
    result = apply(Fixed(shift=(-5, 0)), shift=5)[0][..., 0]
    assert (result[:, :, :5] == IMAGES[:, :, :1]).all()


def test_a_quarter_turn_and_a_zoom_keep_the_middle_in_place():
    image = np.zeros((1, 48, 48), np.uint8)
    image[0, 22:26, 22:26] = 200
    turned = apply(Fixed(1), image, rotation=90)[0][..., 0]
    assert np.abs(turned.astype(int) - image).max() <= 1
    grown = apply(Fixed(1), image, scale=0.5)[0][..., 0]
    assert (grown[0, 22:26, 22:26] == 200).all() and (grown > 100).sum() > (image > 100).sum()


def test_strong_light_ends_at_black_and_white_and_never_wraps_around():
    ramp = np.sort(IMAGES.reshape(12, -1), axis=1).reshape(IMAGES.shape)
    lit = apply(images=ramp, light=0.9)[0].reshape(12, -1).astype(int)
    assert (np.diff(lit, axis=1) >= 0).all() and lit.min() == 0 and lit.max() == 255


def test_light_turns_contrast_around_mid_grey_and_adds_brightness():
    image = np.full((1, 48, 48), 100, np.uint8)
    lit = apply(Fixed(0.5), image, light=0.2)[0]
    assert (lit == round((100 - 127.5) * 1.1 + 127.5 + 12.75)).all()


def test_erased_boxes_have_the_sides_that_are_promised():
    masks = erase_masks(2000, 48, 1.0, np.random.default_rng(0))[..., 0]
    heights, widths = masks.any(axis=2).sum(axis=1), masks.any(axis=1).sum(axis=1)
    for sides in (heights, widths):
        assert (sides.min(), sides.max()) == ERASED_PIXELS == (4, 18)
    assert (masks.sum(axis=(1, 2)) == heights * widths).all()
    assert masks.any(axis=0)[[0, 0, -1, -1], [0, -1, 0, -1]].all()  # the corners are reached


@pytest.mark.parametrize("probability", [0.0, 0.25, 1.0])
def test_as_many_images_are_erased_as_asked(probability):
    masks = erase_masks(2000, 48, probability, np.random.default_rng(0))
    assert masks.any(axis=(1, 2, 3)).mean() == pytest.approx(probability, abs=0.04)


def test_outside_of_the_box_an_erased_image_is_unchanged():
    erased = apply(erase=1.0)[0][..., 0]
    for before, after in zip(IMAGES, erased, strict=True):
        rows, columns = np.nonzero(before != after)
        assert np.ptp(rows) < 18 and np.ptp(columns) < 18
        assert len(np.unique(after[rows, columns])) == 1  # one grey


@pytest.mark.parametrize("quality", [1, 10, 50, 95])
def test_jpeg_gives_the_pixels_of_pillow(quality):
    ours = compressed(IMAGES, quality, SimpleNamespace(random=np.ones))
    for before, after in zip(IMAGES, ours, strict=True):
        file = BytesIO()
        Image.fromarray(before).save(file, "JPEG", quality=quality)
        assert (after == np.asarray(Image.open(file))).all()


def test_jpeg_quality_is_between_the_lowest_and_95_and_mostly_high(monkeypatch):
    used, encode = [], cv2.imencode
    monkeypatch.setattr(
        cv2, "imencode", lambda kind, image, options: used.append(options[1]) or encode(kind, image, options)
    )
    compressed(np.repeat(IMAGES[:1], 1000, axis=0), 20, np.random.default_rng(0))
    assert (min(used), max(used)) == (20, 95) and 70 < np.median(used) < 82


@pytest.mark.parametrize("change", [{"jpeg": 10}, {"cutmix": 1.0}], ids=str)
def test_a_later_change_leaves_the_random_numbers_of_the_earlier_ones_as_they_are(change):
    other = {name: value for name, value in EVERYTHING.items() if name not in ("jpeg", "cutmix", "mixup")}
    ours, theirs = np.random.default_rng(1), np.random.default_rng(1)
    apply(ours, **other, **change), apply(theirs, **other)
    assert ours.random() == theirs.random()


def test_mixup_mixes_images_and_targets_by_the_same_share():
    images = np.repeat((np.arange(7, dtype=np.uint8) * 30)[:, None, None], 48, axis=1).repeat(48, axis=2)
    pixels, targets = apply(np.random.default_rng(3), images, mixup=1.0)
    assert ((targets > 0).sum(axis=1) <= 2).all() and (targets.max(axis=1) < 1).any()
    np.testing.assert_allclose(pixels[:, 0, 0, 0], targets @ (np.arange(7) * 30), atol=0.51)


def test_cutmix_mixes_targets_by_the_pixels_of_each_image():
    images = np.repeat((np.arange(7, dtype=np.uint8) * 30)[:, None, None], 48, axis=1).repeat(48, axis=2)
    pixels, targets = apply(np.random.default_rng(3), images, cutmix=1.0)
    shares = np.stack([(pixels == grey).mean(axis=(1, 2, 3)) for grey in np.arange(7) * 30], axis=1)
    np.testing.assert_allclose(targets, shares, atol=1e-6)
    assert (targets.max(axis=1) < 1).any()


def test_a_cutmix_box_is_the_papers():
    random = np.random.default_rng(0)
    masks = cut_masks(5000, 48, 1.0, random)[..., 0]
    heights, widths = masks.any(axis=2).sum(axis=1), masks.any(axis=1).sum(axis=1)
    assert (masks.sum(axis=(1, 2)) == heights * widths).all(), "each is one box"
    side = np.sqrt(1 - random.uniform(0, 1, 20_000))  # Beta(1, 1) is uniform
    centre = random.uniform(0, 1, (2, 20_000))
    inside = (centre + side / 2).clip(0, 1) - (centre - side / 2).clip(0, 1)
    assert masks.mean() == pytest.approx(inside.prod(axis=0).mean(), abs=0.01)
    assert np.corrcoef(heights, widths)[0, 1] > 0.4 and masks.any(axis=0).all()


def test_with_mixup_and_cutmix_half_of_the_batches_get_each():
    black_or_white = np.where(np.arange(12) % 2, 255, 0).astype(np.uint8)[:, None, None].repeat(48, 1).repeat(48, 2)
    random = np.random.default_rng(0)
    batches = [apply(random, black_or_white, mixup=1.0, cutmix=1.0)[0] for _ in range(60)]
    assert 18 < sum(set(np.unique(pixels)) == {0, 255} for pixels in batches) < 42, "cutmix makes no grey"


@pytest.mark.parametrize("changes", [EVERYTHING, *({key: value} for key, value in EVERYTHING.items())], ids=str)
def test_numpy_shows_what_keras_trains_on(changes):
    config = TrainConfig(**(OFF | changes))
    ours, targets = augment(IMAGES, TARGETS, config, np.random.default_rng(1), NUMPY)
    wanted, same = apply(**changes)
    assert ours.dtype == np.uint8 and (targets == same).all()
    assert abs(ours.astype(int) - wanted.astype(int)).max() <= 1, "but for rounding"
