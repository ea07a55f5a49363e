"""SWF's operations on this engine: one handler each, and what the engine adds."""

from collections.abc import Callable

from flowy.engine.core import faults
from flowy.engine.core.registry import ACTIVITY, WORKFLOW
from flowy.engine.desk import Call, Desk
from flowy.engine.operations import (
    answers,
    domains,
    executions,
    holding,
    lambdas,
    polling,
    types,
    visibility,
)

Handler = Callable[[Desk, Call], bytes | None]

OPERATIONS: dict[str, Handler] = {
    "RegisterDomain": domains.register_domain,
    "DescribeDomain": domains.describe_domain,
    "ListDomains": domains.list_domains,
    "DeprecateDomain": domains.deprecate_domain,
    "UndeprecateDomain": domains.undeprecate_domain,
    "TagResource": domains.tag_resource,
    "UntagResource": domains.untag_resource,
    "ListTagsForResource": domains.list_tags_for_resource,
    "RegisterActivityType": types.register_type(ACTIVITY),
    "DescribeActivityType": types.describe_type(ACTIVITY),
    "ListActivityTypes": types.list_types(ACTIVITY),
    "DeprecateActivityType": types.deprecate_type(ACTIVITY),
    "UndeprecateActivityType": types.undeprecate_type(ACTIVITY),
    "DeleteActivityType": types.delete_type(ACTIVITY),
    "RegisterWorkflowType": types.register_type(WORKFLOW),
    "DescribeWorkflowType": types.describe_type(WORKFLOW),
    "ListWorkflowTypes": types.list_types(WORKFLOW),
    "DeprecateWorkflowType": types.deprecate_type(WORKFLOW),
    "UndeprecateWorkflowType": types.undeprecate_type(WORKFLOW),
    "DeleteWorkflowType": types.delete_type(WORKFLOW),
    "StartWorkflowExecution": executions.start_workflow_execution,
    "SignalWorkflowExecution": executions.signal_workflow_execution,
    "RequestCancelWorkflowExecution": executions.request_cancel_workflow_execution,
    "TerminateWorkflowExecution": executions.terminate_workflow_execution,
    "DescribeWorkflowExecution": executions.describe_workflow_execution,
    "GetWorkflowExecutionHistory": executions.get_workflow_execution_history,
    "ListOpenWorkflowExecutions": visibility.list_open_workflow_executions,
    "ListClosedWorkflowExecutions": visibility.list_closed_workflow_executions,
    "CountOpenWorkflowExecutions": visibility.count_open_workflow_executions,
    "CountClosedWorkflowExecutions": visibility.count_closed_workflow_executions,
    "CountPendingActivityTasks": visibility.count_pending_activity_tasks,
    "CountPendingDecisionTasks": visibility.count_pending_decision_tasks,
    "PollForActivityTask": polling.poll_for_activity_task,
    "PollForDecisionTask": polling.poll_for_decision_task,
    "RespondActivityTaskCompleted": answers.respond_activity_task_completed,
    "RespondActivityTaskFailed": answers.respond_activity_task_failed,
    "RespondActivityTaskCanceled": answers.respond_activity_task_canceled,
    "RecordActivityTaskHeartbeat": answers.record_activity_task_heartbeat,
    "RespondDecisionTaskCompleted": answers.respond_decision_task_completed,
    "ReleasePolls": holding.release_polls,
    "PollForLambdaTask": lambdas.poll_for_lambda_task,
    "RespondLambdaTaskCompleted": lambdas.respond_lambda_task_completed,
    "RespondLambdaTaskFailed": lambdas.respond_lambda_task_failed,
}
"""SWF's 39; the last four are ours."""


def carry_out(desk: Desk, call: Call) -> bytes | None:
    """Carry a checked request out; None says that the answer comes later.

    Raises:
        Refused: with a fault; nothing has changed then.
    """
    if call.operation in desk.settings.not_permitted:
        raise faults.not_permitted(f"Not permitted: swf:{call.operation}")
    return OPERATIONS[call.operation](desk, call)
