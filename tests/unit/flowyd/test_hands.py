"""The hands: what comes back from children is heard in whatever order it comes."""

import os
import selectors

from flowyd.config.reading import read
from flowyd.ledger import Ledger
from flowyd.supervisor.hands import Hands
from flowyd.supervisor.news import ServiceEvent
from flowyd.supervisor.orders import LaunchService
from flowyd.supervisor.services import ENGINE, Announced

CONFIG = 'domain = "d"\nstate_dir = "."\n[pools.p]\nkind = "decider"\n'


class Talkers:
    """Commands whose children say where they serve, and end."""

    def __init__(self, directory):
        self.directory = directory
        (directory / "talker.py").write_text("print('listening on http://127.0.0.1:1')")

    def of(self, name):
        return ["talker"]

    def environment(self):
        return {**os.environ, "PYTHONPATH": str(self.directory)}

    def engine_serves(self, url):
        pass


def test_a_child_is_heard_to_its_end_though_its_successor_talks_already(tmp_path):
    (tmp_path / "flowyd.toml").write_text(CONFIG)
    told = []
    with selectors.DefaultSelector() as selector:
        config = read(tmp_path / "flowyd.toml", {}).config
        hands = Hands(config, selector, Ledger(), told.append, strict=False)
        hands._commands = Talkers(tmp_path)
        for _ in range(2):
            hands.carry(LaunchService(ENGINE))
            hands._services[ENGINE].wait(30)
        while selector.get_map():
            for key, _ in selector.select(30):
                key.data()

    assert told.count(ServiceEvent(ENGINE, Announced("http://127.0.0.1:1"))) == 2
