"""The public functions of `keras.ops`, by the module that defines them."""

# Groups as Keras has them: this one is `keras.ops.numpy`.
NUMPY = {
    ".graph.primitives": (
        "add arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax argmin argsort broadcast_to cos cosh "
        "divide equal exp expm1 floor_divide greater greater_equal less less_equal log log1p logical_and "
        "logical_not logical_or logical_xor maximum mean minimum multiply negative not_equal power reciprocal "
        "sign sin sinh sort sqrt subtract sum tan tanh transpose true_divide"
    ),
    "angles": "angle conj conjugate deg2rad hypot imag isreal rad2deg real sinc",
    "arithmetic": (
        "abs absolute cbrt ceil clip divide_no_nan fabs floor fmax fmin fmod heaviside mod round square trunc"
    ),
    "counting": "bincount digitize histogram isin searchsorted",
    "creation": (
        "arange array empty empty_like eye full full_like geomspace identity linspace logspace meshgrid ones "
        "ones_like tri zeros zeros_like"
    ),
    "diagonals": "diag diagflat diagonal trace tril triu",
    "exponentials": "exp2 i0 log10 log2 logaddexp logaddexp2",
    "floats": "allclose isclose isfinite isinf isnan isneginf isposinf ldexp nan_to_num nextafter signbit view",
    "integers": (
        "bitwise_and bitwise_invert bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor gcd "
        "lcm left_shift right_shift"
    ),
    "joining": "append array_split concatenate dsplit dstack hsplit hstack split stack vsplit vstack",
    "nans": "nanargmax nanargmin nancumprod nancumsum nanmax nanmean nanmin nanprod nanstd nansum nanvar",
    "products": "correlate cross dot einsum inner kron matmul outer tensordot vander vdot",
    "quantiles": "median nanmedian nanpercentile nanquantile percentile quantile",
    "reductions": "all amax amin any argpartition count_nonzero cumprod cumsum max min prod ptp",
    "selection": "get_item nonzero select take take_along_axis unravel_index where",
    "sets": "unique",
    "shapes": (
        "copy expand_dims flip fliplr flipud moveaxis ndim pad ravel repeat reshape roll rot90 size squeeze "
        "swapaxes tile"
    ),
    "statistics": "average corrcoef diff std trapezoid var",
    "vectorizing": "vectorize",
    "windows": "bartlett blackman hamming hanning kaiser",
}
NN = {
    "alignment": "ctc_decode ctc_loss",
    "angles": "polar",
    "attention": "dot_product_attention",
    "blocks": "depth_to_space fold space_to_depth unfold",
    "convolutions": "conv conv_transpose depthwise_conv separable_conv",
    "crossentropy": "binary_crossentropy categorical_crossentropy sparse_categorical_crossentropy",
    "image.similarity": "psnr",
    "normalization": "batch_normalization layer_normalization moments multi_hot normalize one_hot rms_normalization",
    "pooling": "adaptive_average_pool adaptive_max_pool average_pool max_pool",
    "rectifiers": (
        "celu elu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu relu relu6 selu soft_shrink "
        "sparse_plus sparse_sigmoid threshold"
    ),
    "smooth": "gelu glu log_sigmoid mish sigmoid silu softplus softsign squareplus swish tanh_shrink",
    "softmaxes": "log_softmax softmax sparsemax",
}
LINALG = {
    "linalg.factorizations": "cholesky eig eigh lu_factor qr svd",
    "linalg.magnitudes": "det logdet matrix_rank norm slogdet",
    "linalg.systems": "cholesky_inverse inv lstsq pinv solve solve_triangular",
}
OTHERS = {
    ".graph.primitives": "erf erfc erfinv rsqrt",
    "angles": "view_as_complex view_as_real",
    "associative": "associative_scan",
    "control": "cond fori_loop map scan switch vectorized_map while_loop",
    "core": "cast convert_to_numpy convert_to_tensor dtype is_tensor saturate_cast shape stop_gradient",
    "derivatives": "custom_gradient jvp",
    "exponentials": "logsumexp",
    "frames": "istft stft",
    "joining": "unstack",
    "math": "cdist in_top_k top_k",
    "rearrangement": "rearrange",
    "scattering": "scatter scatter_update slice slice_update",
    "segments": "segment_max segment_min segment_prod segment_sum",
    "signals": "extract_sequences fft fft2 ifft2 irfft rfft",
}


def places(*tables):
    """{function: the module that defines it} of some of these tables."""
    return {name: module for table in tables for module, names in table.items() for name in names.split()}
