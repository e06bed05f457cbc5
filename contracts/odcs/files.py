"""Contract files: Open Data Contract Standard YAML into :class:`~contracts.model.Contract` and back.

Reads apiVersion v3.1.0 and v3.2.0, writes v3.2.0. Every problem of a file is found in one reading and
says file, line, field and remedy. Does not follow source paths: they are relative to the contract
file's folder, and readers of data resolve them.

Source: Open Data Contract Standard 3.2.0.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from contracts.canonical import digest
from contracts.document import Node
from contracts.model import Contract
from contracts.odcs.contract import read_contract, write_contract
from contracts.problems import Log, OdcsError, Problem
from contracts.yaml_text import document_of, text_of_file

__all__ = [
    "OdcsError",
    "Problem",
    "contract_digest",
    "dumps",
    "from_document",
    "inspect",
    "loads",
    "read",
    "to_document",
]

# Keys of mappings that read best on one line.
_ONE_LINE = {"property", "value", "minLength", "maxLength", "pattern", "minimum", "maximum"}
# Texts that need no thought between braces; YAML writers differ on the others.
_SHORT = re.compile(r"-{0,2}|\w[\w ./()（）、，。·%+-]{0,59}", re.UNICODE)


def read(path: Path) -> Contract:
    """The contract in a YAML file.

    Raises:
        OdcsError: the file cannot be read, is not YAML, or is not a contract.
    """
    return _from_file(path, Log(str(path)))


def inspect(path: Path) -> tuple[Contract, tuple[Problem, ...]]:
    """The contract in a YAML file, and the core items of the catalogue it leaves unsaid.

    Raises:
        OdcsError: the file cannot be read, is not YAML, or is not a contract.
    """
    log = Log(str(path), asks=True)
    return _from_file(path, log), tuple(log.warnings)


def loads(text: str, file: str = "<text>") -> Contract:
    """The contract in a YAML text.

    Args:
        text: an ODCS document.
        file: what problems call it.

    Raises:
        OdcsError: the text is not YAML, or not a contract.
    """
    return _loads(text, Log(file))


def from_document(document: Mapping[str, Any]) -> Contract:
    """The contract in a plain document, as :func:`to_document` makes it.

    Raises:
        OdcsError: it is not a contract.
    """
    return _read(document, Log("<document>"), 0)


def to_document(contract: Contract) -> dict[str, Any]:
    """The contract as plain mappings, lists, texts, numbers and booleans."""
    return write_contract(contract)


def dumps(contract: Contract) -> str:
    """The contract as YAML text; ``loads`` of it is equal to ``contract``."""
    writer = YAML()
    writer.allow_unicode = True
    writer.width = 120
    writer.indent(mapping=2, sequence=4, offset=2)
    buffer = io.StringIO()
    writer.dump(_readable(to_document(contract)), buffer)
    return buffer.getvalue()


def contract_digest(contract: Contract) -> str:
    """SHA-256 over the canonical JSON of the contract, in hexadecimal."""
    return digest(to_document(contract))


def _from_file(path: Path, log: Log) -> Contract:
    text = text_of_file(path, log)
    log.raise_if_any()
    assert text is not None, "no text without a noted problem"
    return _loads(text, log)


def _loads(text: str, log: Log) -> Contract:
    document = document_of(text, log)
    log.raise_if_any()
    assert document is not None, "no document without a noted problem"
    return _read(document, log, 1)


def _read(document: Mapping[str, Any], log: Log, line: int) -> Contract:
    contract = read_contract(Node(document, "", line, log))
    log.raise_if_any()
    assert contract is not None, "no contract without a noted problem"
    return contract


def _readable(value: Any) -> Any:
    """The document for a person: small mappings on one line, texts of several lines as blocks."""
    if isinstance(value, dict):
        made = CommentedMap({_readable(key): _readable(item) for key, item in value.items()})
        if set(value) <= _ONE_LINE and not any(map(_is_long, value.values())):
            made.fa.set_flow_style()
        return made
    if isinstance(value, list):
        items = CommentedSeq([_readable(item) for item in value])
        if not _is_long(value):
            items.fa.set_flow_style()
        return items
    if isinstance(value, str) and "\n" in value and _is_block(value):
        return LiteralScalarString(value)
    if isinstance(value, str) and not value.isprintable():
        return DoubleQuotedScalarString(value)  # only there are line separators and the like escaped
    return value


def _is_long(value: Any) -> bool:
    """Whether a value wants lines of its own: it is nested, long, or not plainly safe on one line."""
    if isinstance(value, list):
        return len(value) > 8 or any(isinstance(item, list) or _is_long(item) for item in value)
    return isinstance(value, dict) or (isinstance(value, str) and not _SHORT.fullmatch(value))


def _is_block(text: str) -> bool:
    lines = text.split("\n")
    return text[0] not in " \n" and all(line.isprintable() and line == line.rstrip() for line in lines)
