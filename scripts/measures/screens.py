"""A folder to work in in, how quickly the screens are there and answer out."""

import statistics
from pathlib import Path

from scripts.measures.figure import Figure, percentile
from scripts.measures.rig import PROGRAM, empty_study, noise, process, recording, study_options

PAINTED_WITHIN_S, ANSWERED_WITHIN_S, MOST_OF_A_CORE = 0.5, 0.050, 5.0
PRESSES = 100
WATCHED_S = 15.0


def first_paint(work: Path, _: int) -> Figure:
    """From the start of the command to the first words on a real terminal, before the passphrase: median of seven."""
    from terminal_driver import Pty

    command = [*PROGRAM, "--study", str(empty_study(work))]
    times = []
    for _ in range(8):
        with Pty(command, folder=work) as screen:
            times.append(screen.until(b"assphrase"))
    median = statistics.median(times[1:])
    return Figure(f"{median:.2f} s", median <= PAINTED_WITHIN_S)


def screens_cost(work: Path, _: int) -> Figure:
    """The facilitator's desk of a running recording on a real terminal: key to next bytes, and CPU of one core."""
    from terminal_driver import Pty

    from interview_tui.interview import desk

    study, times = empty_study(work), []
    noise(work / "noise.wav", 120)
    options = study_options(study, work)
    source = desk.Source(file=work / "noise.wav")
    with recording(study, source), Pty([*PROGRAM, *options], folder=work) as screen:
        screen.until(b"P07", 20)
        screen.drain(2)
        screen.send(b"f")
        screen.until(b"REC", 20)
        screen.drain(2)
        for number in range(PRESSES):
            screen.drain(0.1 + 0.0037 * (number % 10))
            screen.send(b"\x1bOP")  # F1 shows the keys; escape takes them away
            times.append(screen.until(b"Keys of this screen"))
            screen.send(b"\x1b")
            screen.drain(0.15)
        _, began = process(screen.pid)
        screen.drain(WATCHED_S)
        _, spent = process(screen.pid)
    most, share = percentile(times, 99), 100 * (spent - began) / WATCHED_S
    words = f"p50 {1000 * statistics.median(times):.0f} ms, p99 {1000 * most:.0f} ms; {share:.1f} % of a core"
    return Figure(words, most <= ANSWERED_WITHIN_S and share <= MOST_OF_A_CORE)
