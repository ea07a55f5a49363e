"""The one-shot child that makes sure of domain and types before any worker polls."""

import structlog

from flowy.errors import AlreadyExists, Fault, ServiceError, ServiceUnreachable, Throttled
from flowy.plugins import Loaded
from flowy.swf.client import SWFClient
from flowy.worker.registration import register_types
from flowyd.supervisor import messages
from flowyd.supervisor.child import connect
from flowyd.supervisor.faults import texts

_log = structlog.get_logger()


def register(
    swf: messages.SwfJob, loaded: Loaded, *, replay_open: bool
) -> messages.Registered | messages.NotRegistered:
    """Register what is missing; a fault that is an error says that no worker could work.

    With `replay_open` nothing is registered unless the code replays the open executions.
    """
    try:
        client = connect(swf, loaded.payloads)
        missing = domain_fault(client, swf)
        broken = rehearsed(client, loaded) if replay_open and not missing else []
        faults = (
            [missing]
            if missing
            else broken or register_types(client, loaded.registry, swf.on_mismatch)
        )
    except (ServiceUnreachable, Throttled) as error:
        return messages.NotRegistered(str(error))
    except ServiceError as error:
        faults = [Fault(f"domain {swf.domain}", str(error), error.hint)]
    return messages.Registered(texts(faults))


def rehearsed(client: SWFClient, loaded: Loaded) -> list[Fault]:
    """What is wrong with the code for the executions that are open."""
    from flowyd.supervisor.rehearsal import rehearse  # pulls in the engine, which few need

    if loaded.payloads is not None:
        loaded.registry.vocabulary.allow(loaded.payloads.longest, loaded.payloads.expansion)
    return rehearse(client, loaded)


def domain_fault(client: SWFClient, swf: messages.SwfJob) -> Fault | None:
    """On the engine a missing domain is registered; on AWS that is for a person to decide."""
    if swf.embedded:
        try:
            client.register_domain(swf.retention)
        except AlreadyExists:
            return None
        _log.info("domain registered", domain=client.domain)
        return None
    try:
        client.describe_domain()
    except ServiceUnreachable:
        raise
    except ServiceError as error:
        if error.code != "UnknownResourceFault":
            raise
        hint = f"run: flowy domain register {client.domain}"
        return Fault(f"domain {client.domain}", "the domain does not exist", hint)
    return None
