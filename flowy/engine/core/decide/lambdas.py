"""The decision to run a Lambda function."""

from flowy.engine.core.decide.batch import Batch, Denied
from flowy.swf.decisions import ScheduleLambdaFunction
from flowy.swf.events import LambdaFunctionScheduled


def schedule_lambda_function(batch: Batch, decision: ScheduleLambdaFunction) -> None:
    """Schedule a function. Whether it can be started is seen later, in another transaction.

    An id may be used again once its function has closed: the enum of causes has
    ID_ALREADY_IN_USE, and no text says more.
    """
    if not batch.settings.lambda_service:
        raise Denied("LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION")
    if decision.id in batch.run.lambda_ids:
        raise Denied("ID_ALREADY_IN_USE")
    if len(batch.run.lambdas) >= batch.settings.open_lambdas:
        raise Denied("OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED")
    batch.spend(decision.type, "LAMBDA_FUNCTION_CREATION_RATE_EXCEEDED")
    batch.append(
        LambdaFunctionScheduled(
            batch.completed_id,
            decision.id,
            decision.name,
            decision.control,
            decision.input,
            decision.start_to_close_timeout,
        )
    )
