"""When each word was said and how sure the model is of it: as openai-whisper reckons it, only sooner."""

from contextlib import contextmanager
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import torch

from interview_tui.pipeline.transcript.aligning import cheapest_path, smoothed
from interview_tui.pipeline.transcript.engine import FastWhisper, Plan
from interview_tui.pipeline.transcript.heard import Segment, Window
from interview_tui.pipeline.transcript.placing import Placer, fits, share_out

SHAPES = [(1, 1), (1, 9), (7, 1), (12, 40), (30, 20)]


@contextmanager
def uncompiled():
    """whisper.timing without numba, which takes 17 s to compile it."""

    from whisper import timing

    before = timing.backtrace, timing.dtw_cpu
    timing.backtrace, timing.dtw_cpu = (getattr(one, "py_func", one) for one in before)
    try:
        yield timing
    finally:
        timing.backtrace, timing.dtw_cpu = before


@pytest.mark.parametrize("shape", SHAPES)
def test_the_path_is_the_one_that_whisper_finds(shape):
    for seed in range(4):
        cost = np.random.default_rng(seed).standard_normal(shape)
        with uncompiled() as timing:
            assert np.array_equal(cheapest_path(cost), timing.dtw_cpu(cost))


@pytest.mark.parametrize("shape", SHAPES)
def test_no_path_is_cheaper_where_several_cost_the_same(shape):
    """Whisper's own is not always the cheapest there."""

    def cheapest(row, column):
        @cache
        def to(i, j):
            if i < 0 or j < 0:
                return 0.0 if (i, j) == (-1, -1) else np.inf
            return cost[i, j] + min(to(i - 1, j - 1), to(i - 1, j), to(i, j - 1))

        return to(row, column)

    for seed in range(4):
        cost = np.random.default_rng(seed).standard_normal(shape).round()
        path = cheapest_path(cost)
        assert cost[path[0], path[1]].sum() == cheapest(shape[0] - 1, shape[1] - 1)
        assert path[:, 0].tolist() == [0, 0]
        assert path[:, -1].tolist() == [shape[0] - 1, shape[1] - 1]
        assert {tuple(step) for step in np.diff(path).T} <= {(1, 1), (1, 0), (0, 1)}


@pytest.mark.parametrize("frames", [1, 3, 4, 7, 50])
def test_the_median_is_whispers(frames):
    from whisper.timing import median_filter

    rows = torch.randn(5, frames, generator=torch.Generator().manual_seed(frames))
    assert torch.equal(smoothed(rows), median_filter(rows[None], 7)[0])


@pytest.fixture(scope="module")
def fast():
    """A small Whisper with weights drawn by lot: it knows nothing, but what it looks at differs from token to token."""
    from whisper.model import ModelDimensions, Whisper

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        model = Whisper(ModelDimensions(80, 1500, 32, 2, 1, 51864, 448, 32, 2, 3)).eval()
        for weights in model.parameters():
            torch.nn.init.normal_(weights, std=0.3)
    return FastWhisper(model, Plan(windows=3))


def lines(placer, texts, window):
    """One segment a text, three seconds each."""
    time = placer.tokenizer.timestamp_begin
    return [
        Segment(
            window.start + 3 * n, window.start + 3 * n + 3, text,
            (time + 150 * n, *placer.tokenizer.encode(text), time + 150 * n + 150), 0.0, -0.2, 1.2,
        )
        for n, text in enumerate(texts)
    ]  # fmt: skip


WINDOWS = [(Window(10.0, 30.0), [" I went home.", " It was 2019, and late."]), (Window(40.0, 40.5), [" Yes."])]


def test_words_are_aligned_as_whisper_aligns_them(fast):
    placer = Placer(fast, "en", aligns=True)
    features = torch.randn(2, 1500, 32, generator=torch.Generator().manual_seed(1))
    found = [(window, lines(placer, texts, window)) for window, texts in WINDOWS]
    tokens = [placer._tokens(segments) for _, segments in found]
    followed = fast.follow(features, tokens, placer.tokenizer.eot, placer._heads)

    class Encoded:
        """The model with its encoder's work done: whisper.timing hands it on."""

        def __getattr__(self, name):
            return getattr(fast.model, name)

        def __call__(self, heard, told):
            return fast.model.decoder(told, heard)

    for (window, segments), heard, one in zip(found, features, followed, strict=True):
        frames = int((window.end - window.start) * 50)
        with uncompiled() as timing:
            theirs = timing.find_alignment(Encoded(), placer.tokenizer, placer._text(segments), heard, 2 * frames)
        ours = placer._timings(segments, one, frames)
        assert [(word.word, word.start, word.end) for word in ours] == [(w.word, w.start, w.end) for w in theirs]
        chances = iter(one.chances)
        means = [np.mean([next(chances) for _ in word.tokens]) for word in theirs]
        assert means == pytest.approx([word.probability for word in theirs], abs=1e-5)


@pytest.mark.parametrize("aligns", [True, False])
def test_windows_together_are_placed_as_each_alone(fast, aligns):
    placer = Placer(fast, "en", aligns=aligns)
    features = torch.randn(3, 1500, 32, generator=torch.Generator().manual_seed(1))
    found = [(window, lines(placer, texts, window)) for window, texts in WINDOWS]
    found.insert(1, (Window(31.0, 33.0), []))
    together = placer.place(found, features)
    alone = [placer.place([one], heard[None])[0] for one, heard in zip(found, features, strict=True)]
    assert together == alone
    assert together[1] == []
    assert [word.text for phrase in together[0] for word in phrase.words] == [
        "I",
        "went",
        "home.",
        "It",
        "was",
        "2019,",
        "and",
        "late.",
    ]
    for (window, _), phrases in zip(found, together, strict=True):
        times = [edge for phrase in phrases for word in phrase.words for edge in (word.start, word.end)]
        assert all(window.start <= time <= window.end for time in times)
        assert times == sorted(times)
        assert all(0 <= word.probability <= 0.999 for phrase in phrases for word in phrase.words)


def test_whispers_own_functions_are_left_as_they_are(fast):

    from whisper import timing

    before = dict(vars(timing))
    placer = Placer(fast, "en", aligns=True)
    placer.place([(window, lines(placer, texts, window)) for window, texts in WINDOWS], torch.randn(2, 1500, 32))
    assert dict(vars(timing)) == before


def test_an_alignment_is_believed_only_where_it_fits():
    assert fits([(10.1, 10.4), (10.4, 10.4), (10.4, 11.0), (11.0, 11.5), (11.5, 12.0)], 10.0, 12.0)
    assert not fits([], 10.0, 12.0)
    assert not fits([(9.0, 10.4), (10.4, 12.0)], 10.0, 12.0)
    assert not fits([(10.1, 10.4), (10.4, 13.0)], 10.0, 12.0)
    assert not fits([(10.1, 10.1), (10.1, 10.1), (10.1, 12.0)], 10.0, 12.0)


def test_else_time_is_shared_by_length():
    short, long, figures = share_out([" I", " appreciated", " 2019."], 5.0, 8.0)
    assert (short[0], figures[1]) == (5.0, 8.0)
    assert short[1] == long[0]
    assert short[1] - short[0] < long[1] - long[0] < figures[1] - figures[0]


def test_a_pause_takes_no_words():
    voice = [(4.0, 6.0), (8.0, 12.0)]
    times = share_out([" It", " was", " hard,", " and", " then", " not."], 5.0, 11.0, voice)
    assert (times[0][0], times[-1][1]) == (5.0, 11.0)
    assert all(before[1] == after[0] for before, after in pairwise(times))
    assert not any(6.0 < edge < 8.0 for time in times for edge in time)


def test_words_where_hardly_a_voice_is_heard_are_spread_over_their_line():
    assert share_out([" Hm"], 5.0, 11.0, [(10.9, 11.0)]) == [(5.0, 11.0)]
