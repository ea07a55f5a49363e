"""Workflow code that swallows its eviction: given up, told of and counted."""

from decider_play import Play
from structlog.testing import capture_logs
from workflows import make, resize


def test_code_that_resists_its_eviction_is_a_warning_and_counted_as_such():
    def run(self):
        while True:
            try:
                self.resize("a").result()
            except BaseException:  # noqa: BLE001  # this code resists on purpose
                continue

    resists = make(run, name="Resists")
    stage = Play(resize, resists)
    one = stage.decider()
    stage.start(resists, id="stubborn")
    one.decide()
    with capture_logs() as logs:
        one.desk.decider.close()

    assert one.counts.evictions == {"resisted": 1}
    (warning,) = [line for line in logs if line["log_level"] == "warning"]
    assert (warning["branches"], warning["workflow_id"]) == (1, "stubborn")
