"""Screens that die while they record, in every way that we know: not a sample is lost, and the next ones find it."""

from pathlib import Path

import pytest
from conftest import Template
from dying_screens import TEN_WAYS, TMUX_KILLED, Deathbed, Survived, stall
from terminal_driver import HAS_TMUX, NO_TMUX

FOUND_WITHIN_S = 2.0
A_BLOCK_S = 0.1  # the recorder's clock goes in blocks of 50 ms; nothing finer can be seen of it from outside
LONG_STALL_S = 25.0
LIVE_ON = {"bad bytes": "alive", "stalled terminal": "alive", "Ctrl+Z": "stopped"}


@pytest.fixture
def deathbed(tmp_path: Path, study_folder: Path, template: Template, run_folder: Path) -> Deathbed:
    return Deathbed(tmp_path, study_folder, template.secret)


def hold(found: Survived) -> None:
    print(found)
    assert found.screens == LIVE_ON.get(found.way, "ended")
    assert (found.wrong, found.gaps) == (0, 0)
    assert found.lost_s < A_BLOCK_S
    assert found.again.listed
    assert found.again.most_s <= FOUND_WITHIN_S


def test_screens_that_are_killed_lose_no_sample_and_the_next_ones_find_the_recorder(deathbed: Deathbed):
    hold(deathbed.survive("kill -9"))


@pytest.mark.slow
@pytest.mark.parametrize("way", [way for way in TEN_WAYS if way != "kill -9"])
def test_however_screens_end_the_recording_goes_on_without_a_gap(deathbed: Deathbed, way: str):
    if way == TMUX_KILLED and not HAS_TMUX:
        pytest.skip(NO_TMUX)
    hold(deathbed.survive(way, stall(LONG_STALL_S) if way == "stalled terminal" else None))
