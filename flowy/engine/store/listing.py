"""The lists of executions as SQL."""

from msgspec import Struct

Parameters = list[int | str]


class Filter(Struct, frozen=True):
    """What a list or a count asks for.

    `by_close` says whether `oldest` and `latest` (ms, both inclusive) are about closing times;
    `after` is the place of the last row seen, as (time, key).
    """

    domain: str
    is_open: bool
    oldest: int
    latest: int | None
    by_close: bool = False
    workflow_id: str | None = None
    type_name: str | None = None
    type_version: str | None = None
    tag: str | None = None
    close_status: str | None = None


def where(wanted: Filter, now: int) -> tuple[str, Parameters]:
    """Write the condition of a filter. Rows past their retention do not exist any more."""
    time = "closed_at" if wanted.by_close else "started_at"
    terms = ["domain = ?", f"{time} >= ?"]
    values: Parameters = [wanted.domain, wanted.oldest]
    if wanted.is_open:
        terms.append("closed_at IS NULL")
    else:
        terms.append("closed_at IS NOT NULL AND expires_at > ?")
        values.append(now)
    optional = {
        f"{time} <= ?": wanted.latest,
        "workflow_id = ?": wanted.workflow_id,
        "type_name = ?": wanted.type_name,
        "type_version = ?": wanted.type_version,
        "EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)": wanted.tag,
        "close_status = ?": wanted.close_status,
    }
    for term, value in optional.items():
        if value is not None:
            terms.append(term)
            values.append(value)
    return " AND ".join(terms), values


def page(
    wanted: Filter, now: int, *, after: tuple[int, int] | None, oldest_first: bool, limit: int
) -> tuple[str, Parameters]:
    """Write the query for one page: rows of (time, key, run id, description)."""
    condition, values = where(wanted, now)
    time = "closed_at" if wanted.by_close else "started_at"
    order, beyond = ("ASC", ">") if oldest_first else ("DESC", "<")
    if after is not None:
        condition += f" AND ({time}, key) {beyond} (?, ?)"
        values += after
    query = (
        f"SELECT {time}, key, run_id, description FROM executions WHERE {condition}"  # noqa: S608  # only constants
        f" ORDER BY {time} {order}, key {order} LIMIT ?"
    )
    return query, [*values, limit]


def count(wanted: Filter, now: int) -> tuple[str, Parameters]:
    condition, values = where(wanted, now)
    return f"SELECT count(*) FROM executions WHERE {condition}", values  # noqa: S608  # only constants
