"""Pieces of sound in, a loudspeaker's sound and which place was heard when out: a disposable process.

PortAudio may hang for ever, and its list of devices is frozen when it starts. On standard input come orders, a JSON
line each, a piece's samples behind its line; on standard output go lines about what is heard, many times a second.
"""

import json
import os
import queue
import sys
import threading
import time
from dataclasses import asdict
from typing import IO, Any

from interview_tui import sealed
from interview_tui.errors import InterviewError, MicrophoneError
from interview_tui.pipeline.capture import SAMPLE_BYTES
from interview_tui.pipeline.listening.deck import Deck
from interview_tui.pipeline.listening.player import Heard, State
from interview_tui.pipeline.listening.stretch import Stretch
from interview_tui.pipeline.microphone import sound_system
from interview_tui.pipeline.play_back import no_loudspeaker, nothing_to_hear_with, output_device
from interview_tui.pipeline.processes import die_with_parent, error_facts

LATENCY_S = 0.25  # head-room for a busy machine; what waits there is dropped at a pause
TELL_EVERY_S = 0.05
STALLED_AFTER_S = 2.0
ASK_EVERY_S = 2.0  # whether the sound server still has a loudspeaker: it goes on taking sound without one
IDLE_AFTER_S = 60.0  # then the device is let go, so that a headset may sleep and another one be found

Orders = queue.SimpleQueue[tuple[dict[str, Any], bytes]]


class _Loudspeaker:
    """A device, opened, that takes what lies on the deck while it runs."""

    def __init__(self, rate: int, channels: int, deck: Deck) -> None:
        self._system = sound_system()
        device = output_device(self._system)
        self._name, self._deck = str(device["name"]), deck
        self.running = False
        self._called = 0.0
        self._gone = False
        try:
            self._stream = self._system.RawOutputStream(
                samplerate=rate,
                device=device["index"],
                channels=channels,
                dtype="int16",
                latency=LATENCY_S,
                callback=self._give,
            )
        except self._system.PortAudioError as error:
            raise no_loudspeaker(f"The loudspeaker {self._name} cannot be opened. ({error})") from error
        threading.Thread(target=self._ask, daemon=True).start()

    def run(self) -> None:
        self._called = time.monotonic()
        try:
            self._stream.start()
        except self._system.PortAudioError as error:
            raise no_loudspeaker(f"The loudspeaker {self._name} cannot be started. ({error})") from error
        self.running = True

    def stop(self) -> None:
        """At once: what the device has not played yet is dropped."""
        if self.running:
            self.running = False
            self._stream.abort()

    def look(self) -> None:
        """Raises ``NoLoudspeaker`` when the device is gone or has stopped taking sound."""
        if self._gone:
            raise no_loudspeaker("The loudspeaker is gone.")
        stalled = time.monotonic() - self._called > STALLED_AFTER_S
        if self.running and (stalled or not self._stream.active):
            raise no_loudspeaker(f"The loudspeaker {self._name} has stopped taking sound.")

    def _ask(self) -> None:
        while not self._gone:
            time.sleep(ASK_EVERY_S)
            self._gone = self.running and nothing_to_hear_with()

    def _give(self, out: Any, frames: int, times: Any, _status: object) -> None:
        self._called = time.monotonic()
        delay = times.outputBufferDacTime - times.currentTime
        if not 0 <= delay < 10:  # some host APIs give no time
            delay = self._stream.latency
        out[:] = self._deck.take(frames, self._called + delay)


class _Playing:
    """The process's work: orders in, the loudspeaker kept running, words about what is heard out."""

    def __init__(self, rate: int, channels: int) -> None:
        self._rate, self._channels = rate, channels
        self._deck = Deck(rate, channels * SAMPLE_BYTES)
        self._loudspeaker: _Loudspeaker | None = None
        self._stretch: Stretch | None = None
        self._turn: int | None = None
        self._busy_at = time.monotonic()

    def obey(self, order: dict[str, Any], sound: bytes) -> None:
        if order["do"] == "start":
            self._stop()
            self._turn, speed = order["turn"], order["speed"]
            self._stretch = None if speed == 1 else Stretch(self._rate, self._channels, speed)
            self._deck.lay(order["at"], speed)
        elif order["do"] == "stop":
            self._stop()
        elif order["turn"] == self._turn:
            self._deck.add(
                self._stretch.feed(sound, last=order["last"]) if self._stretch else sound, last=order["last"]
            )

    def go_on(self) -> None:
        """Start the loudspeaker when enough is ready, and tell what is heard."""
        now = time.monotonic()
        if self._turn is None:
            if now - self._busy_at > IDLE_AFTER_S:
                _tell(Heard(0, 0.0, now, "idle"))
            return
        self._busy_at = now
        if self._loudspeaker is None:
            self._loudspeaker = _Loudspeaker(self._rate, self._channels, self._deck)
        if not self._loudspeaker.running and (self._deck.complete or self._deck.ready_seconds >= LATENCY_S):
            self._loudspeaker.run()
        self._loudspeaker.look()
        self._tell_heard(self._turn)

    def _tell_heard(self, turn: int) -> None:
        now = time.monotonic()
        position, moving = self._deck.heard(now)
        state: State = "moving" if moving else "waiting"
        if self._deck.all_heard(now):
            state = "ended"
            self._stop()
        _tell(Heard(turn, position, now, state))

    def _stop(self) -> None:
        self._turn = None
        self._deck.lay(0.0, 1.0)  # before the device is asked, because asking may take for ever
        if self._loudspeaker is not None:
            self._loudspeaker.stop()


def _tell(facts: object) -> None:
    line = json.dumps(asdict(facts) if isinstance(facts, Heard) else facts)
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os._exit(0)  # whoever listened has gone


def _read(pipe: IO[bytes], orders: Orders) -> None:
    """Waits for nothing but the parent, so that it is never held up. A closed pipe ends the process."""
    while line := pipe.readline():
        order = json.loads(line)
        orders.put((order, pipe.read(order.get("bytes", 0))))
    os._exit(0)


def _play(orders: Orders) -> None:
    form, _ = orders.get()
    playing = _Playing(form["rate"], form["channels"])
    while True:
        try:
            playing.obey(*orders.get(timeout=TELL_EVERY_S))
        except queue.Empty:
            playing.go_on()


def main() -> None:
    """The process: orders in, words about what is heard, or one error, out."""
    sealed.keep_secrets_out_of_core_files()
    die_with_parent()
    orders: Orders = queue.SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, orders), daemon=True).start()
    try:
        _play(orders)
    except InterviewError as error:
        _tell(error_facts(error))
    except Exception as error:  # noqa: BLE001 - what a driver's library raises must reach the person as a sentence
        what = f"The sound system reported a mistake ({type(error).__name__})."
        _tell(error_facts(MicrophoneError(what, hint="Plug the headphones in again, then try again.")))
    os._exit(0)  # closing PortAudio may hang for ever


if __name__ == "__main__":
    main()
