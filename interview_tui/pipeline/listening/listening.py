"""Sound in memory in, somebody's listening to it out: play, pause, go back, slower, and where they are."""

import threading
import time

from interview_tui.errors import InterviewError
from interview_tui.pipeline.listening.player import Heard, Player, not_answering
from interview_tui.pipeline.listening.sound import ListeningSound

REWIND_S = 2.0  # as foot-pedal programs do: the word before the pause is heard again
SPEEDS = (0.5, 0.75, 1.0, 1.25, 1.5)
SLOWEST, FASTEST = 0.5, 2.0
AHEAD_S = 1.0  # of listening that is under way to the loudspeaker


class Listening:
    """One interview, ready to be played. Nothing here waits for the loudspeaker; ``trouble`` says what went wrong.

    The sound stays in this process. A ``Player`` gets the next second of it at a time, so that a player that was
    killed or hangs has nothing to lose, and the next ``play`` begins with a new one.
    """

    def __init__(self, sound: ListeningSound) -> None:
        self._sound = sound
        self._lock = threading.RLock()  # the player's thread tells what was heard while a screen asks for something
        self._player: Player | None = None
        self._trouble: InterviewError | None = None
        self._speed = 1.0
        self._playing = False
        self._at = 0.0  # where it stands, or where the stretch that is being played began
        self._rewind = 0.0
        self._until = sound.seconds
        self._sent = 0  # frames, up to the one that goes to the player next
        self._all_sent = False
        self._turn = 0  # counts the stretches that were played, so that a late word about an old one is told apart
        self._heard: Heard | None = None
        self._closed = False

    @property
    def seconds(self) -> float:
        return self._sound.seconds

    @property
    def ready(self) -> float:
        """The seconds before this one can be played now; all of them once the recording is open."""
        return self._sound.ready / self._sound.rate

    @property
    def playing(self) -> bool:
        self._look_after_player()
        return self._playing

    @property
    def position(self) -> float:
        """What is heard now, in seconds; where it stands while nothing is played."""
        self._look_after_player()
        with self._lock:
            return self._position()

    @property
    def speed(self) -> float:
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        if not SLOWEST <= speed <= FASTEST:
            raise ValueError(f"a speed between {SLOWEST} and {FASTEST}, not {speed}")
        with self._lock:
            at = self._position()
            self._speed = speed
            if self._playing:
                self._start(at, self._until)

    def trouble(self) -> InterviewError | None:
        """Why nothing was heard since the last ``play`` (no loudspeaker, or it went), or why not all can be opened."""
        self._look_after_player()
        return self._trouble or self._sound.trouble

    def play(self, at: float | None = None) -> None:
        """Play from ``at``, else from two seconds before it stopped."""
        with self._lock:
            self._start(self._position() - self._rewind if at is None else at, self.seconds)

    def play_stretch(self, start: float, end: float) -> None:
        """Play from ``start`` and stop at ``end``."""
        with self._lock:
            self._start(start, end)

    def pause(self) -> None:
        with self._lock:
            if self._playing:
                self._stop_at(self._position())
                if self._player is not None:
                    self._player.stop()

    def toggle(self) -> None:
        with self._lock:
            if self._playing:
                self.pause()
            else:
                self.play()

    def jump(self, seconds: float) -> None:
        """Go on, or back, by ``seconds``; playing goes on from there."""
        with self._lock:
            at = self._within(self._position() + seconds)
            if self._playing:
                self._start(at, self.seconds)
            else:
                self._at, self._rewind = at, 0.0

    def close(self) -> None:
        """Stop, end the processes, and let the sound go."""
        with self._lock:
            self._closed, self._playing = True, False
            player, self._player = self._player, None
        if player is not None:
            player.end()
        self._sound.close()

    def _within(self, seconds: float) -> float:
        return min(max(0.0, seconds), self.seconds)

    def _position(self) -> float:
        if not self._playing or self._heard is None:
            return self._at
        gone = time.monotonic() - self._heard.when if self._heard.state == "moving" else 0.0
        return min(self._heard.position + gone * self._speed, self._until, self._sent / self._sound.rate)

    def _start(self, at: float, until: float) -> None:
        if self._closed:
            return
        self._trouble, self._heard = None, None
        self._at, self._until = self._within(at), self._within(until)
        self._turn += 1
        self._playing = True
        self._sent, self._all_sent = round(self._at * self._sound.rate), False
        if self._player is None:
            self._player = Player(self._sound.rate, self._sound.channels, self._was_heard, self._lost)
        self._player.start(self._turn, self._at, self._speed)
        self._send(self._at)

    def _stop_at(self, position: float) -> None:
        self._at, self._rewind, self._playing = self._within(position), REWIND_S, False

    def _send(self, heard: float) -> None:
        """Give the player what comes after ``heard``, and no more than it needs to go on without a break."""
        last = min(round(self._until * self._sound.rate), self._sound.frames)
        wanted = min(last, round((heard + AHEAD_S * self._speed) * self._sound.rate))
        piece = self._sound.piece(self._sent, wanted)
        self._sent += len(piece) // self._sound.align
        if self._player is not None and not self._all_sent:
            self._all_sent = self._sent >= last
            self._player.send(self._turn, piece, last=self._all_sent)

    def _was_heard(self, heard: Heard) -> None:
        with self._lock:
            if not self._playing:
                self._let_go(heard)
            if heard.turn != self._turn or not self._playing:
                return
            self._heard = heard
            if heard.state == "ended":
                self._stop_at(self._until)
            else:
                self._send(heard.position)

    def _let_go(self, heard: Heard) -> None:
        if heard.state == "idle" and self._player is not None:
            self._player.kill()
            self._player = None

    def _lost(self, player: Player, error: InterviewError | None) -> None:
        """The player's process has ended, by itself or by somebody."""
        with self._lock:
            if player is not self._player:
                return
            self._player = None
            if self._playing:
                self._stop_at(self._position())
                self._trouble = error or not_answering()

    def _look_after_player(self) -> None:
        with self._lock:
            player = self._player
            if player is None or not self._playing or not player.silent_too_long():
                return
            self._lost(player, not_answering())
        player.kill()
