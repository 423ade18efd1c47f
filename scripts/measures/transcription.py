"""A folder to work in in; how fast sound becomes words, against openai-whisper itself and against a peer, out.

All of it is random weights of the real sizes, because the true ones cannot be had everywhere, and a fixed number of
tokens a window. The demo model shows that the words are no worse.
"""

import json
import os
import subprocess
import sys
from functools import cache, partial
from pathlib import Path
from typing import Any

from scripts.measures.figure import Figure, not_here

ROOT = Path(__file__).parents[2]
RUNS = 3
# Times as fast as the command (beam of five) and as ``transcribe`` with the same settings; with bf16, and held to AVX2.
COMMAND, EQUAL = {"base": 20.0, "small": 10.0}, {"base": 4.0, "small": 3.5}
COMMAND_AVX2, EQUAL_AVX2 = 10.0, 2.0
AVX2 = {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2", "CT2_FORCE_CPU_ISA": "AVX2"}


def against_whisper(size: str, _: Path, __: int) -> Figure:
    """Against the command's default and against the same settings, with all that the processor has."""
    found = _speed(size, avx2=False)
    command, greedy, beam = _ratios(found)
    held = None
    if size in COMMAND and _has_bf16():
        held = command >= COMMAND[size] and min(greedy, beam) >= EQUAL[size]
    return Figure(f"{_times(command, greedy, beam)}; {_processor()}", held)


def held_to_avx2(size: str, _: Path, __: int) -> Figure:
    """The same as on a laptop without anything newer."""
    found = _speed(size, avx2=True)
    command, greedy, beam = _ratios(found)
    return Figure(
        f"{_times(command, greedy, beam)}; {found['plan']}",
        command >= COMMAND_AVX2 and min(greedy, beam) >= EQUAL_AVX2,
    )


def to_the_limit(size: str, _: Path, __: int) -> Figure:
    """What a window costs, over what a large product in single precision reaches here."""
    found = _speed(size, avx2=False)
    seconds = found["seconds"]["ours greedy"][0]
    return Figure(f"{100 * found['share']:.0f} % of {found['peak'] / 1e9:.0f} GF/s; {seconds:.2f} s a window of 30 s")


def against_the_peer(size: str, work: Path, _: int) -> Figure:
    """faster-whisper with whole numbers of 8 bits, as many windows at once, the same weights converted; by turns."""
    if not (ROOT / ".venv-peer" / "done").exists():
        return not_here("scripts/peer sets up faster-whisper beside the program")
    _for_peer(size, work)
    before, peer, after = _ours(size), _peer_seconds(work), _ours(size)
    greedy, beam = (peer[name] / (before[name] + after[name]) * 2 for name in ("greedy", "beam"))
    words = f"greedy {greedy:.2f}, beam {beam:.2f} times as fast ({peer['greedy']:.2f} s a window there)"
    return Figure(words, min(greedy, beam) > 1.0)


def words_no_worse(_: Path, __: int) -> Figure:
    """The demo's interview by ``whisper.transcribe`` and by us, against its script."""
    from interview_tui.demo.word_error import word_error_rate

    expected, theirs, heard = _demo_words()
    before, now = (100 * word_error_rate(expected, one) for one in (theirs, heard))
    return Figure(
        f"{now:.1f} % (whisper.transcribe: {before:.1f} %), the demo model on its own kind of speech", now <= before
    )


def _demo_words() -> tuple[str, str, str]:
    """What is said, what Whisper's own code hears, what we hear."""
    import soundfile

    from interview_tui.demo.assets import asset, script
    from interview_tui.pipeline.transcript import Hearing, SpokenSound, find_model, open_model, speech_of, transcribe

    samples, rate = soundfile.read(asset("interview.ogg"), dtype="float32")
    sound, model = SpokenSound(samples, rate), open_model(find_model("demo", Path()))
    theirs = model.whisper.transcribe(
        speech_of(sound).mono, language="en", fp16=False, condition_on_previous_text=False
    )
    ours = transcribe(
        sound,
        model,
        participant="P07",
        session="P07/interview-01",
        hearing=Hearing(),
        channel_speakers=None,
        asked=(),
        made_at="2026-01-05T10:00:00+00:00",
        progress=lambda *_: None,
    )
    return script().words, theirs["text"], " ".join(turn.text for turn in ours.turns)


@cache
def _speed(size: str, *, avx2: bool) -> dict[str, Any]:
    """Measured once in a run; a processor that has nothing newer than AVX2 is not measured twice."""
    if avx2 and not _has_more_than_avx2():
        return _speed(size, avx2=False)
    return _measured(size, AVX2 if avx2 else {})


def _ours(size: str) -> dict[str, float]:
    """Our seconds a window, held to AVX2: greedy, beam."""
    seconds = _measured(size, AVX2, "--only-ours")["seconds"]
    return {name: seconds[f"ours {name}"][0] for name in ("greedy", "beam")}


def _measured(size: str, environment: dict[str, str], *more: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "scripts.measures.speed_process", size, "--runs", str(RUNS), *more]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env={**os.environ, **environment}, cwd=ROOT)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _ratios(found: dict[str, Any]) -> tuple[float, float, float]:
    """Against the command's beam of five, against the same greedily, against the same with a beam."""
    seconds = {name: some[0] for name, some in found["seconds"].items()}
    return (
        seconds["theirs beam"] / seconds["ours greedy"],
        seconds["theirs greedy"] / seconds["ours greedy"],
        seconds["theirs beam"] / seconds["ours beam"],
    )


def _times(command: float, greedy: float, beam: float) -> str:
    return (
        f"{command:.1f} times (our greedy, its beam of 5); at equal settings greedy {greedy:.1f}, beam {beam:.1f} times"
    )


def _has_bf16() -> bool:
    import torch

    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def _has_more_than_avx2() -> bool:
    import torch

    return torch.backends.cpu.get_cpu_capability() not in {"AVX2", "DEFAULT", "NO AVX"}


def _processor() -> str:
    import torch

    return f"this processor has {torch.backends.cpu.get_cpu_capability()}{'' if _has_bf16() else ' and no bf16'}"


def _for_peer(size: str, work: Path) -> None:
    """The same weights as ``speed_process`` draws, with what faster-whisper's engine needs to know beside them."""
    import numpy
    from whisper.tokenizer import get_tokenizer

    from scripts.measures.speed_process import random_model

    model = random_model(size)
    numpy.savez(work / "weights.npz", **{name: value.numpy() for name, value in model.state_dict().items()})
    tokenizer = get_tokenizer(True, num_languages=model.num_languages, language="en", task="transcribe")
    first, words = tokenizer.sot + 1, [f"<{n}>" for n in range(model.dims.n_vocab)]
    for name, number in tokenizer.special_tokens.items():
        words[number] = name
    about = {
        "dims": vars(model.dims),
        "vocabulary": words,
        "languages": list(range(first, first + model.num_languages)),
        "prompt": list(tokenizer.sot_sequence),
        "end": tokenizer.eot,
    }
    (work / "model.json").write_text(json.dumps(about))


def _peer_seconds(work: Path) -> dict[str, float]:
    from interview_tui.pipeline.transcript.engine.machine import threads_here
    from scripts.measures.speed_process import TOKENS

    command = [str(ROOT / ".venv-peer" / "bin" / "python"), "scripts/measures/peer_process.py", str(work)]
    numbers = {"windows": 8, "tokens": TOKENS, "threads": threads_here(), "runs": RUNS}
    command += [text for name, number in numbers.items() for text in (f"--{name}", str(number))]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env={**os.environ, **AVX2}, cwd=ROOT)
    found: dict[str, float] = json.loads(done.stdout)
    return found


base, small, tiny = (partial(against_whisper, size) for size in ("base", "small", "tiny"))
base_avx2, small_avx2 = (partial(held_to_avx2, size) for size in ("base", "small"))
