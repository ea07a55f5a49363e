"""The memory of a board: a file that no file system knows, mapped by all who were given it."""

import mmap
import os

from flowyd.board import Board, size_of_board


def make_memory() -> int:
    """A file descriptor of new memory, all zero.

    Raises:
        OSError: if there is none left.
    """
    fd = os.memfd_create("flowyd-board", os.MFD_CLOEXEC)
    os.ftruncate(fd, size_of_board())
    return fd


def map_board(fd: int) -> Board:
    """The board in that memory; it needs the descriptor no more."""
    return Board(memoryview(mmap.mmap(fd, size_of_board())))
