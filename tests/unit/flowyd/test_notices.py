"""What systemd hears, and when."""

import os
import socket
from dataclasses import replace

from flowyd.sdnotify import Notifier
from flowyd.supervisor.fleet import Fleet, Registered, Registering, Stop, Unregistered
from flowyd.supervisor.notices import Situation, Told, is_started, notices, status_line
from flowyd.supervisor.pools import Hold, Key, Pool
from flowyd.supervisor.services import Down, Service, Serving, zygote_of
from flowyd.supervisor.states import Birth, Busy, Polling, Task

ZYGOTE = zygote_of(1)
UP = Situation(started=True, stopping=False, draining=2, status="fine")
TASK = Task("activity", "T/1", "w", "r", "a")


def fleet(pool: Pool, **changes) -> Fleet:
    made = Fleet(
        services={ZYGOTE: Service(ZYGOTE, Serving(1, 0, 0, ""))},
        pools={pool.name: pool},
        terms={},
        loaded=("x",),
        registration=Registered(),
    )
    return replace(made, **changes)


def test_ready_is_said_once():
    told, lines = notices(Told(), UP, 0, None)
    assert lines == ("READY=1", "STATUS=fine")
    assert notices(told, UP, 5_000, None)[1] == ()


def test_nothing_is_ready_before_the_workers_are():
    assert notices(Told(), replace(UP, started=False, status=""), 0, None)[1] == ()


def test_the_watchdog_is_fed_three_times_in_its_period():
    told, lines = notices(Told(ready=True, status="fine"), UP, 0, 30_000)
    assert lines == ("WATCHDOG=1",)
    assert notices(told, UP, 9_999, 30_000)[1] == ()
    assert notices(told, UP, 10_000, 30_000)[1] == ("WATCHDOG=1",)


def test_a_status_that_changes_often_is_told_once_a_second():
    told, _ = notices(Told(ready=True), UP, 0, None)
    told, lines = notices(told, replace(UP, status="other"), 500, None)
    assert lines == ()
    assert notices(told, replace(UP, status="other"), 1_000, None)[1] == ("STATUS=other",)


def test_a_drain_asks_for_more_time_while_it_lasts():
    stopping = replace(UP, stopping=True)
    told, lines = notices(Told(ready=True, status="fine"), stopping, 0, None)
    assert lines == ("STOPPING=1", "EXTEND_TIMEOUT_USEC=30000000")
    assert notices(told, stopping, 4_999, None)[1] == ()
    assert notices(told, stopping, 5_000, None)[1] == ("EXTEND_TIMEOUT_USEC=30000000",)
    assert notices(told, replace(stopping, draining=0), 5_000, None)[1] == ()


def test_a_daemon_that_is_told_to_stop_while_it_starts_is_never_ready():
    assert "READY=1" not in notices(Told(), replace(UP, stopping=True), 0, None)[1]


def test_the_start_is_over_when_the_workers_are_up_or_cannot_be():
    pool = Pool("p", 1)
    assert not is_started(fleet(pool))
    assert is_started(fleet(replace(pool, served=True)))
    assert is_started(fleet(replace(pool, hold=Hold("why", 0, None))))
    assert not is_started(fleet(pool, loaded=None))


def test_an_unreachable_swf_is_no_failed_start():
    pool = Pool("p", 1)
    assert not is_started(fleet(pool, registration=Unregistered(0, 0, "")))
    assert not is_started(fleet(pool, registration=Registering(1, 9)))
    assert is_started(fleet(pool, registration=Unregistered(0, 1, "refused")))
    assert is_started(fleet(pool, registration=Registering(2, 9)))


def test_the_status_line_tells_what_an_operator_wants_to_know():
    birth = Birth(0, 1, 0)
    workers = {Key(0, 0): Polling(birth, 7, 0), Key(1, 0): Busy(birth, 8, 0, TASK)}
    pool = Pool("p", 3, workers=workers)
    assert status_line(fleet(pool)) == "2 of 3 workers ready, 1 busy"
    held = fleet(
        replace(pool, hold=Hold("why", 0, None)), services={"web": Service("web", Down(0, 0))}
    )
    assert status_line(held) == "2 of 3 workers ready, 1 busy; held: p; down: web"
    assert status_line(fleet(pool, stop=Stop(0, 0))) == "draining: 2 worker(s) left, 1 busy"


def test_lines_go_to_the_address_that_systemd_gave_and_no_child_inherits_it(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        environ = {
            "NOTIFY_SOCKET": str(tmp_path / "notify"),
            "WATCHDOG_USEC": "30000000",
            "WATCHDOG_PID": str(os.getpid()),
            "PATH": "/bin",
        }
        notifier = Notifier(environ)
        notifier.tell(["READY=1", "STATUS=fine"])
        assert systemd.recv(100) == b"READY=1\nSTATUS=fine"
        assert notifier.watchdog_ms == 30_000
        assert environ == {"PATH": "/bin"}
        notifier.close()


def test_a_name_in_the_abstract_space_is_an_address_too():
    name = f"flowyd-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"\0{name}")
        notifier = Notifier({"NOTIFY_SOCKET": f"@{name}"})
        notifier.tell(["WATCHDOG=1"])
        assert systemd.recv(100) == b"WATCHDOG=1"
        notifier.close()


def test_without_systemd_nothing_is_sent_and_nothing_fails(tmp_path):
    Notifier({}).tell(["READY=1"])
    deaf = Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")})
    deaf.tell(["READY=1"])
    deaf.close()


def test_a_watchdog_meant_for_another_process_is_not_ours():
    assert Notifier({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}).watchdog_ms is None
