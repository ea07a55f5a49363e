"""The way up and the way down of the whole daemon."""

from flowy.errors import Fault
from flowyd.supervisor.fleet import Fleet, Registered, Unregistered
from flowyd.supervisor.generations import Terms
from flowyd.supervisor.news import (
    PluginsLoaded,
    RegistrationFailed,
    ServiceEvent,
    StopAsked,
    TypesRegistered,
)
from flowyd.supervisor.orders import (
    EndErrand,
    Finish,
    LaunchService,
    RegisterTypes,
    SendSignal,
    SpawnWorker,
    Tell,
)
from flowyd.supervisor.pools import Pool
from flowyd.supervisor.services import ENGINE, Announced, Down, Launched, Service, zygote_of
from flowyd.supervisor.states import Exited, Sign, Tick
from flowyd.supervisor.steering import step

ZYGOTE = zygote_of(1)
ERROR = Fault("plugin x", "does not load")
PIDS = {ZYGOTE: 1, ENGINE: 2}


def fleet(*services: str, strict: bool = False, plugins: tuple[str, ...] = ()) -> Fleet:
    return Fleet(
        services={name: Service(name, Down(0, 0)) for name in services or (ZYGOTE, ENGINE)},
        pools={"p": Pool("p", 1)},
        terms={"p": Terms(1_000, plugins)},
        strict=strict,
    )


def after(known: Fleet, *events, now: int = 0):
    """The fleet after some events, and the orders of the last one but for the log."""
    orders = ()
    for event in events:
        known, orders = step(known, event, now, 0.5)
    return known, [order for order in orders if not isinstance(order, Tell)]


def launched(*names: str) -> list[ServiceEvent]:
    return [ServiceEvent(name, Launched(PIDS[name])) for name in names]


LOADED = PluginsLoaded(("x",), ())
SERVES = ServiceEvent(ENGINE, Announced("http://h:1"))
UP = (Tick(), *launched(ZYGOTE, ENGINE), SERVES, LOADED)


def test_engine_and_zygote_start_together_then_the_types_then_the_workers():
    known, first = after(fleet(), Tick())
    known, second = after(known, *launched(ZYGOTE, ENGINE), LOADED)
    known, third = after(known, SERVES)
    known, fourth = after(known, TypesRegistered(()))

    assert first == [LaunchService(ZYGOTE), LaunchService(ENGINE)]
    assert second == []
    assert third == [RegisterTypes(1, 1)]
    assert [type(order) for order in fourth] == [SpawnWorker]


def test_without_an_engine_nothing_waits_for_one():
    _, orders = after(fleet(ZYGOTE), Tick(), *launched(ZYGOTE), LOADED)

    assert orders == [RegisterTypes(1, 1)]


def test_an_unreachable_swf_is_asked_again_ever_later_and_the_own_engine_each_second():
    for services, longest in (((ZYGOTE,), 60_000), ((ZYGOTE, ENGINE), 1_000)):
        events = [Tick(), *launched(*services), SERVES, LOADED]
        known, now = after(fleet(*services), *(events if ENGINE in services else events[:2]))[0], 0
        known, _ = after(known, LOADED)
        for _ in range(20):
            known, _ = after(known, RegistrationFailed("refused"), now=now)
            assert isinstance(known.registration, Unregistered)
            wait, now = known.registration.retry_at - now, known.registration.retry_at
            known, orders = after(known, Tick(), now=now)
            assert RegisterTypes(known.registration.attempts, 1) in orders
        assert wait == longest


def test_types_that_can_never_be_registered_end_the_start_with_78():
    known, orders = after(fleet(), *UP, TypesRegistered((ERROR,)))

    assert known.stop is not None
    assert known.stop.code == 78
    assert SendSignal(PIDS[ZYGOTE], Sign.TERM) in orders


def test_a_plugin_that_does_not_load_ends_a_strict_start_only():
    broken = PluginsLoaded((), (ERROR,))

    assert after(fleet(), *UP[:-1], broken)[0].stop is None
    assert after(fleet(strict=True), *UP[:-1], broken)[0].stop.code == 78


def test_a_pool_bound_to_a_plugin_is_held_until_a_zygote_loads_it():
    known, _ = after(fleet(plugins=("y",)), *UP, TypesRegistered(()))
    assert known.pools["p"].hold is not None
    assert known.pools["p"].workers == {}

    known, orders = after(known, PluginsLoaded(("x", "y"), ()))
    assert [type(order) for order in orders] == [SpawnWorker]


def test_the_engine_is_closed_after_the_last_worker_and_the_zygote():
    known, _ = after(fleet(), *UP)
    known, first = after(known, StopAsked())
    known, second = after(known, ServiceEvent(ZYGOTE, Exited(0)))
    known, third = after(known, ServiceEvent(ENGINE, Exited(0)))

    assert first[0] == EndErrand()
    signalled = [order.pid for order in first + second if isinstance(order, SendSignal)]
    assert signalled == [PIDS[ZYGOTE], PIDS[ENGINE]]
    assert third == [Finish(0)]


def test_a_new_zygote_does_not_register_again():
    known, _ = after(fleet(), *UP, TypesRegistered(()))
    known, _ = after(known, ServiceEvent(ZYGOTE, Exited(-9)), Tick(), *launched(ZYGOTE))
    known, orders = after(known, LOADED)

    assert isinstance(known.registration, Registered)
    assert orders == []
