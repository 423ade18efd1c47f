"""The voices of two devices in, blocks of two channels out, in which what was heard at one moment stands at one frame.

One device is the timekeeper: a frame of it is a frame of the recording, also while it is away. The other voice is
steered: it is resampled by the ratio of the two clocks and, gently, to its place.
"""

from collections.abc import Collection

from interview_tui.pipeline.recorder.device_voice import DeviceVoice

ALONE_BEHIND_S = 0.25  # sound that is held while the other device may be on its way back
STEP_S = 0.25
LEAST_S = 0.1  # not worth the desk's while before
JUMP_S = 0.1  # what is further off is set at once
CORRECTED_OVER_S = 5.0
STEER = 2e-3  # at most: 3 hundredths of a semitone
DRIFT_KNOWN = 7e-6  # standard deviation below which a drift is told

Ratios = dict[int, float]  # of each channel: how many of its own frames go into one of the recording


class OneClock:
    """Two channels (0, 1), whose voices come when their devices do.

    Args:
        rate: of the recording, in Hz.
        timekeeper: the channel whose clock it is.

    Attributes:
        off_s: how far the steered voice is behind its place, in seconds, as well as is known; None while it is silent.
    """

    def __init__(self, rate: int, timekeeper: int) -> None:
        self.rate = rate
        self.voices: dict[int, DeviceVoice] = {}
        self.off_s: float | None = None
        self._timekeeper = timekeeper

    def opened(self, channel: int, rate: int, same_device: bool) -> None:
        """The channel's device is open, for the first time or again; a new rate needs a new voice."""
        voice = self.voices.get(channel)
        if voice is None:
            straight = channel == self._timekeeper and rate == self.rate
            self.voices[channel] = DeviceVoice(rate, straight)
        elif voice.rate == rate:
            voice.reopened(same_device)
        else:
            now = self.now()
            self.voices[channel] = voice = DeviceVoice(rate, straight=False)
            voice.clock.note(0, now)
            voice.reopened(same_device=False)

    def begin(self) -> None:
        """The next frame is the first that waits, of either."""
        times = [voice.begins for voice in self.voices.values() if voice.waits_s]
        keeper = self.voices[self._timekeeper]
        keeper.move_to(float(round(keeper.clock.frame(min(times)))))

    def now(self) -> float:
        """When the next frame was heard, in seconds of sound."""
        keeper = self.voices[self._timekeeper]
        return keeper.clock.time(keeper.position)

    @property
    def drift_ppm(self) -> float | None:
        """How much faster the device of channel 1 counts than that of 0, in millionths; None: not known yet."""
        clocks = [self.voices[channel].clock for channel in sorted(self.voices)]
        if len(clocks) < 2 or sum(clock.skew_sd**2 for clock in clocks) > DRIFT_KNOWN**2:
            return None
        return round(((1 + clocks[0].skew) / (1 + clocks[1].skew) - 1) * 1e6, 1)

    def steer(self) -> Ratios:
        """The ratios of the next step; sets the steered voice to its place where it is far off."""
        return {channel: self._ratio(channel, voice) for channel, voice in self.voices.items()}

    def _ratio(self, channel: int, voice: DeviceVoice) -> float:
        usual = voice.rate / self.rate
        if channel == self._timekeeper or not voice.clock.known:
            return usual
        off_s = (voice.clock.frame(self.now()) - voice.position) / voice.rate
        if abs(off_s) > JUMP_S:
            voice.move_to(voice.position + off_s * voice.rate)
            off_s = 0.0
        self.off_s = off_s if voice.sounds else None
        drift = (1 + self.voices[self._timekeeper].clock.skew) / (1 + voice.clock.skew)
        return usual * drift * (1 + max(-STEER, min(STEER, off_s / CORRECTED_OVER_S)))

    def ready(self, ratios: Ratios, awaited: Collection[int], hold: bool) -> int:
        """Frames that can be given in one step, throughout which each channel sounds or is silent.

        Args:
            ratios: of ``steer``.
            awaited: the channels without whose sound it does not go on.
            hold: stay a little behind, because a device that is away may have sound of just now when it is back.
        """
        here = {
            channel: voice.ready(ratios[channel], to_the_end=channel not in awaited)
            for channel, voice in self.voices.items()
        }
        frames = min(here[channel] for channel in awaited) if awaited else max(here.values())
        frames = min(frames - round(ALONE_BEHIND_S * self.rate) * hold, round(STEP_S * self.rate))
        if awaited and frames < LEAST_S * self.rate:
            return 0
        for channel, voice in self.voices.items():
            silence = voice.until_it_sounds(ratios[channel])
            if silence or voice.sounds:
                frames = min(frames, silence or here[channel])
        return max(0, frames)

    def give(self, frames: int, ratios: Ratios) -> bytes:
        """The next ``frames`` of both channels, interleaved int16."""
        import numpy

        both = numpy.zeros((frames, 2), "<i2")
        for channel, voice in self.voices.items():
            both[:, channel] = voice.give(frames, ratios[channel])
        return both.tobytes()
