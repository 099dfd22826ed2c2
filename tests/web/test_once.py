"""What is costly to make is made once, however many ask for it at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from sunlit.base.errors import UnavailableError
from sunlit.web import once
from sunlit.web.once import PACE, SLOW, Once

WAIT = 20.0


class Maker:
    """Makes numbers, each some seconds of a set clock after the one before."""

    def __init__(self, took: float = 0.0) -> None:
        self.now, self.made, self.took = 100.0, 0, took

    def __call__(self) -> int:
        """Make the next one."""
        self.now += self.took
        self.made += 1
        return self.made


def test_ten_who_ask_at_once_are_given_one_and_the_same() -> None:
    """The others wait for the one who makes it."""
    kept, begun, go = Once[int](2), Event(), Event()
    maker = Maker()

    def slowly() -> int:
        begun.set()
        assert go.wait(WAIT)
        return maker()

    with ThreadPoolExecutor(10) as pool:
        first = pool.submit(kept.get, "a", 1, slowly)
        assert begun.wait(WAIT)
        others = [pool.submit(kept.get, "a", 1, maker) for _ in range(9)]
        go.set()
        assert {one.result(WAIT) for one in (first, *others)} == {1}
    assert maker.made == 1


def test_who_finds_it_being_made_gets_the_older_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is none they are told to come again: no thread is held for long."""
    monkeypatch.setattr(once, "PATIENCE", 0.01)
    kept, begun, go = Once[int](2), Event(), Event()

    def slowly() -> int:
        begun.set()
        assert go.wait(WAIT)
        return 9

    kept.get("old", 1, lambda: 1)
    with ThreadPoolExecutor(1) as pool:
        for key in ("old", "new"):
            begun.clear()
            go.clear()
            making = pool.submit(kept.get, key, 2, slowly)
            assert begun.wait(WAIT)
            if key == "old":
                assert kept.get(key, 2, slowly) == 1
            else:
                with pytest.raises(UnavailableError) as caught:
                    kept.get(key, 2, slowly)
                assert caught.value.code == "page.being-made"
            go.set()
            assert making.result(WAIT) == 9


@pytest.mark.parametrize("alone", [True, False])
def test_of_many_keys_one_is_made_at_a_time_where_visitors_choose_them(
    monkeypatch: pytest.MonkeyPatch, *, alone: bool
) -> None:
    """Ten searches at once are not ten documents at once; what is there is given meanwhile."""
    monkeypatch.setattr(once, "PATIENCE", 0.01)
    kept, begun, go = Once[int](3, alone=alone), Event(), Event()
    kept.get("there", 1, lambda: 1)

    def slowly() -> int:
        begun.set()
        assert go.wait(WAIT)
        return 9

    def other() -> int:
        return kept.get("b", 1, lambda: 2)

    with ThreadPoolExecutor(1) as pool:
        making = pool.submit(kept.get, "a", 1, slowly)
        assert begun.wait(WAIT)
        assert kept.get("there", 1, slowly) == 1
        if alone:
            with pytest.raises(UnavailableError):
                other()
        else:
            assert other() == 2
        go.set()
        assert making.result(WAIT) == 9
    assert other() == 2


def test_some_wait_and_the_others_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many ask: threads are left that answer everybody else."""
    monkeypatch.setattr(once, "WAITING", 0)
    kept, begun, go = Once[int](1), Event(), Event()

    def slowly() -> int:
        begun.set()
        assert go.wait(WAIT)
        return 9

    with ThreadPoolExecutor(1) as pool:
        making = pool.submit(kept.get, "a", 1, slowly)
        assert begun.wait(WAIT)
        with pytest.raises(UnavailableError) as caught:
            kept.get("a", 1, slowly)
        go.set()
        assert making.result(WAIT) == 9
    assert caught.value.code == "page.being-made"
    assert kept.get("a", 1, slowly) == 9


def test_what_rests_on_something_else_is_made_again() -> None:
    """One that failed is not kept, and of many keys the last ones are."""
    kept, maker = Once[int](2), Maker()

    def fails() -> int:
        raise UnavailableError("private.unavailable", "gone")

    assert [kept.get("a", stamp, maker) for stamp in (1, 1, 2)] == [1, 1, 2]
    with pytest.raises(UnavailableError):
        kept.get("b", 1, fails)
    assert [kept.get(key, 1, maker) for key in ("b", "c", "b", "a")] == [3, 4, 3, 5]


@pytest.mark.parametrize(("took", "paced"), [(SLOW / 2, True), (2.0, True), (2.0, False)])
def test_what_took_long_is_not_made_after_every_change(took: float, *, paced: bool) -> None:
    """It costs a twentieth of the time at most; what is quick is always as it is now."""
    maker = Maker(took)
    kept = Once[int](1, paced=paced, monotonic=lambda: maker.now)

    assert kept.get("a", 1, maker) == 1
    maker.now += PACE * took - 0.1
    stays = paced and took > SLOW
    assert kept.get("a", 2, maker) == (1 if stays else 2)
    maker.now += 0.2
    assert kept.get("a", 3, maker) == (2 if stays else 3)
