"""Names of measures in, a table of figures beside what we hold out. Each works on made-up sound and text of its own.

Clocks lie on a shared machine: where a budget is a time, the figure is the median of several runs.
"""

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scripts.measures import afterwards, cluster, gap, losing, recording, screens, transcription, two_devices
from scripts.measures.figure import NOT_YET, Figure
from scripts.measures.rig import addresses_of_our_own

KILLS = 100


@dataclass(frozen=True, slots=True)
class Row:
    """``measure``: a folder to work in and the number of kills in, the figure out; None: not yet."""

    name: str
    what: str
    hold: str
    measure: Callable[[Path, int], Figure] | None


TABLE = (
    Row("kill", "sound lost at kill -9 of the recorder, 48 kHz mono", "1.0 s, every part opens", losing.kill_loss),
    Row("screens", "sound lost when screens die, ten ways; re-attach", "0; 2 s", losing.screen_loss),
    Row("power", "sound lost at a power cut", "2.0 s", losing.power_loss),
    Row("exact", "samples lost or shifted over part changes, two channels", "0", recording.exactness),
    Row("two", "two devices kept together, the second 0.03 % too fast", "5 ms; 20 millionths", two_devices.together),
    Row("cost", "recorder, CPU per recorded hour; memory over 100 minutes", "60 s; 5 MiB", recording.recorder_cost),
    Row("gap", "worst gap between deliveries, screens and 2 busy beside", "460 ms; 0 missing", gap.worst_gap),
    Row("seal", "from stop to all sealed", "1.0 s", recording.sealing_time),
    Row("paint", "first paint, warm, before the passphrase", "0.5 s", screens.first_paint),
    Row("keys", "key to screen with the meter running; CPU of the screens", "p99 50 ms; 5 %", screens.screens_cost),
    Row("read", "open and decode 100 minutes", "2.5 s", afterwards.reading),
    Row("plain", "plaintext on disk after the whole way (files)", "0, with a control", afterwards.plaintext),
    Row("demo", "the headless demo, two minutes of speech", "90 s", afterwards.demo_time),
    Row("scan", "15,000 words scanned for identifiers", "2 s", afterwards.scanning),
    Row("qdpx", "30 interviews into one .qdpx", "5 s", None),
)

TRANSCRIBE = (
    Row("wer", "word error rate of the demo model", "no worse than whisper", transcription.words_no_worse),
    Row("base", "base against whisper: command, equal settings", "20; 4 with bf16", transcription.base),
    Row("base-avx2", "the same held to AVX2", "10; 2", transcription.base_avx2),
    Row("base-peer", "base against faster-whisper, 8 bits, AVX2", "1", partial(transcription.against_the_peer, "base")),
    Row(
        "base-limit", "base, share of the machine's single precision", "-", partial(transcription.to_the_limit, "base")
    ),
    Row("small", "small against whisper: command, equal settings", "10; 3.5 with bf16", transcription.small),
    Row("small-avx2", "the same held to AVX2", "10; 2", transcription.small_avx2),
    Row("small-peer", "small against faster-whisper", "1", partial(transcription.against_the_peer, "small")),
    Row("tiny", "tiny against whisper: command, equal settings", "-", transcription.tiny),
    Row("cluster", "a cluster's workers, all on this machine", "-", cluster.throughput),
)


def measured(rows: Sequence[Row], kills: int) -> Iterator[tuple[Row, Figure]]:
    """Each row as soon as it is measured."""
    for row in rows:
        if row.measure is None:
            yield row, NOT_YET
            continue
        with tempfile.TemporaryDirectory(prefix="it-bench-") as folder, addresses_of_our_own():
            yield row, row.measure(Path(folder), kills)


def line(what: str, hold: str, mark: str, words: str) -> str:
    return f"{what:56} {hold:24} {mark:9} {words}"


def main() -> None:
    """Print each row as soon as it is measured."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    names = [row.name for row in (*TABLE, *TRANSCRIBE)]
    parser.add_argument("names", nargs="*", metavar="NAME", help="none: all. " + ", ".join(names))
    parser.add_argument("--kills", type=int, default=KILLS, help="random moments of the recorder's end")
    parser.add_argument("--transcribe", action="store_true", help="the speed of transcription instead, many minutes")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(names):
        parser.error(f"no measure is called {', '.join(sorted(unknown))}; there are: {', '.join(names)}")
    os.umask(0o077)
    print(line("", "we hold, at most", "", "measured"))
    every = TRANSCRIBE if chosen.transcribe else TABLE
    rows = [row for row in (*TABLE, *TRANSCRIBE) if row.name in chosen.names] or every
    for row, figure in measured(rows, chosen.kills):
        print(line(row.what, row.hold, figure.mark, figure.words), flush=True)


if __name__ == "__main__":
    main()
