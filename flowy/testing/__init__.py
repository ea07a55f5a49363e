"""What users test with: workflows in virtual time, replay, single activities, fault injection.

    from flowy.testing import Environment

    def test_a_month_passes():
        with Environment() as env:
            assert env.run(SleepsForAMonth) == "rested"      # takes milliseconds

`call` runs a workflow's code like any other function, with plain functions in place of its proxies;
`replay` runs a workflow's code over recorded histories, `ActivityEnvironment` one activity alone;
`env.faults` loses, repeats, delays and throttles calls and kills workers. For pytest there are the
fixtures `flowy_env` and `flowy_engine` (`flowy.testing.pytest_plugin`).
"""

from flowy.engine.core.settings import Rate, Settings
from flowy.testing.activity_environment import ActivityEnvironment
from flowy.testing.calling import Restarted, call
from flowy.testing.engine_process import EngineProcess
from flowy.testing.environment import Environment
from flowy.testing.faults import Delay, Drop, Faults, Happened, Lose, Repeat, Throttle
from flowy.testing.replaying import replay, save_history
from flowy.testing.results import EnvironmentHandle, ExecutionParked

__all__ = [
    "ActivityEnvironment",
    "Delay",
    "Drop",
    "EngineProcess",
    "Environment",
    "EnvironmentHandle",
    "ExecutionParked",
    "Faults",
    "Happened",
    "Lose",
    "Rate",
    "Repeat",
    "Restarted",
    "Settings",
    "Throttle",
    "call",
    "replay",
    "save_history",
]
