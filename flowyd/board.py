"""The board of one worker: shared memory in which it tells what it is at, and is told what to do.

Its worker, the courier and the supervisor map it; it outlives the worker. Each word has one writer
and is written by one aligned store, so it is read whole. A text has two places: the one that is not
shown is written, with its checksum, then one store shows it. So a writer that dies at any moment
leaves the text before, and a reader that was overtaken sees a wrong checksum and looks again (the
order of stores in two processes is not Python's to command: the checksum tells it on any machine).
"""

import struct
from enum import IntEnum
from zlib import crc32

import msgspec
from msgspec import Struct

WORDS = 32
"""Words of eight bytes at the front."""
HEAD = struct.Struct("<II")
"""Before each text: how many bytes it has, and their checksum."""
TASK_BYTES = 12 * 1024
"""SWF's longest token and names (1,024 and 3 * 256 characters), each of six bytes in JSON."""
DETAILS_BYTES = 8 + 4 * 2048
"""A task's number and 2,048 characters."""
LOOKS = 200
"""A writer that overtakes a reader so often in a row writes nothing else."""


class Word(IntEnum):
    """Where each word is, grouped by who writes it."""

    # The worker.
    NUMBER = 0  # of its newest task; the first one is 1
    DONE = 1  # the newest task that is answered
    RAN = 2  # the newest task whose code has ended: its answer is on its way
    BEATS = 3  # signs of life that its activities gave
    POLLS = 4  # polls that ended: its progress while it has no task
    TASK_PLACE = 5
    DETAILS_PLACE = 6
    PID = 7
    UNTIL = 8  # when the start-to-close of what it works on is over; 0: it works on nothing
    # The supervisor.
    CUT = 12  # 1: its drain is over, it shall give up what it has
    DRAIN_UNTIL = 13  # when its drain is over, in milliseconds of the monotonic clock; 0: never
    POLL_DELAY = 14  # milliseconds to wait before each poll
    # The courier.
    CANCELED = 16  # the newest task that SWF was asked to cancel
    GONE = 17  # the newest task that SWF does not know any more


class BoardTask(Struct, frozen=True):
    """What a worker works on. Times in milliseconds; `began` is of the monotonic clock.

    `pace` is how far apart its heartbeats are to be sent; an `automatic` one needs no sign of life.
    `beats` are those that the tasks before it gave.
    """

    number: int
    token: str
    began: int
    pace: int
    start_to_close: int
    automatic: bool
    beats: int
    type: str
    workflow_id: str
    run_id: str
    activity_id: str

    @property
    def deadline(self) -> int:
        """When nobody waits for it any more."""
        return self.began + self.start_to_close


class Text:
    """One text that has two places; `shown` is the word that says which of them counts."""

    def __init__(self, view: memoryview, words: "memoryview[int]", shown: Word, size: int) -> None:
        self._places = (view[: HEAD.size + size], view[HEAD.size + size : 2 * (HEAD.size + size)])
        self._words = words
        self._shown = shown
        self._size = size

    def write(self, text: bytes) -> None:
        """Show another text.

        Raises:
            ValueError: if it is too long.
        """
        if len(text) > self._size:
            raise ValueError(f"{len(text)} bytes do not fit into {self._size}")
        other = 1 - (self._words[self._shown] & 1)
        place = self._places[other]
        place[HEAD.size : HEAD.size + len(text)] = text
        place[: HEAD.size] = HEAD.pack(len(text), crc32(text))
        self._words[self._shown] = other

    def read(self) -> bytes | None:
        """The text that was shown last (empty: none ever); None if it changes all the time."""
        for _ in range(LOOKS):
            place = self._places[self._words[self._shown] & 1]
            size, sum_ = HEAD.unpack_from(place)
            if size <= self._size:
                text = bytes(place[HEAD.size : HEAD.size + size])
                if crc32(text) == sum_:
                    return text
        return None


def size_of_board() -> int:
    """How many bytes a board has."""
    return 8 * WORDS + 2 * (HEAD.size + TASK_BYTES) + 2 * (HEAD.size + DETAILS_BYTES)


class Board:
    """A board over any memory of `size_of_board()` bytes that is zero at first."""

    def __init__(self, memory: memoryview) -> None:
        task_at = 8 * WORDS
        details_at = task_at + 2 * (HEAD.size + TASK_BYTES)
        self._words: memoryview[int] = memory[:task_at].cast("Q")
        self._task = Text(memory[task_at:details_at], self._words, Word.TASK_PLACE, TASK_BYTES)
        self._details = Text(memory[details_at:], self._words, Word.DETAILS_PLACE, DETAILS_BYTES)

    def word(self, word: Word) -> int:
        """What a word says."""
        return self._words[word]

    def set(self, word: Word, value: int) -> None:
        """Write a word; only its one writer does."""
        self._words[word] = value

    # The worker ----------------------------------------------------------------------------------

    def begin(self, task: BoardTask) -> None:
        """A task begins; one store makes it count."""
        self._words[Word.NUMBER] = task.number
        self._task.write(msgspec.json.encode(task))

    def beat(self, details: str | None) -> None:
        """A sign of life. Details that are given replace the last ones."""
        if details is not None:
            number = self._words[Word.NUMBER].to_bytes(8, "little")
            self._details.write(number + details.encode("utf-8", "surrogatepass"))
        self._words[Word.BEATS] += 1

    def end(self) -> None:
        """The task is answered, or nobody waits for an answer."""
        self._words[Word.DONE] = self._words[Word.NUMBER]

    # The readers ---------------------------------------------------------------------------------

    def task(self) -> BoardTask | None:
        """The task that the worker has, or had when it died."""
        text = self._task.read()
        if not text:
            return None
        task = msgspec.json.decode(text, type=BoardTask)
        return task if task.number > self._words[Word.DONE] else None

    def details(self, number: int) -> str | None:
        """The newest details that a task gave."""
        text = self._details.read()
        if not text or int.from_bytes(text[:8], "little") != number:
            return None
        return text[8:].decode("utf-8", "surrogatepass")
