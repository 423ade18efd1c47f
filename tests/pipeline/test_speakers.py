import numpy as np
from phrases import phrase, words

from interview_tui.pipeline.transcript import SpokenSound, speech_of
from interview_tui.pipeline.transcript.doubting import EITHER, doubts
from interview_tui.pipeline.transcript.speaking import Sentence, by_channel, by_wording
from interview_tui.pipeline.transcript.turns import LONG, turns


def levels(*stretches):
    """Two channels of noise: (seconds, level left, level right) one after the other."""
    hiss = np.random.default_rng(1).standard_normal((round(sum(s for s, *_ in stretches) * 16_000), 2))
    loud = np.concatenate([np.full((round(s * 16_000), 2), (left, right)) for s, left, right in stretches])
    return speech_of(SpokenSound((0.1 * loud * hiss).astype(np.float32), 16_000)).level


def test_a_stray_word_does_not_change_the_speaker():
    sound = levels((1.2, 0.1, 0.9), (0.3, 0.9, 0.1), (1.5, 0.1, 0.9), (1.0, 0.0, 0.0))
    said = by_channel([phrase("we went there again and then we left it", 0.0)], sound, ("Interviewer", "P07"))
    assert [sentence.speaker for sentence in said] == ["P07"]


def test_a_short_answer_in_the_same_breath_keeps_its_speaker():
    sound = levels((0.9, 0.9, 0.1), (0.3, 0.1, 0.9), (1.0, 0.0, 0.0))
    said = by_channel([phrase("Did it help? No.", 0.0)], sound, ("Interviewer", "P07"))
    assert [(sentence.speaker, len(sentence.words)) for sentence in said] == [("Interviewer", 3), ("P07", 1)]


def test_speakers_change_without_a_full_stop_too():
    sound = levels((1.5, 0.9, 0.1), (1.5, 0.1, 0.9), (1.0, 0.0, 0.0))
    said = by_channel([phrase("and what was it like it was all very hard", 0.0)], sound, ("Interviewer", "P07"))
    assert [(sentence.speaker, len(sentence.words)) for sentence in said] == [("Interviewer", 5), ("P07", 5)]


def test_a_question_counts_near_the_time_at_which_it_was_opened():
    asked = ((100.0, "What helped you the most? Take your time."), (100.0, "Who was there?"), (200.0, "And now?"))
    phrases = [
        phrase("What helped you the most?", 30.0),
        phrase("So what has helped you most?", 101.0),
        phrase("My sister did.", 104.0),
        phrase("Who was there?", 150.0),
        phrase("Who was there?", 400.0),
    ]
    speakers = [said.speaker for said in by_wording(phrases, "P07", asked)]
    assert speakers == ["P07", "Interviewer", "P07", "Interviewer", "P07"]


def test_a_question_that_whisper_heard_as_two_sentences():
    asked = ((10.0, "Can you tell me about your experience of the crisis team in your own words"),)
    phrases = [
        phrase("Can you tell me about your experience.", 11.0),
        phrase("Of the crisis team in your own words.", 14.0),
    ]
    assert {said.speaker for said in by_wording(phrases, "P07", asked)} == {"Interviewer"}


def test_the_answer_beside_a_question_stays_the_participants():
    asked = ((10.0, "Can you tell me about your experience of the crisis team?"), (20.0, "Would you like a break?"))
    phrases = [
        phrase("Can you tell me about your experience of the crisis team?", 10.0),
        phrase("My name is Priya.", 14.0),
        phrase("Would you like a break?", 20.0),
        phrase("No.", 22.0),
    ]
    speakers = [said.speaker for said in by_wording(phrases, "P07", asked)]
    assert speakers == ["Interviewer", "P07", "Interviewer", "P07"]


def test_a_microphone_that_hums_is_not_the_louder_voice():
    sound = levels((1.0, 0.5, 0.0), (0.9, 0.5, 0.4), (1.0, 0.5, 0.0))
    said = by_channel([phrase("I went home.", 1.0)], sound, ("Interviewer", "P07"))
    assert [sentence.speaker for sentence in said] == ["P07"]


def test_two_microphones_that_hear_the_same_are_doubted():
    phrases = [phrase("I went home.", 0.0), phrase("So did she.", 1.0)]
    alike = levels((0.9, 0.5, 0.55), (0.1, 0.0, 0.0), (0.9, 0.1, 0.9), (1.0, 0.0, 0.0))
    said = by_channel(phrases, alike, ("Interviewer", "P07"))
    assert [(doubt.start, doubt.end, doubt.reason) for doubt in doubts(phrases, said)] == [(0.0, 0.9, EITHER)]


def test_a_turn_ends_with_its_speaker_a_long_pause_or_its_length():
    said = [
        Sentence("Interviewer", words("How was it?", 0.0)),
        Sentence("P07", words("It was hard.", 1.5)),
        Sentence("P07", words("Then it was not.", 3.0)),
        Sentence("P07", words("I went home.", 9.0)),
    ]
    assert [(turn.speaker, turn.text) for turn in turns(said)] == [
        ("Interviewer", "How was it?"),
        ("P07", "It was hard. Then it was not."),
        ("P07", "I went home."),
    ]
    running = [Sentence("P07", words("one two three four five six.", n * 2.0)) for n in range(60)]
    assert [len(turn.words) for turn in turns(running)] == [LONG, LONG, LONG]
