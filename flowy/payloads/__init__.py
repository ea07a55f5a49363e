"""Payloads: long texts in a store beside the history, and how all texts cross to SWF."""

from flowy.payloads.crossing import Payloads
from flowy.payloads.directory import DirectoryStore
from flowy.payloads.settings import PayloadSettings
from flowy.payloads.store import Store, Stored

__all__ = ["DirectoryStore", "PayloadSettings", "Payloads", "Store", "Stored"]
