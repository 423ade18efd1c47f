"""A study's words in, whether Whisper can be told of them all out. It silently forgets the first ones otherwise."""

import warnings

from interview_tui.errors import BadStudyWords

MOST_TOKENS = 180  # Whisper can be told 223 (whisper/decoding.py); what asks it for fillers takes up to 43 of them


def refuse_long_prompt(words: str) -> None:
    """Raise ``BadStudyWords`` where the words, as one text, are more than a model can be told."""
    tokens = _tokens(words)
    if tokens > MOST_TOKENS:
        raise BadStudyWords(
            f"The study's words are too many: they are {tokens} of Whisper's tokens, and it can be told {MOST_TOKENS}.",
            safe="Nothing was changed.",
            hint="Keep those that Whisper gets wrong, some fifty at most: interview-tui words --remove WORD.",
        )


def _tokens(words: str) -> int:
    """By the models for English only or by the others, whichever makes more of them."""
    if len(words.encode()) < MOST_TOKENS:  # a token has at least one byte: nothing needs to be loaded
        return 0
    return max(_count(words, multilingual=multilingual) for multilingual in (False, True))


def _count(words: str, *, multilingual: bool) -> int:
    from whisper.tokenizer import get_tokenizer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # whisper leaves its list of tokens open
        tokenizer = get_tokenizer(multilingual)
    return len(tokenizer.encode(" " + words.strip()))
