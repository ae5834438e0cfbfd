"""`keras.backend`: settings and dtypes as Keras 3 has them there, and the functions of older notebooks (`K.mean`, ...).

What older versions could only do on graphs is gone, as in Keras 3; asking for it says what to use instead.
"""

from keraunos._lazy import attach

_GONE = {
    "function": "keras.Model(inputs, outputs), or keraunos.function",
    "gradients": "keras.GradientTape",
    "placeholder": "keras.Input",
    "learning_phase": "the argument training of layers and models",
    "set_learning_phase": "the argument training of layers and models",
    "get_session": "nothing: operations run at once",
    "set_session": "nothing: operations run at once",
}
_RENAMED = (
    "abs arange argmax argmin batch_dot batch_flatten cast_to_floatx clip concatenate dot elu expand_dims flatten foldl"
    " foldr gather hard_sigmoid in_top_k int_shape l2_normalize map_fn ndim one_hot permute_dimensions pow relu"
    " repeat repeat_elements reverse softmax sqrt stop_gradient switch temporal_padding transpose"
)
_STATE = (
    "batch_get_value batch_set_value constant count_params eval eye get_value moving_average_update name_scope ones"
    " random_bernoulli random_normal random_normal_variable random_uniform random_uniform_variable set_value"
    " truncated_normal update update_add update_sub variable zeros"
)
_SAME = (
    "all any cast cos cumsum dtype equal exp greater greater_equal less less_equal log max maximum mean min minimum"
    " not_equal ones_like prod reshape round shape sigmoid sign sin softplus softsign square squeeze stack std sum tanh"
    " tile var zeros_like"
)
_NETWORK = (
    "batch_normalization bias_add binary_crossentropy categorical_crossentropy conv1d conv2d dropout pool2d"
    " resize_images sparse_categorical_crossentropy spatial_2d_padding"
)
_MEMBERS = {
    **dict.fromkeys(_SAME.split(), "same"),
    **dict.fromkeys(_RENAMED.split(), "renamed"),
    **dict.fromkeys(_STATE.split(), "state"),
    **dict.fromkeys(_NETWORK.split(), "network"),
    **dict.fromkeys(("is_float_dtype", "is_int_dtype", "result_type", "standardize_dtype"), "dtypes"),
    **dict.fromkeys(
        (
            "backend",
            "clear_session",
            "epsilon",
            "floatx",
            "get_uid",
            "image_data_format",
            "is_keras_tensor",
            "set_epsilon",
            "set_floatx",
            "set_image_data_format",
        ),
        "settings",
    ),
}

_resolve, __dir__, __all__ = attach(__name__, _MEMBERS)


def __getattr__(name):
    if name in _GONE:
        raise AttributeError(f"[backend] keras.backend.{name} belonged to Keras 1 and 2; use {_GONE[name]}")
    return _resolve(name)
