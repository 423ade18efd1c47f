"""Our quicker rules against openai-whisper's own, on logits and histories of every kind."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from whisper.decoding import ApplyTimestampRules, BeamSearchDecoder, GreedyDecoder
from whisper.tokenizer import get_tokenizer

from interview_tui.pipeline.transcript.engine.heard_keys import Bags, ByteKeys, FloatKeys
from interview_tui.pipeline.transcript.engine.hypotheses import Hypotheses
from interview_tui.pipeline.transcript.engine.rules import Beams, Greedy, TimestampRules

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array_wrap__ must accept context:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
]

BEGIN = 3


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return get_tokenizer(multilingual=True, language="en", task="transcribe")


def histories(tokenizer: Any, chance: torch.Generator) -> torch.Tensor:
    """Tokens as the rules let them come: words, and times that never go back, single or in pairs."""
    first = tokenizer.timestamp_begin
    length = int(torch.randint(0, 9, (1,), generator=chance))
    rows = []
    for _ in range(6):
        row, time = [50258, 50259, 50359], 0
        for _ in range(length):
            if torch.rand(1, generator=chance) < 0.4:
                time += int(torch.randint(0, 30, (1,), generator=chance))
                row.append(first + time)
            else:
                row.append(int(torch.randint(0, tokenizer.eot + 1, (1,), generator=chance)))
        rows.append(row)
    return torch.tensor(rows)


@pytest.mark.parametrize("latest_start", [None, 50])
def test_times_are_ruled_as_whisper_rules_them(tokenizer, latest_start):
    theirs = ApplyTimestampRules(tokenizer, BEGIN, latest_start)
    ours, chance, suppressed = TimestampRules.like(theirs), torch.Generator().manual_seed(3), 0
    for number in range(40):
        tokens = histories(tokenizer, chance)
        logits = 3 * torch.randn(len(tokens), 51865, generator=chance)
        logits[:, tokenizer.timestamp_begin :] += number % 5  # times are likelier than words, or not
        one, other = logits.clone(), logits.clone()
        theirs.apply(one, tokens)
        ours.apply(other, tokens)
        assert torch.equal(one, other)
        suppressed += int(torch.isinf(one[:, 100]).sum())
    assert 0 < suppressed < 40 * 6


class Rearranged:
    """Stands where the run does: what it was told to rearrange."""

    def __init__(self) -> None:
        self.sources: list[list[int]] = []

    def rearrange_kv_cache(self, sources: list[int]) -> None:
        self.sources.append(sources)

    def rearrange(self, sources: torch.Tensor, common: int) -> None:
        self.sources.append(sources.tolist())
        self.common = common


@pytest.mark.parametrize(("beam", "patience"), [(1, None), (3, None), (5, 2.0), (4, 0.5)])
def test_beams_are_ranked_finished_and_kept_as_whisper_does_it(beam, patience):
    eot, windows, chance = 900, 3, torch.Generator().manual_seed(beam)
    told, asked = Rearranged(), Rearranged()
    theirs, ours = BeamSearchDecoder(beam, eot, told, patience), Beams(beam, eot, None, patience)
    ours.begin(asked, windows, torch.device("cpu"))
    start = torch.tensor([[1, 2, 3]]).repeat(windows * beam, 1)
    one, other = start, start
    sums, same_sums = torch.zeros(windows * beam), torch.zeros(windows * beam)
    for step in range(14):
        logits = 2 * torch.randn(windows, 1000, generator=chance).repeat_interleave(beam, dim=0)
        if step:
            logits += torch.randn(windows * beam, 1000, generator=chance)
        logits[:, eot] = -torch.inf if not step else 5.0 + (step % 3)
        one, completed = theirs.update(one, logits.clone(), sums)
        other, ours_completed = ours.update(other, logits.clone(), same_sums)
        assert torch.equal(one, other)
        assert torch.allclose(sums, same_sums)
        assert completed == ours_completed
        if step:  # at first all hypotheses are one, and it does not matter which of them goes on
            assert told.sources[-1] == asked.sources[-1]
        assert [set(window) for window in theirs.finished_sequences] == [set(w) for w in ours.finished_sequences]
        if completed:
            break
    assert any(theirs.finished_sequences)
    ended = theirs.finalize(one.view(windows, beam, -1), sums.view(windows, beam))
    ours_ended = ours.finalize(other.view(windows, beam, -1), same_sums.view(windows, beam))
    assert [[t.tolist() for t in w] for w in ended[0]] == [[t.tolist() for t in w] for w in ours_ended[0]]


def test_hypotheses_say_how_much_of_them_is_common():
    told, beams = Rearranged(), Beams(2, 900, None)
    beams.begin(told, 2, torch.device("cpu"))
    tokens = torch.tensor([[1, 2, 3, 4], [1, 2, 9, 4], [1, 5, 5, 6], [1, 5, 5, 7]])
    beams.update(tokens, torch.randn(4, 1000), torch.zeros(4))
    assert told.common == 2


def test_the_likeliest_token_is_whispers_and_so_is_its_probability():
    eot, chance = 900, torch.Generator().manual_seed(1)
    theirs, ours = GreedyDecoder(0.0, eot), Greedy(0.0, eot)
    one = other = torch.tensor([[1], [2], [3]])
    sums, same_sums = torch.zeros(3), torch.zeros(3)
    for _ in range(40):
        logits = torch.randn(3, 1000, generator=chance)
        logits[:, eot] = 3.2
        one, completed = theirs.update(one, logits, sums)
        other, ours_completed = ours.update(other, logits, same_sums)
        assert torch.equal(one, other)
        assert completed == ours_completed
    assert torch.allclose(sums, same_sums)
    assert (one[:, -1] == eot).any()


def test_keys_as_bytes_give_nearly_what_they_give_in_single_precision():
    chance = torch.Generator().manual_seed(2)
    keys, values = (torch.randn(3, 2, 1500, 64, generator=chance) for _ in range(2))
    query = torch.randn(3, 2, 5, 64, generator=chance) / 8
    bags, windows = Bags(3, 2, 1500), list(zip(keys[:, None], values[:, None], strict=True))
    exact = FloatKeys([FloatKeys.packed(*one) for one in windows])
    ours = ByteKeys([ByteKeys.packed(*one) for one in windows], bags)
    assert (ours.attend(query) - exact.attend(query)).norm() < 0.02 * exact.attend(query).norm()
    left = torch.tensor([0, 2])
    exact.keep(left)
    ours.keep(left)
    bags.keep(left)
    assert (ours.attend(query[left]) - exact.attend(query[left])).norm() < 0.02 * exact.attend(query[left]).norm()


def test_windows_that_were_let_go_come_back_in_their_order():
    end = 9
    all_of_them = Hypotheses(3, torch.tensor([[1], [1], [2], [2], [3], [3]]), end)
    all_of_them.tokens = torch.cat([all_of_them.tokens, torch.tensor([[5], [5], [9], [9], [9], [6]])], dim=1)
    all_of_them.sums = torch.arange(6.0)
    assert all_of_them.unfinished().tolist() == [0, 2]
    all_of_them.keep(all_of_them.unfinished())
    all_of_them.tokens = torch.cat([all_of_them.tokens, torch.tensor([[7], [7], [8], [8]])], dim=1)
    tokens, sums = all_of_them.all()
    assert tokens.tolist() == [[1, 5, 7], [1, 5, 7], [2, 9, 9], [2, 9, 9], [3, 9, 8], [3, 6, 8]]
    assert sums.tolist() == [0, 1, 2, 3, 4, 5]
