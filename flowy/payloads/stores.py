"""From settings to what they mean: the store, the codecs with their keys, the converter."""

import importlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from flowy.codecs import Codec, Codecs, Gzip, Zlib
from flowy.converter import Converter
from flowy.encryption import Fernet, read_keys
from flowy.errors import OptionError
from flowy.payloads.crossing import Payloads
from flowy.payloads.directory import DirectoryStore
from flowy.payloads.settings import PayloadSettings
from flowy.payloads.store import Store

SHAPES = "dir:///PATH or s3://BUCKET/PREFIX?region=…&endpoint_url=…&profile=…&sse=…&kms_key_id=…"
S3_OPTIONS = ("region", "endpoint_url", "profile", "sse", "kms_key_id")


def open_payloads(
    settings: PayloadSettings,
    domain: str,
    environ: Mapping[str, str],
    codecs: Iterable[Codec] = (),
    store: Store | None = None,
) -> Payloads:
    """The payloads of one domain; nothing is connected yet.

    `codecs` are those that plugins give, each is used once it is named; `store` is a plugin's, for
    settings that name none.

    Raises:
        OptionError: for a store or a codec that nobody knows.
        PayloadError: for keys that cannot be read, or are none.
    """
    all_of_them: list[Codec] = [Zlib(), Gzip(), *codecs]
    known = {codec.name: codec for codec in all_of_them}
    if settings.keys_file or settings.keys_env or Fernet.name in settings.codecs:
        file = Path(settings.keys_file) if settings.keys_file else None
        known[Fernet.name] = Fernet(read_keys(file, settings.keys_env, environ))
    for name in settings.codecs:
        if name not in known:
            hint = f"known: {', '.join((*known, Fernet.name))}; a plugin gives others"
            raise OptionError(f"no codec is named {name!r}", hint=hint)
    writing = [known[name] for name in settings.codecs]
    chosen = store if settings.store is None else open_store(settings.store, domain)
    return Payloads(chosen, Codecs(writing, known.values()), settings.threshold)


def open_store(uri: str, domain: str) -> Store:
    """The store that a URI names; each domain has a place of its own in it.

    Raises:
        OptionError: for a URI of another shape.
    """
    parts = urlsplit(uri)
    if parts.scheme == "dir" and parts.path.startswith("/") and not parts.netloc:
        return DirectoryStore(Path(unquote(parts.path)) / part_of(domain))
    if parts.scheme == "s3" and parts.netloc:
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        if unknown := sorted(options.keys() - set(S3_OPTIONS)):
            raise OptionError(f"{uri}: {unknown[0]!r} is no option of a store", hint=SHAPES)
        from flowy.payloads.s3 import Place, S3Store  # importing boto3 is slow: only who uses it

        prefix = "/".join(filter(None, (unquote(parts.path).strip("/"), part_of(domain))))
        return S3Store(parts.netloc, prefix, Place(**options))
    raise OptionError(f"{uri!r} names no payload store", hint=SHAPES)


def part_of(domain: str) -> str:
    """A domain's name as one part of a path, whatever is in it."""
    return quote(domain, safe="").replace(".", "%2E")


def named_converter(name: str) -> Converter:
    """The converter that `module:name` names.

    Raises:
        OptionError: if there is none.
    """
    module, _, attribute = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise OptionError(f"no converter {name!r}: {error}", hint="write module:name") from error
    if not isinstance(found, Converter):
        raise OptionError(f"{name} is {found!r}, no Converter", hint="flowy.Converter(Form(…))")
    return found
