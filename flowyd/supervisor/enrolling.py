"""What comes of registering domain and types, for the first generation and for later ones. Pure."""

from dataclasses import replace
from typing import assert_never

from flowy.errors import Fault
from flowyd.supervisor.fleet import Fleet, Registered, Registering, Step, Unregistered
from flowyd.supervisor.generations import Enrolling
from flowyd.supervisor.members import tell_fault
from flowyd.supervisor.news import RegistrationFailed, TypesRegistered
from flowyd.supervisor.orders import EndErrand, Tell
from flowyd.supervisor.policy import EX_CONFIG, LONGEST_MS, delay
from flowyd.supervisor.reloading import hear_incoming_types, reject
from flowyd.supervisor.services import ENGINE, LONGEST
from flowyd.supervisor.stopping import hear_stop


def hear_types(fleet: Fleet, event: TypesRegistered, now: int, roll: float) -> Step:
    """Types are registered: those of the first generation, or of one that would follow."""
    match fleet.reloads.incoming:
        case Enrolling() as incoming if incoming.number == event.generation:
            return hear_incoming_types(fleet, incoming, event.faults, now, roll)
        case _ if event.generation != fleet.generation:
            return fleet, ()
        case _:
            return hear_registered(fleet, event.faults, now, roll)


def hear_no_types(fleet: Fleet, event: RegistrationFailed, now: int, roll: float) -> Step:
    """They could not be registered."""
    match fleet.reloads.incoming:
        case Enrolling() as incoming if incoming.number == event.generation:
            reason = f"the types are not registered: {event.reason}"
            return reject(fleet, incoming, reason, now, roll)
        case _ if event.generation != fleet.generation:
            return fleet, ()
        case _:
            return hear_refused(fleet, event.reason, now, roll)


def hear_registered(fleet: Fleet, faults: tuple[Fault, ...], now: int, roll: float) -> Step:
    """The types are there, or can never be: then the daemon leaves and says why."""
    told = tuple(map(tell_fault, faults))
    known = replace(fleet, registration=Registered(), type_faults=faults)
    if any(fault.severity == "error" for fault in faults) and fleet.stop is None:
        stopped, orders = hear_stop(known, EX_CONFIG, now, roll)
        return stopped, (*told, *orders)
    return known, told


def hear_refused(fleet: Fleet, reason: str, now: int, roll: float) -> Step:
    """Try again later: an unreachable SWF is no failed start."""
    match fleet.registration:
        case Registering(attempts):
            # Our own engine is back within a second; SWF deserves more patience.
            longest = LONGEST[ENGINE] if ENGINE in fleet.services else LONGEST_MS
            retry_at = now + delay(attempts + 1, roll, longest)
            told = Tell("warning", "types not registered yet", {"reason": reason})
            waiting = Unregistered(retry_at, attempts, reason)
            return replace(fleet, registration=waiting), (told, EndErrand())
        case Unregistered() | Registered():
            return fleet, ()
        case _:
            assert_never(fleet.registration)
