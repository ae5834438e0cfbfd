"""ImageDataGenerator of Keras 1 and 2: pictures changed at random, one by one. New code has `layers.RandomFlip` and its
like, which run inside of the model."""

import warnings

import numpy as np

from keraunos import _arguments, config, ops
from keraunos.preprocessing import image_flows
from keraunos.utils.images import array_to_img, img_to_array


class ImageDataGenerator:
    """Batches of pictures that are turned, shifted, sheared, zoomed, flipped, recoloured and normalized.

    Args:
        featurewise_center, featurewise_std_normalization: subtract the mean, divide by the standard deviation, of the
            data set given to `fit`, per channel.
        samplewise_center, samplewise_std_normalization: the same per picture.
        zca_whitening, zca_epsilon: whether to remove correlations between pixels, and what keeps that finite.
        rotation_range: degrees to either side.
        width_shift_range, height_shift_range: to either side: pixels (int, or 1 and more), share of the size (below 1),
            or a list of pixels to choose from.
        brightness_range: (least, greatest) factor.
        shear_range: degrees to either side.
        zoom_range: (least, greatest) factor; a number stands for `1 - zoom_range` and `1 + zoom_range`.
        channel_shift_range: what is added to all values, to either side.
        fill_mode, cval: what lies outside, see `ops.image.affine_transform`.
        horizontal_flip, vertical_flip: whether to flip every other picture.
        rescale: factor of all values.
        preprocessing_function: function of a picture, before it is rescaled.
        data_format: "channels_last" or "channels_first"; None: `config.image_data_format()`.
        validation_split: share of the data that `subset="validation"` takes.
        interpolation_order: 1 (bilinear) or 0 (nearest).
        dtype: of the pictures; None: `config.floatx()`.

    The random numbers, and what is made of them, are those of Keras, but for two mistakes there: shifts up and down go
    by `height_shift_range` here, and pictures that are not square turn around their middle.

    Example:

    >>> import numpy as np
    >>> from keraunos.preprocessing.image import ImageDataGenerator
    >>> generator = ImageDataGenerator(rescale=1 / 255, horizontal_flip=True)
    >>> flow = generator.flow(np.zeros((10, 8, 8, 3)), np.arange(10), batch_size=4)
    >>> pictures, labels = flow[0]
    >>> len(flow), pictures.shape
    (3, (4, 8, 8, 3))
    """

    def __init__(self, featurewise_center=False, samplewise_center=False, featurewise_std_normalization=False,
                 samplewise_std_normalization=False, zca_whitening=False, zca_epsilon=1e-6, rotation_range=0,
                 width_shift_range=0.0, height_shift_range=0.0, brightness_range=None, shear_range=0.0, zoom_range=0.0,
                 channel_shift_range=0.0, fill_mode="nearest", cval=0.0, horizontal_flip=False, vertical_flip=False,
                 rescale=None, preprocessing_function=None, data_format=None, validation_split=0.0,
                 interpolation_order=1, dtype=None):  # fmt: skip
        tag = "image_data_generator"
        self.data_format = _arguments.data_format(tag, data_format)
        if interpolation_order not in (0, 1):
            raise ValueError(f"[{tag}] interpolation_order must be 0 or 1, got {interpolation_order!r}")
        zoom = (1 - zoom_range, 1 + zoom_range) if np.ndim(zoom_range) == 0 else tuple(zoom_range)
        for name, pair in (("zoom_range", zoom), ("brightness_range", brightness_range)):
            if pair is not None and (not isinstance(pair, (tuple, list)) or len(pair) != 2):
                raise ValueError(f"[{tag}] {name} must be (least, greatest), got {pair!r}")
        if validation_split and not 0 < validation_split < 1:
            raise ValueError(f"[{tag}] validation_split must lie between 0 and 1, got {validation_split}")
        self.featurewise_center = featurewise_center or featurewise_std_normalization or zca_whitening
        self.featurewise_std_normalization = featurewise_std_normalization and not zca_whitening
        self.samplewise_center = samplewise_center or samplewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening, self.zca_epsilon = zca_whitening, zca_epsilon
        self.rotation_range, self.shear_range, self.zoom_range = rotation_range, shear_range, zoom
        self.width_shift_range, self.height_shift_range = width_shift_range, height_shift_range
        self.brightness_range, self.channel_shift_range = brightness_range, channel_shift_range
        self.fill_mode, self.cval, self.interpolation_order = fill_mode, cval, interpolation_order
        self.horizontal_flip, self.vertical_flip = horizontal_flip, vertical_flip
        self.rescale, self.preprocessing_function = rescale, preprocessing_function
        self.validation_split = validation_split
        self.dtype = dtype or config.floatx()
        self.mean = self.std = self.zca_whitening_matrix = None
        first = self.data_format == "channels_first"
        self._rows, self._columns, self._channels = (1, 2, 0) if first else (0, 1, 2)

    def flow(self, x, y=None, batch_size=32, shuffle=True, sample_weight=None, seed=None, save_to_dir=None,
             save_prefix="", save_format="png", ignore_class_split=False, subset=None):  # fmt: skip
        """Batches from arrays.

        Args:
            x: `(N, H, W, C)`, or a tuple of that and of arrays that are handed through.
            y, sample_weight: `(N, ...)`.
            batch_size: pictures per batch.
            shuffle: whether to change the order every epoch.
            seed: of orders and changes; the draws are those of Keras.
            save_to_dir, save_prefix, save_format: where pictures are written to, to look at them.
            ignore_class_split: whether the two subsets may have other classes.
            subset: "training" or "validation": without, or with, the first `validation_split` of the rows.

        Returns:
            A `utils.PyDataset`, which can also be iterated, without end.
        """
        return image_flows.ArrayFlow(self, x, y, batch_size, shuffle, sample_weight, seed,
                                     (save_to_dir, save_prefix, save_format), ignore_class_split, subset)  # fmt: skip

    def flow_from_directory(self, directory, target_size=(256, 256), color_mode="rgb", classes=None,
                            class_mode="categorical", batch_size=32, shuffle=True, seed=None, save_to_dir=None,
                            save_prefix="", save_format="png", follow_links=False, subset=None,
                            interpolation="nearest", keep_aspect_ratio=False):  # fmt: skip
        """Batches from a folder with a subfolder for every class.

        Args:
            directory: the folder.
            target_size: (height, width).
            color_mode, interpolation, keep_aspect_ratio: see `utils.load_img`.
            classes: the subfolders to use; default: all, sorted.
            class_mode: "categorical" (one-hot), "binary", "sparse", "input" (the pictures) or None.
            follow_links: whether to follow links to folders.
            batch_size, shuffle, seed, save_to_dir, save_prefix, save_format, subset: see `flow`.

        Returns:
            As `flow`; attributes `classes`, `class_indices`, `filenames`, `samples`.
        """
        files = image_flows.files_of_classes(directory, classes, follow_links, self.share(subset))
        return image_flows.FileFlow(self, files, class_mode, target_size, color_mode, interpolation, keep_aspect_ratio,
                                    batch_size, shuffle, seed, (save_to_dir, save_prefix, save_format))  # fmt: skip

    def flow_from_dataframe(self, dataframe, directory=None, x_col="filename", y_col="class", weight_col=None,
                            target_size=(256, 256), color_mode="rgb", classes=None, class_mode="categorical",
                            batch_size=32, shuffle=True, seed=None, save_to_dir=None, save_prefix="",
                            save_format="png", subset=None, interpolation="nearest",
                            validate_filenames=True):  # fmt: skip
        """Batches from the files that a table names.

        Args:
            dataframe: pandas DataFrame, or dict of columns.
            directory: folder of the files; default: names are paths.
            x_col, y_col, weight_col: columns of the names, the classes or targets, the sample weights.
            class_mode: as `flow_from_directory`, or "raw": the numbers of `y_col` (a column or a list of them).
            validate_filenames: whether to leave out rows whose file is not there, with a warning.
            target_size, color_mode, interpolation, classes: see `flow_from_directory`.
            batch_size, shuffle, seed, save_to_dir, save_prefix, save_format, subset: see `flow`.
        """
        files = image_flows.files_of_table(dataframe, directory, x_col, y_col, weight_col, classes, class_mode,
                                           validate_filenames, self.share(subset))  # fmt: skip
        return image_flows.FileFlow(self, files, class_mode, target_size, color_mode, interpolation, False, batch_size,
                                    shuffle, seed, (save_to_dir, save_prefix, save_format))  # fmt: skip

    def share(self, subset):
        """(from, to) of a subset as shares of the data."""
        if subset is None:
            return 0.0, 1.0
        _arguments.one_of("image_data_generator", "subset", subset, ("training", "validation"))
        return (0.0, self.validation_split) if subset == "validation" else (self.validation_split, 1.0)

    def fit(self, x, augment=False, rounds=1, seed=None):
        """Learns means, deviations and correlations from pictures `(N, H, W, C)`.

        Args:
            x: the pictures.
            augment: whether to learn from pictures that were changed at random, `rounds` times.
            rounds: how often.
            seed: of the changes.
        """
        x = np.array(x, self.dtype)
        if x.ndim != 4:
            raise ValueError(f"[image_data_generator] expected pictures of shape (N, H, W, C), got {x.shape}")
        rng = np.random if seed is None else np.random.RandomState(seed)
        if self.rescale:
            x *= self.rescale
        if augment:
            x = np.stack([self.random_transform(picture, rng) for _ in range(rounds) for picture in x])
        axes = (0, self._rows + 1, self._columns + 1)
        if self.featurewise_center:
            self.mean = x.mean(axes, keepdims=True)[0]
            x -= self.mean
        if self.featurewise_std_normalization:
            self.std = x.std(axes, keepdims=True)[0]
            x /= self.std + 1e-6
        if self.zca_whitening:
            u, s, _ = np.linalg.svd(x.reshape(len(x), -1).T, full_matrices=False)
            self.zca_whitening_matrix = (u * (np.sqrt(len(x)) / (s + self.zca_epsilon))) @ u.T

    def standardize(self, x):
        """A picture (or a batch, where nothing is per picture), normalized."""
        if self.preprocessing_function:
            x = self.preprocessing_function(x)
        if self.rescale:
            x = x * self.rescale
        if self.samplewise_center:
            x = x - np.mean(x)
        if self.samplewise_std_normalization:
            x = x / (np.std(x) + 1e-6)
        learned = (self.featurewise_center, self.mean), (self.featurewise_std_normalization, self.std), (
            self.zca_whitening, self.zca_whitening_matrix)  # fmt: skip
        if any(wanted and value is None for wanted, value in learned):
            warnings.warn("[image_data_generator] nothing was learned yet; call fit(x) first", stacklevel=2)
        if self.mean is not None:
            x = x - self.mean
        if self.std is not None:
            x = x / (self.std + 1e-6)
        if self.zca_whitening_matrix is not None:
            x = (x.reshape(-1, len(self.zca_whitening_matrix)) @ self.zca_whitening_matrix).reshape(x.shape)
        return x

    def get_random_transform(self, img_shape, seed=None):
        """What to do with a picture: the arguments of `apply_transform`.

        Args:
            img_shape: its shape.
            seed: int, or a `numpy.random.RandomState`; None: NumPy's global one.
        """
        rng = (
            np.random if seed is None else np.random.RandomState(seed) if isinstance(seed, (int, np.integer)) else seed
        )
        # Keras's draws, in its order.
        theta = rng.uniform(-self.rotation_range, self.rotation_range) if self.rotation_range else 0
        ty = _shift(rng, self.height_shift_range, img_shape[self._rows])
        tx = _shift(rng, self.width_shift_range, img_shape[self._columns])
        shear = rng.uniform(-self.shear_range, self.shear_range) if self.shear_range else 0
        zx, zy = (1, 1) if self.zoom_range == (1, 1) else rng.uniform(*self.zoom_range, 2)
        horizontal, vertical = (
            (rng.random_sample() < 0.5) * wanted for wanted in (self.horizontal_flip, self.vertical_flip)
        )
        shift = rng.uniform(-self.channel_shift_range, self.channel_shift_range) if self.channel_shift_range else None
        brightness = None if self.brightness_range is None else rng.uniform(*self.brightness_range)
        return {"theta": theta, "tx": tx, "ty": ty, "shear": shear, "zx": zx, "zy": zy, "flip_horizontal": horizontal,
                "flip_vertical": vertical, "channel_shift_intensity": shift, "brightness": brightness}  # fmt: skip

    def apply_transform(self, x, transform_parameters):
        """A picture, changed.

        Args:
            x: `(H, W, C)`.
            transform_parameters: dict with any of `theta` and `shear` (degrees), `tx`, `ty` (pixels to the left and
                up), `zx`, `zy` (factors of the part that is seen, across and down), `flip_horizontal`,
                `flip_vertical`, `channel_shift_intensity`, `brightness`.
        """
        get = transform_parameters.get
        matrix = _matrix(get("theta", 0), get("tx", 0), get("ty", 0), get("shear", 0), get("zx", 1), get("zy", 1))
        if matrix is not None:
            x = self._warped(x, matrix)
        if get("channel_shift_intensity") is not None:
            x = np.clip(x + get("channel_shift_intensity"), x.min(), x.max()).astype(x.dtype)
        if get("flip_horizontal"):
            x = np.flip(x, self._columns)
        if get("flip_vertical"):
            x = np.flip(x, self._rows)
        return x if get("brightness") is None else self._brightened(x, get("brightness"))

    def random_transform(self, x, seed=None):
        """A picture `(H, W, C)`, changed at random; see `get_random_transform`."""
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))

    def _warped(self, x, matrix):
        """The picture read at `matrix @ (column, row, 1)`, counted from its middle."""
        middle = np.array([x.shape[self._columns], x.shape[self._rows]]) / 2 - 0.5
        offset = matrix[:2, 2] + middle - matrix[:2, :2] @ middle
        transform = [*matrix[0, :2], offset[0], *matrix[1, :2], offset[1], 0, 0]
        how = ("nearest", "bilinear")[self.interpolation_order]
        warped = ops.image.affine_transform(x, transform, how, self.fill_mode, self.cval, self.data_format)
        return np.asarray(warped).astype(x.dtype, copy=False)

    def _brightened(self, x, brightness):
        from PIL import ImageEnhance

        low, high = x.min(), x.max()
        wide = low < 0 or high > 255
        picture = ImageEnhance.Brightness(array_to_img(x, self.data_format, scale=wide)).enhance(brightness)
        bright = img_to_array(picture, self.data_format, self.dtype)
        return bright / 255 * (high - low) + low if wide else bright


def _shift(rng, extent, size):
    """Pixels to shift by."""
    if not np.any(extent):
        return 0
    if isinstance(extent, (int, np.integer)) or np.ndim(extent):
        shift = rng.choice(extent) * rng.choice([-1, 1])
    else:
        shift = rng.uniform(-extent, extent)
    return shift * size if np.max(extent) < 1 else shift


def _matrix(theta, tx, ty, shear, zx, zy):
    """Rotation, shift, shear and zoom one after another, on (column, row, 1); None when there is nothing to do."""
    if (theta, tx, ty, shear, zx, zy) == (0, 0, 0, 0, 1, 1):
        return None
    a, b = np.deg2rad(theta), np.deg2rad(shear)
    parts = (
        [[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]],
        [[1, 0, tx], [0, 1, ty], [0, 0, 1]],
        [[1, -np.sin(b), 0], [0, np.cos(b), 0], [0, 0, 1]],
        [[zx, 0, 0], [0, zy, 0], [0, 0, 1]],
    )
    return np.linalg.multi_dot(parts)
