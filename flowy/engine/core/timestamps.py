"""How SWF writes a time in JSON."""


def write_timestamp(at: int) -> str:
    """Write milliseconds as seconds, in the form of Java's Double.toString.

    Recorded: 1466497773166 is written 1.466497773166E9, trailing zeros dropped. Any client reads
    any JSON number; the form is kept so that recorded bytes can be compared.
    """
    if at < 10_000_000_000:
        # Below ten million seconds (a virtual clock's times) Java writes no exponent.
        return repr(at / 1000)
    digits = str(at)
    return f"{digits[0]}.{digits[1:].rstrip('0') or '0'}E{len(digits) - 4}"
