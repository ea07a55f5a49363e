"""Registration over types kept in a dict."""

from flowy import Workflow, activity, workflow
from flowy.errors import AlreadyExists, ServiceError, UnknownResource
from flowy.names import NO_NAMES
from flowy.options import Options
from flowy.registry import Registry
from flowy.swf.descriptions import RegisteredType
from flowy.swf.parameters import activity_defaults, workflow_defaults
from flowy.swf.values import TypeId
from flowy.worker.registration import register_types

STEP, WORK = TypeId("Step", "1"), TypeId("Work", "1")


class Types:
    """The registered types, and what a registration raises."""

    names = NO_NAMES

    def __init__(self, raises=None):
        self.known, self.raises, self.descriptions = {}, raises, {}

    def describe(self, type):
        if type not in self.known:
            raise UnknownResource("UnknownResourceFault", f"Unknown type {type}")
        return self.known[type]

    describe_activity_type = describe_workflow_type = describe

    def enter(self, type, defaults):
        if self.raises:
            raise self.raises
        self.known[type] = RegisteredType(type, "REGISTERED", defaults)

    def register_activity_type(self, type, options, description=""):
        self.enter(type, activity_defaults(options))
        self.descriptions[type] = description

    def register_workflow_type(self, type, options, description=""):
        self.enter(type, workflow_defaults(options))
        self.descriptions[type] = description


@activity("Step", 1, "steps", start_to_close=5)
def step():
    """Go one step
    further.

    And what nobody reads.
    """


@workflow("Work", 1, "work")
class Work(Workflow):
    def run(self): ...


def registry():
    made = Registry()
    made.add(step)
    made.add(Work)
    return made


def test_what_is_missing_is_registered_with_the_options_as_defaults():
    types = Types()
    assert register_types(types, registry()) == []
    assert types.known[STEP].defaults["defaultTaskStartToCloseTimeout"] == "5"
    assert types.known[STEP].defaults["defaultTaskHeartbeatTimeout"] == "60"
    assert types.known[WORK].defaults["defaultTaskList"] == {"name": "work"}
    assert register_types(types, registry()) == []


def test_the_first_paragraph_of_the_docstring_is_the_description():
    types = Types()
    register_types(types, registry())
    assert types.descriptions[STEP] == "Go one step further."
    assert types.descriptions[WORK] == ""


def test_other_defaults_are_a_warning_that_lists_each_with_both_values():
    types = Types()
    types.register_activity_type(STEP, Options(task_list="old", start_to_close=5))
    (fault,) = [f for f in register_types(types, registry()) if "activity" in f.message]
    assert fault.severity == "warning"
    assert "defaultTaskList old (code: steps)" in fault.message
    assert "defaultTaskHeartbeatTimeout none (code: 60)" in fault.message
    assert "StartToClose" not in fault.message
    assert fault.where.startswith(f"{__file__}:")


def test_other_defaults_are_an_error_where_that_is_wanted():
    types = Types()
    register_types(types, registry())
    types.known[STEP] = RegisteredType(STEP, "REGISTERED", {"defaultTaskList": {"name": "old"}})

    (fault,) = register_types(types, registry(), on_mismatch="error")

    assert fault.severity == "error"
    assert "Step/1 is registered with other defaults" in fault.message


def test_a_deprecated_type_is_an_error():
    types = Types()
    register_types(types, registry())
    types.known[WORK] = RegisteredType(WORK, "DEPRECATED", types.known[WORK].defaults)
    (fault,) = register_types(types, registry())
    assert (fault.severity, fault.message) == ("error", "the workflow type Work/1 is deprecated")


def test_another_host_that_was_faster_is_no_fault():
    assert register_types(Types(AlreadyExists("TypeAlreadyExistsFault", "")), registry()) == []


def test_each_registration_that_fails_is_told():
    faults = register_types(Types(ServiceError("OperationNotPermittedFault", "no")), registry())
    assert [fault.severity for fault in faults] == ["error"] * 3  # flowy.map is one of them
    assert "the activity type Step/1: OperationNotPermittedFault: no" in faults[0].message


def test_deciders_also_register_the_workflow_types_that_flowy_brings():
    types = Types()
    register_types(types, registry())
    assert TypeId("flowy.map", "1") in types.known

    without_workflows, types = Registry(), Types()
    without_workflows.add(step)
    register_types(types, without_workflows)
    assert list(types.known) == [STEP]
