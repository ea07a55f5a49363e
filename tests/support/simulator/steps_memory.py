"""Steps that ask for what replay must repeat: time, chance, and what was noted."""

from simulator.flow import Drawn, Line, Program, step


@step("now")
def now(flow: Drawn, line: Line, number: int, _: Program) -> None:
    line.calls.append(flow.once(flow.now().isoformat()))


@step("random")
def random(flow: Drawn, line: Line, number: int, _: Program) -> None:
    line.calls.append(flow.once(flow.random.random()))
