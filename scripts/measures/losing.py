"""A folder to work in in, what is lost when something ends that should not out: recorder, screens, power."""

import re
import subprocess
import sys
from pathlib import Path

from scripts.measures import TESTS
from scripts.measures.figure import Figure, not_here, spread

MOST_LOST_S, MOST_LOST_AT_POWER_CUT_S = 1.0, 2.0
A_BLOCK_S = 0.1  # the recorder's clock goes in blocks of 50 ms: nothing finer can be seen of it from outside
FOUND_WITHIN_S = 2.0
POWER_CUTS = "pipeline/test_power_cut.py::test_a_study_opens_after_every_power_cut_and_tells_what_it_lost"


def kill_loss(work: Path, count: int) -> Figure:
    """What had reached the recorder and could not be read back after kill -9, at real speed and 48 kHz."""
    from kills import kills

    found = list(kills(work, count, seed=1))
    lost = [one.lost_s for one in found]
    unreadable = sum(one.unreadable for one in found)
    wrong = sum(not (one.exact and one.told) or one.flattered > 0 for one in found)
    empty = sum(one.empty for one in found)
    words = f"{spread(lost)} in {count} kills; {unreadable} parts unreadable; {empty} last parts empty"
    words += f"; {wrong} kills not told or not exact" if wrong else ", all told"
    return Figure(words, max(lost) <= MOST_LOST_S and not unreadable and not wrong)


def screen_loss(work: Path, _: int) -> Figure:
    """Real screens that record, in a real terminal, ended in every way that we know."""
    from conftest import PASSPHRASE, RECORDINGS_PASSPHRASE
    from dying_screens import TEN_WAYS, TMUX_KILLED, Deathbed
    from terminal_driver import HAS_TMUX

    from interview_tui.store import create_study
    from interview_tui.store.keys import unlock

    folder = work / "study"
    with create_study(
        folder, title="Bench", passphrase=PASSPHRASE, recordings_passphrase=RECORDINGS_PASSPHRASE, pretend=True
    ) as study:
        secret = unlock(study, RECORDINGS_PASSPHRASE)._secret
    deathbed = Deathbed(work, folder, secret)
    ways = [way for way in TEN_WAYS if HAS_TMUX or way != TMUX_KILLED]
    found = [deathbed.survive(way) for way in ways]
    wrong, gaps = sum(one.wrong for one in found), sum(one.gaps for one in found)
    lost, listed = max(one.lost_s for one in found), all(one.again.listed for one in found)
    opened, command, screen = (
        max(getattr(one.again, name) for one in found) for name in ("open_s", "command_s", "screen_s")
    )
    words = f"{wrong} samples wrong, {gaps} gaps, clock behind by at most {lost:.2f} s in {len(ways)} ways; "
    words += f"again within {opened:.2f} s, by --attach {command:.2f} s, on new screens {screen:.2f} s"
    again = max(opened, command, screen)
    return Figure(words, not wrong and not gaps and lost < A_BLOCK_S and listed and again <= FOUND_WITHIN_S)


def power_loss(_: Path, __: int) -> Figure:
    """The power cut in the test's own rig: pictures of a real file system on a loop device."""
    from loop_disk import missing

    if reason := missing():
        return not_here(reason)
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-m", "slow", str(TESTS / POWER_CUTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=TESTS.parent)
    told = re.search(r"\d+ power cuts: lost median [\d.]+ s, most ([\d.]+) s.*", done.stdout)
    if told is None:
        return not_here("no disk of its own could be made") if "skipped" in done.stdout else Figure("failed", False)
    return Figure(told[0], done.returncode == 0 and float(told[1]) <= MOST_LOST_AT_POWER_CUT_S)
