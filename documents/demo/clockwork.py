"""Several stories told in the order of their times, each act at its own moment of the past."""

import heapq
from collections.abc import Iterable, Iterator
from datetime import datetime

from relo.core import clock

# Does its acts and, before each further one, says when that happens.
Story = Iterator[datetime]


def tell(stories: Iterable[Story]) -> None:
    """Run all of them, so that what is written first also happened first."""
    waiting: list[tuple[datetime, int, Story]] = []
    for position, story in enumerate(stories):
        _wait_for_next(waiting, position, story)
    while waiting:
        moment, position, story = heapq.heappop(waiting)
        with clock.at(moment):
            _wait_for_next(waiting, position, story, since=moment)


def _wait_for_next(
    waiting: list[tuple[datetime, int, Story]], position: int, story: Story, since: datetime | None = None
) -> None:
    following = next(story, None)
    if following is None:
        return
    if since is not None and following < since:
        raise ValueError(f"story {position} goes back from {since} to {following}")
    heapq.heappush(waiting, (following, position, story))
