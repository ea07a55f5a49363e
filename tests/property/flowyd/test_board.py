"""Whatever moment a board's writer dies at, its readers see what was there before or after."""

from hypothesis import given, settings
from hypothesis import strategies as st

from flowyd.board import DETAILS_BYTES, TASK_BYTES, Board, BoardTask, Text, Word, size_of_board

TEXTS = st.text(max_size=200)
LONGEST = BoardTask(
    2**63,
    "\x01" * 1024,
    2**63,
    2**63,
    2**63,
    True,
    2**63,
    *["\x01" * 256, "\x01" * 256, "\x01" * 64, "\x01" * 256],
)


class Dead(Exception):
    pass


class Dying:
    """Memory whose writer dies after so many more bytes: the rest is never written."""

    def __init__(self, memory, left):
        self.memory, self.left = memory, left

    def store(self, at, data):
        part = data[: self.left]
        self.memory[at : at + len(part)] = part
        self.left -= len(part)
        if len(part) < len(data) or self.left <= 0:
            raise Dead


class Place:
    """A view that writes byte by byte, so that its writer can die within a text."""

    def __init__(self, dying, at):
        self.dying, self.at = dying, at

    def __setitem__(self, where, data):
        self.dying.store(self.at + (where.start or 0), bytes(data))


class Words:
    """Words that are stored whole or not at all."""

    def __init__(self, dying, words):
        self.dying, self.words = dying, words

    def __getitem__(self, word):
        return self.words[word]

    def __setitem__(self, word, value):
        self.dying.left -= 1
        if self.dying.left <= 0:
            raise Dead
        self.words[word] = value


def board(memory=None):
    return Board(memoryview(memory if memory is not None else bytearray(size_of_board())))


def task(number, token="token"):
    return BoardTask(number, token, 5, 10, 20, True, 0, "T/1", "w", "r", "a")


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_the_newest_details_are_read_by_another_mapping(texts):
    memory = bytearray(size_of_board())
    writer, reader = board(memory), board(memory)
    writer.begin(task(1))
    for text in texts:
        writer.beat(text)

    assert reader.details(1) == texts[-1]
    assert reader.word(Word.BEATS) == len(texts)
    assert reader.details(2) is None


@settings(deadline=None)
@given(st.lists(st.sampled_from(("begin", "end", "beat")), max_size=30))
def test_a_task_counts_from_its_begin_to_its_end_and_has_its_own_details(steps):
    one, number, has, details = board(), 0, False, None
    for count, step in enumerate(steps):
        if step == "begin":
            number, has, details = number + 1, True, None
            one.begin(task(number))
        elif step == "end":
            one.end()
            has = False
        elif number:
            details = str(count)
            one.beat(details)
        assert one.task() == (task(number) if has else None)
        assert one.details(number) == details or not number


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=60), st.binary(max_size=60), st.integers(1, 90))
def test_a_writer_that_dies_in_the_middle_leaves_the_text_before(before, after, left):
    size = 64
    memory = bytearray(8 + 2 * (8 + size))
    words = memoryview(memory)[:8].cast("Q")
    text = Text(memoryview(memory)[8:], words, Word(0), size)
    text.write(before)
    doomed = Text(memoryview(memory)[8:], words, Word(0), size)
    dying = Dying(memory, left)
    doomed._places = tuple(Place(dying, 8 + n * (8 + size)) for n in (0, 1))
    doomed._words = Words(dying, words)
    try:
        doomed.write(after)
        finished = True
    except Dead:
        finished = False

    assert text.read() == (after if finished else before)


@settings(deadline=None)
@given(st.binary(min_size=8, max_size=200), st.data())
def test_a_text_that_is_overwritten_while_it_is_read_is_never_believed(shown, data):
    size = 256
    memory = bytearray(8 + 2 * (8 + size))
    words = memoryview(memory)[:8].cast("Q")
    text = Text(memoryview(memory)[8:], words, Word(0), size)
    text.write(shown)
    at = 8 + (8 + size) + 8 + data.draw(st.integers(0, len(shown) - 1))
    memory[at] ^= data.draw(st.integers(1, 255))

    assert text.read() is None


def test_the_longest_token_names_and_details_fit():
    one = board()
    one.begin(LONGEST)
    one.beat("\U0001f600" * 2048)

    assert one.task() == LONGEST
    assert one.details(LONGEST.number) == "\U0001f600" * 2048
    assert size_of_board() > TASK_BYTES + DETAILS_BYTES
