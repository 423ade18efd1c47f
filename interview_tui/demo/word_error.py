"""What was said and what a model heard in; the word error rate between them out."""

import warnings


def word_error_rate(reference: str, heard: str) -> float:
    """Words put in, left out or changed, over the words of ``reference``: 0.0 is perfect, more than 1.0 is possible.

    Case, punctuation and ways of writing a number do not count: both go through Whisper's own English normaliser. With
    an empty reference it is 0.0 where nothing was heard, else infinite.
    """
    from rapidfuzz.distance import Levenshtein
    from whisper.normalizers import EnglishTextNormalizer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # whisper leaves its list of spellings open
        normal = EnglishTextNormalizer()
    truth, words = normal(reference).split(), normal(heard).split()
    if not truth:
        return float("inf") if words else 0.0
    return Levenshtein.distance(truth, words) / len(truth)
