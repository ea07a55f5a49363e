"""What nobody knows about Amazon SWF, and what this engine does until somebody measures it.

One table of every choice. A grade says what the choice rests on: R a recording of the real
service, T a test that ran against it, M its service model, D its documents, J and F what other
emulators found (moto, floci), L what the Flow libraries need, C an analogy to Cadence, U nothing.
"""

from msgspec import Struct


class Unknown(Struct, frozen=True):
    """One open question. `where` is the dotted name of the code that makes the choice."""

    number: int
    question: str
    grade: str
    choice: str
    where: str


_CORE = "flowy.engine.core."
_OPERATIONS = "flowy.engine.operations."

UNKNOWNS = (
    Unknown(
        1,
        "Has an empty poll a taskToken?",
        "J L",
        "no member at all; the documents' empty string is as false",
        _OPERATIONS + "holding.EMPTY",
    ),
    Unknown(
        2,
        "How many items has a page?",
        "R",
        "100 as recorded until 2019, where documents say 1,000; a setting",
        _CORE + "settings.Settings",
    ),
    Unknown(
        3,
        "Is cancelRequested true once the execution was asked to cancel?",
        "D J",
        "true, also after the close; recordings of closed runs say false, and so does a setting",
        _CORE + "descriptions.execution_info",
    ),
    Unknown(
        4,
        "Which decision tasks does openDecisionTasks count?",
        "R",
        "the waiting one only",
        _CORE + "descriptions.describe_execution",
    ),
    Unknown(
        5,
        "What texts and namespaces have faults of a second start, of throttling, of bad JSON?",
        "J",
        "moto's; clients look at the name",
        _CORE + "faults.already_started",
    ),
    Unknown(
        6,
        "What answers a start or a registration in a deprecated domain?",
        "D",
        "DomainDeprecatedFault with the domain's name",
        _CORE + "registry.Registry.register_type",
    ),
    Unknown(
        7,
        "Does a normal close touch open children?",
        "M",
        "no: the model names terminations and time-outs only",
        _CORE + "families.follow_ups",
    ),
    Unknown(
        8,
        "What of RespondActivityTaskCanceled without a cancel request?",
        "U",
        "accepted, without latestCancelRequestedEventId",
        _OPERATIONS + "answers.respond_activity_task_canceled",
    ),
    Unknown(
        9,
        "Does previousStartedEventId count a decision task that timed out?",
        "M C",
        "no: it is that of the last completed one, the safe side for caches",
        _CORE + "fold._decision_completed",
    ),
    Unknown(
        10,
        "How long does a task-list override last, and who sees it?",
        "U",
        "until the next taskList or its own time-out; a waiting task stays where it was"
        " scheduled; Describe and a continued run show the original list",
        _CORE + "execution.Execution.decision_list",
    ),
    Unknown(
        11,
        "Does a failed decision stop a close of the same batch?",
        "U",
        "no: only a decision task that waited before does",
        _CORE + "decide.closes._check_seen",
    ),
    Unknown(
        12,
        "Must the heartbeat timeout of an activity resolve?",
        "M J",
        "yes: DEFAULT_HEARTBEAT_TIMEOUT_UNDEFINED",
        _CORE + "decide.activities._scheduled",
    ),
    Unknown(
        13,
        "Must the schedule-to-close timeout of an activity resolve?",
        "M",
        "yes: DEFAULT_SCHEDULE_TO_CLOSE_TIMEOUT_UNDEFINED",
        _CORE + "decide.activities._scheduled",
    ),
    Unknown(
        14,
        "What becomes of a Lambda function of an execution without lambdaRole?",
        "F",
        "LambdaFunctionScheduled, then StartLambdaFunctionFailed ASSUME_ROLE_FAILED",
        _CORE + "relations._refuse_role",
    ),
    Unknown(
        15,
        "May the id of a Lambda function be used again?",
        "M",
        "once the first one has closed",
        _CORE + "decide.lambdas.schedule_lambda_function",
    ),
    Unknown(
        16,
        "Do the pending counts include tasks that were started?",
        "F",
        "no, only those that a poller could get now",
        _CORE + "task_lists.TaskLists.count",
    ),
    Unknown(
        17,
        "What is NONE as the execution timeout of a child or a continued run?",
        "M",
        "accepted, and a year",
        _CORE + "deadlines._execution_due",
    ),
    Unknown(
        18,
        "Which number has the termination at the event limit?",
        "U",
        "25,000: it is the last event that the limit allows",
        _CORE + "transaction.Transaction.append",
    ),
    Unknown(
        19,
        "In which order are events written across executions?",
        "U",
        "initiated, target, sender; a child policy goes through children in start order",
        _CORE + "relations.carry_out",
    ),
    Unknown(
        20,
        "Does the execution timeout count over a chain of continued runs?",
        "M",
        "no, each run has its own",
        _CORE + "deadlines._execution_due",
    ),
    Unknown(
        21,
        "Does UndeprecateDomain revive the domain's types?",
        "U",
        "no",
        _CORE + "registry.Registry.undeprecate_domain",
    ),
    Unknown(
        22,
        "Are the ends of a time filter inclusive, and how are ties listed?",
        "U",
        "inclusive; ties in the order in which the executions were started",
        "flowy.engine.store.listing.page",
    ),
    Unknown(
        23,
        "Has a termination by a call a cause?",
        "M J",
        "OPERATOR_INITIATED",
        _OPERATIONS + "executions.terminate_workflow_execution",
    ),
    Unknown(
        24,
        "How many decisions may a response hold?",
        "D L",
        "as many as fit into 1 MB",
        _CORE + "decide.check_decisions",
    ),
    Unknown(
        25,
        "What does a second RequestCancelWorkflowExecution do?",
        "U",
        "one more event for each call",
        _OPERATIONS + "executions.request_cancel_workflow_execution",
    ),
    Unknown(
        26,
        "Does a heartbeat without details clear the earlier ones?",
        "U",
        "no",
        _CORE + "fold.heard",
    ),
    Unknown(
        27,
        "Does a closed parent hear of a child that its policy ended?",
        "C",
        "nothing follows a close",
        _CORE + "world.World.tell",
    ),
    Unknown(
        28,
        "What of a signal that names an earlier run of a chain?",
        "M",
        "UnknownResourceFault",
        _CORE + "world.World.open_run",
    ),
    Unknown(
        29,
        "When does retention end?",
        "D",
        "n times 86,400 seconds after the close, to the millisecond for every caller",
        "flowy.engine.store.rows._closed",
    ),
    Unknown(
        30,
        "Have infos reopenable and reopenGenerationId?",
        "M",
        "left out, as the model does; recorded in 2023, hence a setting",
        _CORE + "descriptions.execution_info",
    ),
    Unknown(
        31,
        "Are reads eventually consistent?",
        "R",
        "no: documented, but never seen",
        _OPERATIONS + "visibility._list",
    ),
    Unknown(
        32,
        "Is the attribute block of an event there when it is empty?",
        "U",
        "yes, as {}",
        "flowy.engine.encoding.encode_event",
    ),
    Unknown(
        33,
        "What is an empty body, and what are members that nobody knows?",
        "D",
        "{}; ignored",
        "flowy.engine.service.read_json",
    ),
    Unknown(
        34,
        "What says that a name, a duration or a priority is bad?",
        "U",
        "a ValidationException that names the value and its path",
        _CORE + "rules._rejected",
    ),
    Unknown(
        35,
        "What answers a well-formed token of an execution that never was?",
        "J",
        "UnknownResourceFault; the service is said to hang and answer 500",
        _OPERATIONS + "answers.resolve",
    ),
    Unknown(
        36,
        "What answers a page request once its decision task has closed?",
        "U",
        "UnknownResourceFault",
        _OPERATIONS + "polling._next_page",
    ),
    Unknown(
        37,
        "In which order is a start checked?",
        "J",
        "domain, its status, type, its status, open execution, defaults, open count",
        _CORE + "commands.start_execution",
    ),
    Unknown(
        38,
        "When is a permission checked?",
        "U",
        "before everything else; for other executions after the Initiated event",
        _CORE + "decide.refusals.is_forbidden",
    ),
    Unknown(
        39,
        "When is a decision's rate counted?",
        "U",
        "last: what is refused for another cause costs nothing",
        _CORE + "decide.batch.Batch.spend",
    ),
    Unknown(
        40,
        "Which of two deadlines of one moment comes first?",
        "U",
        "timers, then activities (schedule-to-close last), decisions, functions, the execution",
        _CORE + "deadlines.Kind",
    ),
    Unknown(
        41,
        "What is a heartbeat timeout of 0?",
        "U",
        "due at once",
        _CORE + "deadlines.activity_deadlines",
    ),
    Unknown(
        42,
        "May an execution be canceled by its decider if nobody asked for it?",
        "U",
        "yes",
        _CORE + "decide.closes.cancel_workflow_execution",
    ),
    Unknown(
        43,
        "Does a START_TO_CLOSE time-out end a permanent override?",
        "U",
        "no: 'will also revert' is said of those with a timeout",
        _CORE + "fold._decision_timed_out",
    ),
    Unknown(
        44,
        "What is taskListScheduleToStartTimeout without taskList?",
        "U",
        "ignored, and not in the event",
        _OPERATIONS + "answers.respond_decision_task_completed",
    ),
    Unknown(
        45,
        "From when does schedule-to-start count for a task behind a running one?",
        "U",
        "from when a poller could get it",
        _CORE + "fold._release_waiting",
    ),
    Unknown(
        46,
        "Is the window of startAtPreviousStartedEvent cut by time or by id?",
        "L F",
        "by id, from the last completed task's Started event",
        _OPERATIONS + "polling.hand_out",
    ),
    Unknown(
        47,
        "In which order are the tasks of one priority handed out?",
        "D",
        "first come, first served, for tasks and for pollers",
        _CORE + "task_lists.TaskLists.take",
    ),
    Unknown(
        48,
        "What does a Lambda function get whose input is absent or empty?",
        "F",
        "{}",
        _OPERATIONS + "lambdas.NO_INPUT",
    ),
    Unknown(
        49,
        "When is a count truncated?",
        "M",
        "above a number that is a setting; by default never",
        _OPERATIONS + "visibility._counted",
    ),
)
"""The first 32 carry the numbers of the research document's list of questions."""
