"""AugMix: several chains of augmentations, averaged with the image itself."""

from keraunos import ops, random
from keraunos.layers.image.policies import _WARPS, PolicyLayer

_MILD = (*_WARPS, "random_posterization", "solarization", "auto_contrast", "equalization")


class AugMix(PolicyLayer):
    """In training, sends each image through `num_chains` chains of up to `chain_depth` augmentations and averages the
    results, and that with the image (Hendrycks et al., 2020).

    Which augmentations, and the weights, are drawn per batch, how strong they are per image.

    Args:
        value_range: (low, high) of the pixels, to which the result is clipped.
        num_chains: number of chains.
        chain_depth: steps of a chain; each is one of the augmentations or, as likely as each of them, none.
        factor: their factor, (lower, upper) of numbers in [0, 1]; f alone: (0, f).
        alpha: parameter of the Dirichlet and Beta distributions of the weights.
        all_ops: whether `RandomBrightness`, `RandomColorDegeneration`, `RandomContrast` and `RandomSharpness` are among
            them, beside `RandomShear`, `RandomTranslation`, `RandomRotation`, `RandomPosterization`, `Solarization`,
            `AutoContrast` and `Equalization`.
        interpolation: of what moves pixels, `"bilinear"` or `"nearest"`.
        seed: int, for the same draws in every run.
        data_format: `"channels_last"` or `"channels_first"`.

    Shapes: `(N, H, W, 3)` or `(H, W, 3)`, unchanged, in the layer's dtype.

    Raises:
        ValueError: for factors outside [0, 1] and inputs of another rank.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.AugMix(num_chains=2)(np.ones((2, 8, 8, 3), "uint8"), training=True).shape
    (2, 8, 8, 3)
    """

    def __init__(self, value_range=(0, 255), num_chains=3, chain_depth=3, factor=0.3, alpha=1.0, all_ops=True,
                 interpolation="bilinear", seed=None, data_format=None, **kwargs):  # fmt: skip
        super().__init__(value_range, factor, interpolation, seed, data_format, **kwargs)
        self.num_chains = num_chains
        self.chain_depth = chain_depth
        self.alpha = alpha
        self.all_ops = all_ops

    @property
    def _names(self):
        more = ("random_brightness", "random_color_degeneration", "random_contrast", "random_sharpness")
        return _MILD + more if self.all_ops else _MILD

    def get_random_transformation(self, data, training=True, seed=None):
        """(weights of the chains, weight of the image, numbers of every step, what it draws); None outside training."""
        if not training:
            return None
        seed = self.generator if seed is None else seed
        chains = random.gamma((self.num_chains,), self.alpha, dtype="float32", seed=seed)
        steps = self.num_chains * self.chain_depth
        return (
            chains / ops.sum(chains),
            random.beta((), self.alpha, self.alpha, "float32", seed),
            self._numbers(steps, len(self._names) + 1, seed),
            [self._drawn(data, seed) for _ in range(steps)],
        )

    def transform_images(self, images, transformation=None, training=True):
        self._extents(images)
        images = self._to_compute_dtype(images)
        return ops.clip(self._mixed(images, transformation), *self.value_range) if training else images

    def transform_segmentation_masks(self, segmentation_masks, transformation=None, training=True):
        masks = self._to_compute_dtype(segmentation_masks)
        return self._mixed(masks, transformation, masks=True) if training else masks

    def _mixed(self, images, transformation, masks=False):
        weights, share, numbers, draws = transformation
        weights, share = self._to_compute_dtype(weights), self._to_compute_dtype(share)
        total = None
        for chain in range(self.num_chains):
            changed = images
            for step in range(chain * self.chain_depth, (chain + 1) * self.chain_depth):
                changed = self._applied(changed, numbers[step], draws[step], masks)
            changed = changed * weights[chain]
            total = changed if total is None else total + changed
        return share * images + (1.0 - share) * total

    def get_config(self):
        return {
            **super().get_config(),
            "num_chains": self.num_chains,
            "chain_depth": self.chain_depth,
            "alpha": self.alpha,
            "all_ops": self.all_ops,
        }
