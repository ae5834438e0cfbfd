"""Prefix beam search over CTC outputs, on NumPy arrays. Source: Hannun et al., "First-pass large vocabulary continuous
speech recognition using bi-directional recurrent DNNs", 2014, without a language model.
"""

import numpy as np

_NEVER = -np.inf


def beam_search(log_probabilities, lengths, beam_width, top_paths, blank):
    """The most probable label sequences of each row.

    Args:
        log_probabilities: `(N, T, C)`.
        lengths: how many frames of each row count, `(N,)`.
        beam_width: how many prefixes are kept from frame to frame.
        top_paths: how many sequences are returned.
        blank: the class of the blank.

    Returns:
        (sequences `(top_paths, N, T)` int32, -1 behind their ends; logarithms of their probabilities `(N, top_paths)`,
        minus infinity where there are fewer).
    """
    samples, frames, _ = log_probabilities.shape
    sequences = np.full((top_paths, samples, frames), -1, np.int32)
    scores = np.full((samples, top_paths), _NEVER, log_probabilities.dtype)
    for row in range(samples):
        best = _best_prefixes(log_probabilities[row, : lengths[row]].astype(np.float64), beam_width, blank)
        for path, (prefix, score) in enumerate(best[:top_paths]):
            sequences[path, row, : len(prefix)] = prefix
            scores[row, path] = score
    return sequences, scores


def _best_prefixes(frames, beam_width, blank):
    """[(labels, log probability)], the most probable first."""
    # prefix -> log probabilities of its alignments that end with a blank, and with its last label
    beams = {(): (0.0, _NEVER)}
    for frame in frames:
        following = {}

        def add(prefix, ends_blank, score, following=following):
            known = following.setdefault(prefix, [_NEVER, _NEVER])
            place = 0 if ends_blank else 1
            known[place] = np.logaddexp(known[place], score)

        for prefix, (with_blank, with_label) in beams.items():
            total = np.logaddexp(with_blank, with_label)
            add(prefix, True, total + frame[blank])
            for label, score in enumerate(frame):
                if label == blank:
                    continue
                if prefix and label == prefix[-1]:
                    # The same label again is the same label, unless a blank stands between.
                    add(prefix, False, with_label + score)
                    add((*prefix, label), False, with_blank + score)
                else:
                    add((*prefix, label), False, total + score)
        ranked = sorted(following.items(), key=lambda item: -np.logaddexp(*item[1]))
        beams = {prefix: tuple(scores) for prefix, scores in ranked[:beam_width]}
    return [(prefix, float(np.logaddexp(*scores))) for prefix, scores in beams.items()]
