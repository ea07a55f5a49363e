"""Lambda functions in the registry: their names, their twins, their places."""

from functools import partial
from types import ModuleType

import pytest

from flowy import Activity, lambda_function
from flowy.errors import OptionError, RegistrationError, UnknownType
from flowy.registry import Registry


@lambda_function("resize")
def resize(payload):
    return payload


@lambda_function("resize")
def resize_too(payload):
    return payload


def test_a_lambda_function_stays_the_function_that_it_was():
    assert resize([1]) == [1]


def test_a_modules_lambda_functions_are_found_and_know_their_place():
    module, registry = ModuleType("plugin"), Registry()
    module.resize, module.again = resize, resize
    assert list(registry.add_module(module)) == []
    assert (list(registry.lambdas), registry.size) == (["resize"], 1)
    found = registry.lambda_function("arn:aws:lambda:r:1:function:resize:live")
    assert found.target is resize
    assert found.origin.startswith(f"{__file__}:")


def test_two_lambda_functions_of_one_name_are_told_with_both_places():
    registry = Registry()
    registry.add(resize)
    with pytest.raises(
        RegistrationError, match="two definitions of the Lambda function resize"
    ) as e:
        registry.add(resize_too)
    assert e.value.message.count(__file__) == 2
    assert registry.lambda_function("resize").target is resize


def test_a_name_that_nobody_defines_is_told_with_those_that_are():
    registry = Registry()
    registry.add(resize)
    with pytest.raises(UnknownType, match=r"Lambda function size \(loaded: resize\)"):
        registry.lambda_function("arn:aws:lambda:r:1:function:size")


@pytest.mark.parametrize("name", ["", "a" * 65, "a:b", "arn:aws:lambda:r:1:function:f", "a b", "é"])
def test_a_name_that_aws_lambda_would_refuse_is_refused(name):
    with pytest.raises(OptionError, match="1 to 64"):
        lambda_function(name)


def test_the_longest_name_is_taken():
    lambda_function("a" * 64)(lambda payload: payload)


async def later(payload): ...


@pytest.mark.parametrize("thing", [Activity, later, partial(print)])
def test_only_a_plain_function_can_be_a_lambda_function(thing):
    with pytest.raises(RegistrationError, match="plain function"):
        lambda_function("f")(thing)
