"""What the terminal shows: progress while it runs, then what became of each picture."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from flowy_images.demo.progress import STEPS, Step, line

Update = Callable[[dict[str, Step]], None]


@contextmanager
def progress(console: Console, total: int) -> Iterator[Update]:
    """Show how far `total` pictures are; gives the function to call with each new state."""
    if console.is_terminal:
        with bars(console, total) as update:
            yield update
    else:
        yield lines(console, total)


def lines(console: Console, total: int) -> Update:
    """One line of text for each state that differs from the one before."""
    last = ""

    def update(found: dict[str, Step]) -> None:
        nonlocal last
        text = line(found, total)
        if text != last:
            console.print(text, soft_wrap=True, highlight=False)
            last = text

    return update


@contextmanager
def bars(console: Console, total: int) -> Iterator[Update]:
    """A bar for each step, with the number of attempts that failed."""
    columns = (
        TextColumn("{task.description:<9}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as display:
        rows = {name: display.add_task(word, total=total, note="") for name, word in STEPS.items()}

        def update(found: dict[str, Step]) -> None:
            for name, step in found.items():
                display.update(rows[name], completed=step.done, note=note(step))

        yield update


def note(step: Step) -> str:
    """What a bar cannot show: how many pictures are in this step, how many attempts failed."""
    under_way = f"{step.begun - step.done} under way" if step.begun > step.done else ""
    failed = f"{step.failed} failed" if step.failed else ""
    return ", ".join(filter(None, (under_way, failed)))


def summary(pictures: list[dict[str, str]]) -> Table:
    """The table of what became of each picture: its colour and file, or its error."""
    table = Table("picture", "colour", "file", title=None)
    for picture in pictures:
        name = PurePosixPath(urlsplit(picture["url"]).path).name
        if "error" in picture:
            # Text, for the brackets in an error are no markup.
            table.add_row(Text(name), Text("error", "red"), Text(picture["error"]))
        else:
            path = PurePosixPath(picture["path"])
            table.add_row(Text(name), picture["colour"], Text(f"{path.parent.name}/{path.name}"))
    return table
