"""`flowy show ID`: what is known of an execution."""

import json
from typing import Any

import click

from flowy import forms
from flowy.cli.output import emit, json_option, told
from flowy.cli.target import connect, target_options
from flowy.cli.texts import event_line, moment
from flowy.decider.parking import Parked, parked_by
from flowy.swf.wire import event_to_wire

NEWEST = 20
"""Events of a page, read back to the newest decision: mostly one page is enough."""


@click.command()
@click.argument("id")
@click.option("--run-id", help="The runId; without it the open run, else the latest.")
@json_option
@target_options
def show(id: str, run_id: str | None, as_json: bool, **place: Any) -> None:
    """Tell the type, status, times, open tasks and last event of the execution ID; why it waits.

    `flowy graph` names its children and what became of them.
    """
    handle = connect(**place).handle(id, run_id)
    found = handle.describe()
    last = next(handle.swf.history(handle.execution, newest_first=True, page=1), None)
    newest = handle.swf.history(handle.execution, newest_first=True, page=NEWEST)
    parked = parked_by(newest) if found.status == "OPEN" else None
    rows = {
        "workflowId": handle.id,
        "runId": handle.run_id,
        "type": str(found.type),
        "status": found.status + (", cancel requested" if found.cancel_requested else ""),
        "started": moment(found.started_at),
        "closed": moment(found.closed_at),
        "tags": ", ".join(found.tags) or "-",
        "parent": found.parent.workflow_id if found.parent else "-",
        "open": ", ".join(f"{count} {kind}" for kind, count in found.open.items()) or "-",
        "context": forms.user_context(found.context) or "-",
        "last event": event_line(last).strip() if last else "-",
        **({"parked": parked_text(parked)} if parked else {}),
    }
    text = "\n".join(f"{name:<11} {value}" for name, value in rows.items())
    emit(
        as_json,
        text,
        **told(found),
        parent=found.parent.workflow_id if found.parent else None,
        open=found.open,
        context=json.loads(forms.user_context(found.context) or "null"),
        last_event=event_to_wire(last) if last else None,
        parked=waits(parked),
    )


def parked_text(parked: Parked) -> str:
    """Until when an execution waits for its deciders, and why."""
    indented = parked.why.replace("\n", "\n" + " " * 12)
    return f"until {moment(parked.until)}, or `flowy wake`\n{' ' * 12}{indented}"


def waits(parked: Parked | None) -> dict[str, Any] | None:
    """The same for --json; times in milliseconds since the epoch."""
    return {"why": parked.why, "until": parked.until} if parked else None
