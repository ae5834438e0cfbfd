"""What files call the functions of `keras.ops`: each is an operation class in one of Keras's modules.

In a model's config, `ops.mean(x, axis=-1)` is an object of the class `Mean` of `keras.src.ops.numpy`, made with `axis`
and called with `x`.
"""

import functools
import inspect

# Module -> functions of `keras.ops`; "=" the class's name where it is not the function's in camel case; in brackets the
# arguments that the class is made with. The others are those it is called with.
_FUNCTIONS = {
    "core": """
        cast(dtype), saturate_cast(dtype), scatter(shape), scatter_update(reduction), slice(shape), slice_update,
        stop_gradient, unstack(num axis)
    """,
    "numpy": """
        abs=Absolute, absolute, add, all(axis keepdims), allclose=AllClose(rtol atol equal_nan), amax(axis
        keepdims), amin(axis keepdims), angle, any(axis keepdims), append(axis), arange(dtype), arccos, arccosh,
        arcsin, arcsinh, arctan, arctan2, arctanh, argmax(axis keepdims), argmin(axis keepdims), argpartition(kth
        axis), argsort(axis), array(dtype), array_split(indices_or_sections axis), average(axis), bincount(weights
        minlength sparse), bitwise_and, bitwise_invert, bitwise_left_shift, bitwise_not, bitwise_or,
        bitwise_right_shift, bitwise_xor, broadcast_to(shape), cbrt, ceil, clip(x_min x_max), concatenate(axis),
        conj, conjugate, copy, corrcoef, correlate(mode), cos, cosh, count_nonzero(axis), cross(axisa axisb axisc
        axis), cumprod(axis dtype), cumsum(axis dtype), deg2rad, diag(k), diagflat(k), diagonal(offset axis1 axis2),
        diff(n axis), digitize, divide, divide_no_nan, dot, dsplit(indices_or_sections), dstack, einsum(subscripts),
        empty_like(dtype), equal, exp, exp2, expand_dims(axis), expm1, fabs, flip(axis), fliplr, flipud, floor,
        floor_divide, fmax, fmin, fmod, full(shape dtype), full_like(dtype), gcd, get_item, greater, greater_equal,
        heaviside, histogram(bins range), hsplit(indices_or_sections), hstack, hypot, i0, imag, inner,
        isclose(equal_nan), isfinite, isin=IsIn(assume_unique invert), isinf, isnan, isneginf, isposinf, isreal,
        kron, lcm, ldexp, left_shift, less, less_equal, log, log10, log1p, log2, logaddexp, logaddexp2, logical_and,
        logical_not, logical_or, logical_xor, matmul, max(axis keepdims initial), maximum, mean(axis keepdims),
        median(axis keepdims), meshgrid, min(axis keepdims initial), minimum, mod, moveaxis(source destination),
        multiply, nan_to_num(nan posinf neginf), nanargmax(axis keepdims), nanargmin(axis keepdims), nancumprod(axis
        dtype), nancumsum(axis dtype), nanmax(axis keepdims), nanmean(axis keepdims), nanmedian(axis keepdims),
        nanmin(axis keepdims), nanpercentile(axis method keepdims), nanprod(axis keepdims), nanquantile(axis method
        keepdims), nanstd(axis keepdims), nansum(axis keepdims), nanvar(axis keepdims), ndim, negative, nextafter,
        nonzero, not_equal, ones_like(dtype), outer, pad(pad_width mode), percentile(axis method keepdims), power,
        prod(axis keepdims dtype), ptp(axis keepdims), quantile(axis method keepdims), rad2deg, ravel, real,
        reciprocal, repeat(repeats axis), reshape(newshape), right_shift, roll(shift axis), rot90(k axes),
        round(decimals), searchsorted=SearchSorted(side), select, sign, signbit, sin, sinc, sinh, size, slogdet,
        sort(axis), split(indices_or_sections axis), sqrt, square, squeeze(axis), stack(axis), std(axis keepdims),
        subtract, sum(axis keepdims), swapaxes(axis1 axis2), take(axis), take_along_axis(axis), tan, tanh,
        tensordot(axes), tile(repeats), trace(offset axis1 axis2), transpose(axes), trapezoid(x dx axis), tril(k),
        triu(k), true_divide, trunc, unique(sorted return_index return_inverse return_counts axis size fill_value),
        unravel_index(shape), vander(N increasing), var(axis keepdims), vdot, view(dtype),
        vsplit(indices_or_sections), vstack, where, zeros_like(dtype)
    """,
    "nn": """
        adaptive_average_pool(output_size data_format), adaptive_max_pool(output_size data_format),
        average_pool(pool_size strides padding data_format), batch_normalization=BatchNorm(axis epsilon),
        binary_crossentropy(from_logits), categorical_crossentropy(from_logits axis), celu(alpha), conv(strides
        padding data_format dilation_rate), conv_transpose(strides padding output_padding data_format
        dilation_rate), ctc_decode=CTCDecode(strategy beam_width top_paths merge_repeated mask_index),
        ctc_loss=CTCLoss(mask_index), depth_to_space(block_size data_format), depthwise_conv(strides padding
        data_format dilation_rate), dot_product_attention(is_causal flash_attention attn_logits_soft_cap),
        elu(alpha), fold(output_size kernel_size dilation padding stride), gelu(approximate), glu(axis),
        hard_shrink(threshold), hard_sigmoid, hard_silu, hard_tanh, layer_normalization=LayerNorm(axis epsilon),
        leaky_relu(negative_slope), log_sigmoid, log_softmax(axis), max_pool(pool_size strides padding data_format),
        moments(axes keepdims synchronized), multi_hot(num_classes axis dtype sparse), normalize(axis order
        epsilon), one_hot(num_classes axis dtype sparse), polar, psnr=PSNR(max_val), relu, relu6,
        rms_normalization=RMSNorm(axis epsilon), selu, separable_conv(strides padding data_format dilation_rate),
        sigmoid, silu, soft_shrink(threshold), softmax(axis), softplus, softsign, space_to_depth(block_size
        data_format), sparse_categorical_crossentropy(from_logits axis), sparse_plus, sparse_sigmoid,
        sparsemax(axis), squareplus(b), tanh_shrink, threshold(threshold default_value), unfold(kernel_size dilation
        padding stride)
    """,
    "math": """
        cdist=CDist, erf, erfc, erfinv, extract_sequences(sequence_length sequence_stride), fft=FFT, fft2=FFT2,
        ifft2=IFFT2, in_top_k(k), irfft=IRFFT(fft_length), istft=ISTFT(sequence_length sequence_stride fft_length
        length window center), logdet, logsumexp(axis keepdims), rfft=RFFT(fft_length), rsqrt, segment_max,
        segment_min, segment_prod, segment_sum, stft=STFT(sequence_length sequence_stride fft_length window center),
        top_k(k sorted), view_as_complex, view_as_real
    """,
    "linalg": """
        cholesky(upper), cholesky_inverse(upper), det, eig, eigh, inv, jvp=JVP(has_aux), lstsq(rcond), lu_factor,
        matrix_rank(tol), norm(ord axis keepdims), pinv(rcond), qr(mode), solve, solve_triangular(lower),
        svd=SVD(full_matrices compute_uv)
    """,
    "image": """
        affine_transform(interpolation fill_mode fill_value data_format), crop_images(top_cropping left_cropping
        bottom_cropping right_cropping target_height target_width data_format), elastic_transform(alpha sigma
        interpolation fill_mode fill_value seed data_format), extract_patches(size strides dilation_rate padding
        data_format), extract_patches_3d=ExtractPatches(size strides dilation_rate padding data_format),
        gaussian_blur(kernel_size sigma data_format), hsv_to_rgb=HSVToRGB(data_format), map_coordinates(order
        fill_mode fill_value), pad_images(top_padding left_padding bottom_padding right_padding target_height
        target_width data_format), perspective_transform(interpolation fill_value data_format), resize(size
        interpolation antialias crop_to_aspect_ratio pad_to_aspect_ratio fill_mode fill_value data_format),
        rgb_to_grayscale=RGBToGrayscale(data_format), rgb_to_hsv=RGBToHSV(data_format),
        scale_and_translate(spatial_dims method antialias), sobel_edges(data_format), ssim=SSIM(max_val filter_size
        filter_sigma k1 k2 data_format)
    """,
    "einops": "rearrange",
}


@functools.cache
def _table():
    """{function: (module, class, arguments the class is made with)}."""
    found = {}
    for module, text in _FUNCTIONS.items():
        for entry in text.split(","):
            head, _, made_with = " ".join(entry.split()).rstrip(")").partition("(")
            name, _, kind = head.partition("=")
            found[name] = module, kind or camel_case(name), tuple(made_with.split())
    return found


@functools.cache
def _by_class():
    return {(module, kind): name for name, (module, kind, _) in reversed(_table().items())}


def camel_case(name):
    """A function's name as a class's.

    >>> from keraunos.symbolic.keras_names import camel_case
    >>> camel_case("get_item")
    'GetItem'
    """
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))


def class_of(name):
    """(module, class name, arguments it is made with) of the operation behind `keras.ops.<name>`.

    >>> from keraunos.symbolic.keras_names import class_of
    >>> class_of("argmax")
    ('keras.src.ops.numpy', 'Argmax', ('axis', 'keepdims'))
    """
    module, kind, made_with = _table().get(name, (None, camel_case(name), ()))
    return module and f"keras.src.ops.{module}", kind, made_with


def function_of(module, kind):
    """The name of the function behind a class of Keras's, or None; `module` None: in whichever module it is.

    >>> from keraunos.symbolic.keras_names import function_of
    >>> function_of("keras.src.ops.numpy", "Argmax")
    'argmax'
    """
    if module is None:
        return next((name for (_, known), name in _by_class().items() if known == kind), None)
    return _by_class().get((module.removeprefix("keras.src.ops."), kind))


def split_arguments(function, args, kwargs):
    """Arguments of a call of `function` as Keras's class takes them.

    Returns:
        (the dict it is made with, the positional arguments of its call, the keywords of its call).
    """
    made_with = class_of(function.__name__)[2]
    bound = inspect.signature(function).bind(*args, **kwargs)
    bound.apply_defaults()
    config, positional, keywords = {}, [], {}
    for name, parameter in bound.signature.parameters.items():
        value = bound.arguments.get(name)
        if parameter.kind is parameter.VAR_POSITIONAL:
            positional += value
        elif parameter.kind is parameter.VAR_KEYWORD:
            keywords.update(value)
        elif name in made_with:
            config[name] = value
        elif keywords or value is parameter.default:
            # Optional arguments of the call are left out, and what follows goes by name.
            keywords.update({} if value is parameter.default else {name: value})
        else:
            positional.append(value)
    return config, positional, keywords


def join_arguments(function, config, args, kwargs):
    """The inverse of `split_arguments`: (positional arguments, keywords) for `function`."""
    keywords, rest, before = {**config, **kwargs}, list(args), {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is parameter.VAR_POSITIONAL:
            return [*before.values(), *rest], {k: v for k, v in keywords.items() if k not in before}
        if name not in keywords and rest:
            keywords[name] = rest.pop(0)
        if name in keywords:
            before[name] = keywords[name]
    return [], keywords
