"""Verdicts: which lists nobody serves here, and which pools have nothing to do."""

from dataclasses import dataclass

import pytest

from flowy import (
    ActivityProxy,
    Workflow,
    WorkflowProxy,
    activity,
    lambda_function,
    workflow,
)
from flowy.registry import Registry
from flowyd.plugins import verdicts


@dataclass(frozen=True)
class Pool:
    name: str
    kind: str
    task_list: str
    where: str = "flowyd.toml:7"


@activity("Resize", 1, "images")
def resize(): ...


@workflow("Upload", 3, "uploads")
class Upload(Workflow):
    def run(self): ...


@pytest.fixture
def registry() -> Registry:
    made = Registry()
    made.add(resize)
    made.add(Upload)
    return made


SERVING = [Pool("a", "activity", "images"), Pool("d", "decider", "uploads")]


def test_nothing_is_said_where_every_list_is_served_and_every_pool_has_work(registry):
    assert verdicts(registry, SERVING, strict=True) == []


def test_a_list_that_no_pool_here_serves_is_a_warning_and_strictly_an_error(registry):
    (lenient,) = verdicts(registry, SERVING[:1], strict=False)
    (strict,) = verdicts(registry, SERVING[:1], strict=True)

    assert (lenient.severity, strict.severity) == ("warning", "error")
    assert "'uploads'" in strict.message
    assert "Upload/3" in strict.message
    assert __file__ in strict.where
    assert 'kind = "decider"' in strict.hint


def test_a_pool_of_the_other_kind_does_not_serve_a_list(registry):
    pools = [*SERVING[:1], Pool("x", "activity", "uploads")]
    found = {fault.where: fault.severity for fault in verdicts(registry, pools, strict=True)}

    assert sorted(found.values()) == ["error", "warning"]


def test_a_pool_whose_list_no_type_names_is_always_a_warning(registry):
    pools = [*SERVING, Pool("idle", "activity", "nothing")]
    (fault,) = verdicts(registry, pools, strict=True)

    assert (fault.where, fault.severity) == ("flowyd.toml:7", "warning")
    assert "[pools.idle]" in fault.message
    assert "images" in fault.hint


@lambda_function("crop")
def crop(payload): ...


LAMBDA_POOL = Pool("l", "lambda", "l")


def test_a_lambda_function_and_a_pool_for_it_are_content(registry):
    registry.add(crop)

    assert verdicts(registry, [*SERVING, LAMBDA_POOL], strict=True) == []


def test_a_lambda_function_without_a_pool_is_a_warning_and_strictly_an_error(registry):
    registry.add(crop)
    (lenient,) = verdicts(registry, SERVING, strict=False)
    (strict,) = verdicts(registry, SERVING, strict=True)

    assert (lenient.severity, strict.severity) == ("warning", "error")
    assert "crop" in strict.message
    assert __file__ in strict.where
    assert 'kind = "lambda"' in strict.hint


def test_on_amazon_swf_no_lambda_function_misses_a_pool(registry):
    registry.add(crop)

    assert verdicts(registry, SERVING, strict=True, embedded=False) == []


def test_a_pool_without_lambda_functions_is_always_a_warning(registry):
    (fault,) = verdicts(registry, [*SERVING, LAMBDA_POOL], strict=True)

    assert (fault.where, fault.severity) == ("flowyd.toml:7", "warning")
    assert "[pools.l]" in fault.message


def test_a_pool_whose_list_only_a_proxy_names_is_not_idle(registry):
    @workflow("Fast", 1, "uploads")
    class Fast(Workflow):
        resize = ActivityProxy(resize, task_list="fast_machines")
        upload = WorkflowProxy(Upload, task_list="other_uploads")

        def run(self): ...

    registry.add(Fast)
    more = [Pool("f", "activity", "fast_machines"), Pool("o", "decider", "other_uploads")]
    assert verdicts(registry, [*SERVING, *more], strict=True) == []
    swapped = [Pool("f", "decider", "fast_machines"), Pool("o", "activity", "other_uploads")]
    assert len(verdicts(registry, [*SERVING, *swapped], strict=True)) == 2
