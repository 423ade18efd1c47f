import warnings
from pathlib import Path

import pytest

from interview_tui.errors import BadStudyWords, StudyDamaged, UnknownLanguage
from interview_tui.study.config import FILE, StudyConfig, config_text, read_config
from interview_tui.study.languages import LANGUAGES, language_name

KEY = "age1" + "q" * 58


def written(folder: Path, **changed) -> Path:
    (folder / FILE).write_bytes(config_text(StudyConfig("A study", "1", KEY, **changed)))
    return folder


def test_what_is_written_is_read_again(tmp_path: Path):
    read = read_config(written(tmp_path, languages=("cy", "en"), study_words=("CPN", 'the "Hub"')))
    assert read.languages == ("cy", "en")
    assert read.study_words == ("CPN", 'the "Hub"')


def test_a_study_of_an_older_program_has_no_words_yet(tmp_path: Path):
    (tmp_path / FILE).write_text(f'title = "A study"\nid = "1"\nrecordings_key = "{KEY}"\nformat = 1\n')
    assert (read_config(tmp_path).study_words, read_config(tmp_path).languages) == ((), ("en",))


def test_a_language_that_whisper_does_not_know_is_named(tmp_path: Path):
    with pytest.raises(UnknownLanguage, match="'xx'"):
        read_config(written(tmp_path, languages=("en", "xx")))
    with pytest.raises(UnknownLanguage) as close:
        language_name("Welsh")
    assert "cy (Welsh)" in close.value.hint


def test_no_language_at_all_is_damage(tmp_path: Path):
    with pytest.raises(StudyDamaged):
        read_config(written(tmp_path, languages=()))


def test_words_that_somebody_wrote_into_the_file_are_checked_too(tmp_path: Path):
    with pytest.raises(BadStudyWords):
        read_config(written(tmp_path, study_words=("",)))


def test_the_languages_are_those_that_whisper_lists():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        from whisper.tokenizer import LANGUAGES as WHISPERS

    assert LANGUAGES.keys() == WHISPERS.keys()
    others = {code for code, name in LANGUAGES.items() if name.lower() != WHISPERS[code]}
    assert others == {"my"}  # Burmese, which Whisper calls by the country
