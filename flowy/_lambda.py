"""What people write Lambda functions with that run on the engine: the decorator."""

import inspect
import re
from collections.abc import Callable
from typing import Any, TypeVar

from flowy.errors import OptionError, RegistrationError
from flowy.registry import ATTRIBUTE, LambdaDefinition, origin_of
from flowy.swf import limits

F = TypeVar("F", bound=Callable[[Any], Any])


def lambda_function(name: str) -> Callable[[F], F]:
    """Make a plain function the one that runs in the place of the AWS Lambda function `name`.

    It takes the payload and returns the answer, both JSON values (1 to 64 letters, digits, `-` and
    `_` make a name, as at AWS). On the engine a pool of kind "lambda" runs it; Amazon SWF calls
    AWS Lambda itself and never this function.

    Raises:
        OptionError: for a name that AWS Lambda would refuse.
        RegistrationError: for something that is no plain function.
    """
    if re.fullmatch(rf"[A-Za-z0-9_-]{{1,{limits.FUNCTION_NAME}}}", name) is None:
        raise OptionError(
            f"name={name!r} is no name of a Lambda function",
            hint=f"1 to {limits.FUNCTION_NAME} letters, digits, '-' or '_'; not an ARN",
        )

    def decorate(target: F) -> F:
        if not inspect.isfunction(target) or inspect.iscoroutinefunction(target):
            raise RegistrationError(
                f"the Lambda function {name} is {target!r}", hint="decorate a plain function"
            )
        setattr(target, ATTRIBUTE, LambdaDefinition(name, target, origin_of(target)))
        return target

    return decorate
