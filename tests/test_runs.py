import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from app.finetune.training import Progress, Run
from app.web import runs as module
from app.web.runs import RunError, Runs, Waiting
from tests.rehearsal import Rehearsal, progress_of

pytestmark = pytest.mark.anyio

A, B, C, D = (Run("place", 20, seed) for seed in (1, 2, 3, 4))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def trainer() -> Rehearsal:
    return Rehearsal()


@pytest.fixture
async def runs(trainer: Rehearsal) -> AsyncIterator[Runs]:
    made = Runs(trainer)
    yield made
    await made.close()


async def heard(runs: Runs, run: Run, owner: str = "", after: int = 0) -> list[Waiting | Progress]:
    return [event async for event in runs.follow(run, owner, after)]


async def listening(runs: Runs, run: Run, owner: str = "") -> AsyncGenerator[Waiting | Progress]:
    """One who has asked for a run and heard the first of it."""
    events = runs.follow(run, owner)
    await anext(events)
    return events


async def until_begun(trainer: Rehearsal, run: Run) -> None:
    while run not in trainer.begun:
        await asyncio.sleep(0)


async def test_a_run_is_followed_from_its_place_in_line_by_its_beginning_to_its_end(runs: Runs) -> None:
    assert await heard(runs, A) == [Waiting(1), Waiting(0), *progress_of(A)]


async def test_a_finished_run_is_kept_for_all_who_ask_later(runs: Runs, trainer: Rehearsal) -> None:
    await heard(runs, A)
    assert await heard(runs, A) == progress_of(A)
    assert trainer.begun == [A]


async def test_those_who_ask_for_a_run_under_way_share_it_from_its_first_step(runs: Runs, trainer: Rehearsal) -> None:
    trainer.may_go_on.clear()
    hall = [asyncio.create_task(heard(runs, A, str(seat))) for seat in range(300)]
    await until_begun(trainer, A)
    late = asyncio.create_task(heard(runs, A))
    trainer.may_go_on.set()
    assert [event for event in await late if isinstance(event, Progress)] == progress_of(A)
    assert [await each for each in hall] == [[Waiting(1), Waiting(0), *progress_of(A)]] * 300
    assert trainer.begun == [A]


async def test_a_broken_stream_goes_on_where_it_broke(runs: Runs) -> None:
    await heard(runs, A)
    assert await heard(runs, A, after=3) == progress_of(A)[3:]


async def test_one_run_goes_on_at_a_time_and_the_others_see_their_place_in_line(runs: Runs, trainer: Rehearsal) -> None:
    trainer.may_go_on.clear()
    first = asyncio.create_task(heard(runs, A))
    await until_begun(trainer, A)
    others = [asyncio.create_task(heard(runs, run)) for run in (B, C)]
    await asyncio.sleep(0)
    assert trainer.begun == [A]
    trainer.may_go_on.set()
    await first
    places = [[event for event in await other if isinstance(event, Waiting)] for other in others]
    assert places == [[Waiting(1), Waiting(0)], [Waiting(2), Waiting(1), Waiting(0)]]
    assert trainer.finished == [A, B, C]


async def test_everyones_first_run_comes_before_anyones_second(runs: Runs, trainer: Rehearsal) -> None:
    trainer.may_go_on.clear()
    asked = [asyncio.create_task(heard(runs, A, "somebody"))]
    await until_begun(trainer, A)
    for run, owner in ((B, "greedy"), (C, "greedy"), (D, "modest")):
        asked.append(asyncio.create_task(heard(runs, run, owner)))
        await asyncio.sleep(0)
    trainer.may_go_on.set()
    await asyncio.gather(*asked)
    assert trainer.begun == [A, B, D, C]


async def test_a_run_is_given_up_when_the_last_listener_leaves(runs: Runs, trainer: Rehearsal) -> None:
    trainer.may_go_on.clear()
    one, other = [await listening(runs, A) for _ in range(2)]
    await until_begun(trainer, A)
    await one.aclose()
    await other.aclose()
    trainer.may_go_on.set()
    await heard(runs, B)
    assert (trainer.given_up, trainer.finished) == ([A], [B])


async def test_a_run_that_was_given_up_is_begun_anew(runs: Runs, trainer: Rehearsal) -> None:
    trainer.may_go_on.clear()
    events = await listening(runs, A)
    await until_begun(trainer, A)
    await events.aclose()
    trainer.may_go_on.set()
    await heard(runs, B)
    assert await heard(runs, A) == [Waiting(1), Waiting(0), *progress_of(A)]


async def test_a_run_goes_on_for_those_who_stay(runs: Runs, trainer: Rehearsal) -> None:
    trainer.may_go_on.clear()
    leaves = await listening(runs, A)
    stays = asyncio.create_task(heard(runs, A))
    await until_begun(trainer, A)
    await leaves.aclose()
    trainer.may_go_on.set()
    assert (await stays)[-1] == progress_of(A)[-1]
    assert trainer.given_up == []


async def test_a_run_that_nobody_waits_for_any_more_never_begins(runs: Runs, trainer: Rehearsal) -> None:
    trainer.may_go_on.clear()
    first = asyncio.create_task(heard(runs, A))
    await until_begun(trainer, A)
    left = await listening(runs, B)
    behind = await listening(runs, C)
    await left.aclose()
    assert await anext(behind) == Waiting(1)
    await behind.aclose()
    trainer.may_go_on.set()
    await first
    assert trainer.begun == [A]


@pytest.mark.parametrize("limit", ["MOST_WAITING", "MOST_OF_ONE"])
async def test_a_full_line_refuses_further_runs_and_still_shares_those_in_it(
    runs: Runs, trainer: Rehearsal, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(module, limit, 1)
    trainer.may_go_on.clear()
    running = await listening(runs, A)
    await until_begun(trainer, A)
    waiting = await listening(runs, B)
    with pytest.raises(RunError, match=r"Too many runs are waiting at this moment\. Try again") as refused:
        await heard(runs, C)
    assert (refused.value.code, refused.value.status) == ("too_many_runs", 503)
    assert await anext(runs.follow(B)) == Waiting(1)
    await running.aclose()
    await waiting.aclose()


async def test_a_run_that_takes_too_long_is_stopped_and_the_next_one_begins(trainer: Rehearsal) -> None:
    runs = Runs(trainer, limit=0.05)
    trainer.may_go_on.clear()
    with pytest.raises(RunError, match=r"stopped\. Try fewer labels") as refused:
        await heard(runs, A)
    assert (refused.value.code, trainer.given_up) == ("run_too_long", [A])
    trainer.may_go_on.set()
    assert (await heard(runs, B))[-1] == progress_of(B)[-1]
    await runs.close()


class Broken(Rehearsal):
    """Breaks off in its first run."""

    async def train(self, run: Run) -> AsyncGenerator[Progress]:
        async for progress in super().train(run):
            yield progress
            if len(self.begun) == 1:
                raise RuntimeError("out of memory")


async def test_a_run_that_breaks_off_says_so_and_is_not_kept() -> None:
    runs = Runs(Broken())
    with pytest.raises(RunError, match=r"broke off on our side\. Try it again") as refused:
        await heard(runs, A)
    assert refused.value.code == "run_broke_off"
    assert await heard(runs, A) == [Waiting(1), Waiting(0), *progress_of(A)]
    await runs.close()


async def test_all_who_listen_or_wait_are_told_when_the_server_is_about_to_end(runs: Runs, trainer: Rehearsal) -> None:
    trainer.may_go_on.clear()
    told = [asyncio.create_task(heard(runs, run)) for run in (A, B)]
    await until_begun(trainer, A)
    runs.end()
    ends = await asyncio.gather(*told, return_exceptions=True)
    assert [error.code for error in ends if isinstance(error, RunError)] == ["server_ends", "server_ends"]


async def test_closing_ends_what_trains(runs: Runs, trainer: Rehearsal) -> None:
    trainer.may_go_on.clear()
    await listening(runs, A)
    await until_begun(trainer, A)
    await runs.close()
    assert trainer.is_closed
    assert trainer.given_up == [A]


async def test_how_a_finished_run_ended_is_known_while_it_is_kept(runs: Runs) -> None:
    assert runs.ends(A) == {}
    await heard(runs, A)
    assert list(runs.ends(A).values()) == progress_of(A)[2:]
