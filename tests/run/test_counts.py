"""What is counted and estimated while packs run."""

import pytest

from orchestrator.execution.protocol import Summary
from orchestrator.plan.records import Pack
from orchestrator.run import counts as counting
from orchestrator.run.counts import Tally
from orchestrator.training.checkpoint_policy import Reached
from tests.execution.listening import pack_of

ONE, TWO, THREE, FOUR = (pack_of(*(f"{name}{i}" for i in range(2))) for name in "abcd")


class Clock:
    """Time that stands still until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(counting, "monotonic", found)
    return found


def done(pack: Pack, wall_s: float, failed: int = 0, diverged: int = 0) -> Summary:
    total = len(pack.trials)
    return Summary(pack.pack_id, total, total - failed - diverged, diverged, failed, wall_s)


class TestTally:
    def test_text(self, clock: Clock) -> None:
        counts = Tally([ONE, TWO, THREE, FOUR], workers=2)
        assert counts.text() == "0/8 trials"
        counts.started(ONE)
        counts.started(TWO)
        assert counts.text() == "0/8 trials · 2 packs running · 0:00 elapsed"
        clock.now += 10
        counts.finished(done(ONE, 10, failed=1))
        assert counts.text() == (
            "2/8 trials · 1 failed · 1 pack running · 0:10 elapsed · 0:10 left"
        )

    def test_time_left_counts_what_is_under_way(self, clock: Clock) -> None:
        """Four equal packs, 10 s each, on two workers."""
        counts = Tally([ONE, TWO, THREE, FOUR], workers=2)
        assert counts.left_s() is None
        counts.started(ONE)
        counts.finished(done(ONE, 10))
        assert counts.left_s() == pytest.approx(15)
        counts.started(TWO)
        counts.started(THREE)
        clock.now += 4
        assert counts.left_s() == pytest.approx(15 - 4)
        clock.now += 100  # slower than thought: as good as done, but not more
        assert counts.left_s() == pytest.approx(5)

    def test_a_lost_pack_counts_once(self, clock: Clock) -> None:
        counts = Tally([ONE, TWO], workers=1)
        counts.started(ONE)
        counts.lost(ONE, [ONE])
        assert not counts.running
        counts.started(ONE)
        counts.finished(done(ONE, 5, diverged=2))
        assert counts.text() == "2/4 trials · 2 diverged · 0:05 left"
        counts.started(TWO)
        counts.finished(done(TWO, 5))
        assert counts.left_s() == 0

    def test_running_packs_say_how_far_they_are_and_what_they_have_reached(
        self, clock: Clock
    ) -> None:
        counts = Tally([ONE, TWO], workers=2, metric="test/accuracy", unit="share")
        counts.started(ONE)
        counts.started(TWO)
        clock.now += 2
        counts.reached(ONE.pack_id, Reached(3, 25, 3 / 25, {"test/accuracy": 0.5}))
        counts.reached(TWO.pack_id, Reached(7, 25, 7 / 25, {"test/accuracy": 0.931}))
        said = (
            "0/4 trials · 2 packs running · epoch 3–7 of 25 · test accuracy 71.5 % · 0:02 elapsed"
        )
        assert counts.text().startswith(said)
        counts.metric = "gradient/total_decay"  # is known at the end only
        assert "epoch 3–7 of 25 · 0:02 elapsed" in counts.text()

    def test_time_left_is_known_before_the_first_pack_ends(self, clock: Clock) -> None:
        counts = Tally([ONE, TWO, THREE, FOUR], workers=2)
        counts.started(ONE)
        clock.now += 1
        counts.reached(ONE.pack_id, Reached(0, 10, 0.0, {}))  # no epoch is trained yet
        assert counts.left_s() is None
        clock.now += 3
        counts.reached(ONE.pack_id, Reached(4, 10, 0.4, {}))  # 10 s each; 36 of 40 are left
        assert counts.left_s() == pytest.approx(36 / 2)

    def test_what_a_checkpoint_brought_took_no_time(self, clock: Clock) -> None:
        counts = Tally([ONE, TWO], workers=1)
        counts.started(ONE)
        counts.reached(ONE.pack_id, Reached(6, 10, 0.6, {}, resumed=0.6))
        assert counts.left_s() is None
        clock.now += 4
        counts.reached(ONE.pack_id, Reached(8, 10, 0.8, {}, resumed=0.6))  # 20 s for a pack
        assert counts.left_s() == pytest.approx(4 + 20)
        clock.now += 4
        counts.finished(done(ONE, wall_s=8))
        assert counts.left_s() == pytest.approx(20)

    def test_time_left_is_at_least_that_of_the_slowest_pack(self, clock: Clock) -> None:
        """The last pack runs alone: the other worker cannot help."""
        counts = Tally([ONE], workers=2)
        counts.started(ONE)
        clock.now += 5
        counts.reached(ONE.pack_id, Reached(1, 10, 0.1, {}))
        assert counts.left_s() == pytest.approx(45)
        clock.now += 5
        assert counts.left_s() == pytest.approx(40)
