"""The measures themselves: a figure that could not be missed would say nothing."""

import subprocess
import sys
from pathlib import Path

import numpy
import pytest
from sounds import RATE, noise

from scripts.measures.__main__ import TABLE
from scripts.measures.figure import Figure, percentile
from scripts.measures.gap import shifted

ROOT = Path(__file__).parent.parent


def test_a_wrong_name_is_told_with_those_that_there_are():
    command = [sys.executable, "-m", "scripts.measures", "kil"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no measure is called kil; there are: " + ", ".join(row.name for row in TABLE) in done.stderr


def test_a_figure_says_in_a_word_whether_it_holds():
    assert [Figure("1 s", held).mark for held in (True, False, None)] == ["● held", "▲ missed", ""]


def test_a_percentile_is_a_value_that_was_measured():
    values = [float(number) for number in range(100, 0, -1)]
    assert [percentile(values, part) for part in (50, 99, 100)] == [50.0, 99.0, 100.0]
    assert percentile([3.0], 99) == 3.0


@pytest.mark.parametrize(("lost", "doubled"), [(0, 0), (1, 0), (4800, 0), (0, 480), (9600, 7)])
def test_samples_that_are_missing_or_doubled_on_the_way_are_counted(lost: int, doubled: int):
    spoken = noise(12.0)[:, 0]
    first, second = spoken[RATE : 4 * RATE], spoken[4 * RATE + lost : 8 * RATE]
    recorded = numpy.concatenate((first, second, spoken[8 * RATE - doubled :]))
    assert shifted(recorded, spoken) == lost + doubled
