"""How far a run is, and the learning rate that belongs to it."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

WARM_UP_STEPS = 100
WARM_UP_SHARE = 0.1  # at most: a short run warms up sooner
FINAL_RATE = 0.01  # of the peak


@dataclass
class Progress:
    """A run ends after so many steps or so many minutes, whichever comes first.

    By steps the schedule is reproducible; by minutes it fits a machine that is lent for a time.
    Minutes count over resumed runs together.
    """

    steps_max: int = 0  # 0: no limit
    minutes_max: float = 0.0  # 0: no limit
    step: int = 0
    seconds_before: float = 0.0  # of the runs that this one resumes

    def __post_init__(self) -> None:
        if not self.steps_max and not self.minutes_max:
            raise ValueError("a run needs --steps or --minutes")
        self.started = time.monotonic()

    @property
    def seconds(self) -> float:
        return self.seconds_before + time.monotonic() - self.started

    @property
    def share(self) -> float:
        """0 at the start, 1 at the end."""
        by_steps = self.step / self.steps_max if self.steps_max else 0.0
        by_time = self.seconds / (60 * self.minutes_max) if self.minutes_max else 0.0
        return min(1.0, max(by_steps, by_time))

    @property
    def is_over(self) -> bool:
        return self.share >= 1.0


def rate_factor(progress: Progress) -> float:
    """The share of the peak rate: it falls along a cosine, after some steps of warming up.

    Warming up is counted in steps even where the run ends by the clock: compiling the model takes
    a while, and the first steps must not be full ones.
    """
    share = progress.share
    falling = FINAL_RATE + (1 - FINAL_RATE) * 0.5 * (1 + math.cos(math.pi * share))
    steps = WARM_UP_STEPS
    if progress.steps_max:
        steps = max(1, min(steps, round(WARM_UP_SHARE * progress.steps_max)))
    return falling * min(1.0, (progress.step + 1) / steps)
