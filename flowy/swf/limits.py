"""SWF's documented limits: lengths in characters, sizes in bytes, times in seconds.

Source: the SWF developer guide's quotas page and the service model of API version 2012-01-25.
"""

NAME = 256
"""Domains, type names, ids, task lists, markers, signals, identities."""
VERSION = 64
FUNCTION_NAME = 64
"""The name of a Lambda function."""
DATA = 32_768
"""input, result, details, control, executionContext."""
HEARTBEAT_DETAILS = 2_048
REASON = 256
"""The reason of a failure or of a termination."""
DESCRIPTION = 1_024
TOKEN = 1_024
TAGS = 5
REQUEST_BYTES = 1_000_000
"""The 1 MB of one request, decisions included. Read as 10^6, the smaller reading."""
PAGE = 1_000
"""Most items that a page may be asked to hold."""
HISTORY_EVENTS = 25_000
OPEN_TASKS = 1_000
"""Open activities, timers and children of one execution, each."""
YEAR = 365 * 24 * 3_600
"""The longest life of an execution."""
LAMBDA_SECONDS = 900
"""The longest start-to-close time-out of a Lambda function, and its default."""
