"""`keras.random`: random tensors on counter-based Philox streams, the same for any number of threads."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "SeedGenerator": "seed_generator",
        "beta": "gammas",
        "binomial": "binomials",
        "gamma": "gammas",
        **dict.fromkeys(
            ("categorical", "dropout", "normal", "randint", "shuffle", "truncated_normal", "uniform"), "draws"
        ),
    },
)
