"""`flowy start TYPE JSON`: start an execution."""

import json
from typing import Any

import click

from flowy.cli.output import emit, json_option
from flowy.cli.target import connect, target_options
from flowy.client import Client
from flowy.errors import UnknownResource
from flowy.options import UNSET, WorkflowOptions


@click.command()
@click.argument("type")
@click.argument("arguments", metavar="JSON", default="[]")
@click.option("--id", help="The workflowId; a random one if none is given.")
@click.option("--tag", "tags", multiple=True, help="A tag to find it by; at most five of them.")
@click.option("--task-list", help="Where its decision tasks go; else the type's own list.")
@click.option("--priority", type=int, help="The priority of its decision tasks.")
@click.option("--lambda-role", metavar="ARN", help="The role that its Lambda functions run in.")
@click.option("--trace", default="", help="A text that its activities find in their task.")
@click.option("--wait", is_flag=True, help="Wait for the result and print it; exit 1 on failure.")
@click.option("--timeout", type=float, metavar="SECONDS", help="Wait at most so long.")
@json_option
@target_options
def start(
    type: str,
    arguments: str,
    *,
    id: str | None,
    tags: tuple[str, ...],
    task_list: str | None,
    priority: int | None,
    lambda_role: str | None,
    trace: str,
    wait: bool,
    timeout: float | None,
    as_json: bool,
    **place: Any,
) -> None:
    """Start an execution of TYPE, written Name or Name/version.

    JSON is an array of arguments, or an object of named ones. Prints the workflowId and the runId;
    with --wait the result alone goes to standard output.
    """
    args, kwargs = read_arguments(arguments)
    said = WorkflowOptions(
        tags=tags or UNSET,
        task_list=task_list or UNSET,
        priority=UNSET if priority is None else priority,
        lambda_role=lambda_role or UNSET,
    )
    client = connect(**place)
    kind = identify(client, type)
    handle = client.launch(kind, args, kwargs, id=id, options=said, trace=trace)
    if not wait and as_json:
        emit(as_json, "", workflow_id=handle.id, run_id=handle.run_id)
        return
    click.echo(f"workflowId {handle.id}", err=wait)
    click.echo(f"runId {handle.run_id}", err=wait)
    if wait:
        from flowy.cli.result import tell  # the other half, only when it is asked for

        tell(handle, timeout, as_json)


def read_arguments(text: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments in a JSON text."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise click.BadParameter(f"not JSON: {error}", param_hint="JSON") from error
    if isinstance(data, list):
        return tuple(data), {}
    if isinstance(data, dict):
        return (), data
    raise click.BadParameter("give an array or an object", param_hint="JSON")


def identify(client: Client, text: str) -> tuple[str, str]:
    """The type that a text names; without a version, the only or the highest one.

    Raises:
        UnknownResource: if no version is registered.
    """
    name, slash, version = text.partition("/")
    if slash:
        return name, version
    versions = client.swf.workflow_versions(name)
    if not versions:
        raise UnknownResource(
            "UnknownResourceFault",
            f"the domain {client.swf.domain} has no workflow type {name!r}",
            hint="register it (flowyd does when it starts), or check the name",
        )
    if len(versions) > 1 and not all(found.isdecimal() for found in versions):
        known = ", ".join(sorted(versions))
        raise click.BadParameter(f"{name} has the versions {known}: say which", param_hint="TYPE")
    return name, max(versions, key=lambda found: (len(found), found))
