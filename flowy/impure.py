"""What workflow code must not use, since replay would see something else; and what to use instead.

Exact names are found wherever they are mentioned, modules wherever something of theirs is called:
to catch `requests.HTTPError` harms nobody.
"""

NOW = "use self.now()"
CHANCE = "use self.random"
ID = "use self.uuid4()"
ACTIVITY = "do it in an activity, or, if it is quick, in self.side_effect(...)"
SETTING = "take it as an argument, or read it in self.side_effect(...)"
BRANCH = "use self.spawn(...): branches run beside each other in one thread"

EXACT: dict[str, str] = {
    "time.time": NOW,
    "time.time_ns": NOW,
    "time.monotonic": NOW,
    "time.monotonic_ns": NOW,
    "time.perf_counter": NOW,
    "time.perf_counter_ns": NOW,
    "time.process_time": NOW,
    "time.localtime": NOW,
    "time.gmtime": NOW,
    "time.sleep": "use self.sleep(seconds).result()",
    "datetime.datetime.now": NOW,
    "datetime.datetime.utcnow": NOW,
    "datetime.datetime.today": NOW,
    "datetime.date.today": NOW,
    "uuid.uuid1": ID,
    "uuid.uuid4": ID,
    "uuid.uuid6": ID,
    "uuid.uuid7": ID,
    "uuid.getnode": ID,
    "os.environ": SETTING,
    "os.getenv": SETTING,
    "os.getpid": SETTING,
    "os.urandom": CHANCE,
    "os.listdir": ACTIVITY,
    "os.makedirs": ACTIVITY,
    "os.mkdir": ACTIVITY,
    "os.popen": ACTIVITY,
    "os.remove": ACTIVITY,
    "os.rename": ACTIVITY,
    "os.scandir": ACTIVITY,
    "os.stat": ACTIVITY,
    "os.system": ACTIVITY,
    "os.unlink": ACTIVITY,
    "os.walk": ACTIVITY,
    "io.open": ACTIVITY,
}
"""Full names, each with what to do instead."""

MODULES: dict[str, str] = {
    "_thread": BRANCH,
    "aiohttp": ACTIVITY,
    "asyncio": BRANCH,
    "boto3": ACTIVITY,
    "concurrent.futures": BRANCH,
    "http.client": ACTIVITY,
    "httpx": ACTIVITY,
    "multiprocessing": BRANCH,
    "random": CHANCE,
    "requests": ACTIVITY,
    "secrets": CHANCE,
    "shutil": ACTIVITY,
    "socket": ACTIVITY,
    "sqlite3": ACTIVITY,
    "subprocess": ACTIVITY,
    "tempfile": ACTIVITY,
    "threading": BRANCH,
    "urllib.request": ACTIVITY,
    "urllib3": ACTIVITY,
}
"""Modules of which nothing may be called."""

BUILTINS: dict[str, str] = {
    "open": ACTIVITY,
    "input": "wait for self.signal(name)",
    "hash": "its value differs between processes: use hashlib",
}
METHODS: dict[str, str] = dict.fromkeys(
    ("read_text", "read_bytes", "write_text", "write_bytes"), ACTIVITY
)
"""Methods of `pathlib.Path`, by name: whose they are cannot be seen."""

SEEDED = "random.Random"
"""Fine with an argument."""


def advice_on_name(name: str) -> str | None:
    """What to do instead of mentioning a full name; None if it is fine."""
    return EXACT.get(name)


def advice_on_call(name: str, *, arguments: bool) -> str | None:
    """What to do instead of calling a full name; None if it is fine."""
    if name == SEEDED and arguments:
        return None
    return next((MODULES[m] for m in MODULES if name.startswith(f"{m}.")), None)
