"""Whisper forgets the first of too many words without a sign: that is said before an interview is begun."""

import pytest

from interview_tui.errors import BadStudyWords
from interview_tui.pipeline.transcript.prompting import VERBATIM
from interview_tui.pipeline.transcript.study_words import MOST_TOKENS, refuse_long_prompt
from interview_tui.study.study_words import prompt_of, tidied


def told(words: str, multilingual: bool) -> str:
    """What of ``words`` openai-whisper gives its decoder."""
    from whisper.decoding import DecodingOptions, DecodingTask
    from whisper.model import ModelDimensions, Whisper

    model = Whisper(ModelDimensions(80, 1500, 8, 1, 1, 51_865 if multilingual else 51_864, 448, 8, 1, 1))
    task = DecodingTask(model, DecodingOptions(language="en", prompt=words, fp16=False))
    return task.tokenizer.decode([token for token in task.initial_tokens if token < task.tokenizer.eot]).strip()


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("multilingual", [False, True])
def test_what_is_let_through_is_what_whisper_is_told_and_not_a_word_less(multilingual: bool):
    fits = 0
    for count in range(30, 120):
        words = prompt_of([f"Ward {n}b" for n in range(count)])
        try:
            refuse_long_prompt(words)
        except BadStudyWords:
            break
        fits = count
    all_of_it = f"{VERBATIM} {prompt_of([f'Ward {n}b' for n in range(fits)])}"
    assert told(all_of_it, multilingual) == all_of_it
    assert fits > 40
    too_much = f"{VERBATIM} {prompt_of([f'Ward {n}b' for n in range(fits + 10)])}"
    assert told(too_much, False) != too_much, "Whisper itself cuts what is much longer, and says nothing"


def test_a_text_that_must_fit_needs_no_tokens_to_be_counted():
    refuse_long_prompt("x" * (MOST_TOKENS - 1))
    with pytest.raises(BadStudyWords, match=f"can be told {MOST_TOKENS}"):
        refuse_long_prompt("ж…" * MOST_TOKENS)


def test_words_are_tidied_and_each_stands_once():
    assert tidied([" CPN ", "", "the  Hub", "CPN"]) == ("CPN", "the Hub")
