"""Documents as readable JSON and back, driven by their type hints.

Conventions
-----------
* A document with a ``schema`` number is written with its class name and that number first, then its fields in the
  order of the class; smaller dataclasses inside it are plain objects.
* `fractions.Fraction` is text (``"3/2"``), a tuple is a list, ``None`` is ``null``. NaN and infinity are refused: JSON
  has no such numbers.
* Arrays do not go into the text. `document_to_parts` leaves ``{"array": "f0_hz", "dtype": "float32", "shape": [480]}``
  in their place and hands them out beside it under that path.
* `canonical_json` is for hashing: one line, sorted keys, every dataclass named, an array as the SHA-256 of its
  little-endian bytes. Two equal documents have equal bytes, whether a number was given as ``96`` or ``96.0``.

A field that has a default may be absent from a file (it was written before the field was added); everything else is
checked.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import hashlib
import json
import math
import numbers
import types
import typing
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from songwright.errors import InputError

D = TypeVar("D")
Array = npt.NDArray[Any]
_ArrayWriter = Callable[[Array, str], dict[str, object]]

_HEADER = ("document", "schema")
_UNIONS = (typing.Union, types.UnionType)


def document_to_json(document: object) -> str:
    """Return a document as readable JSON, ending in a newline.

    Raises
    ------
    InputError
        If it holds arrays (use `document_to_parts`), NaN, infinity, or something that no document may hold.
    """
    return _dump_readable(_encode(document, Any, "", _refuse_array))


def document_from_json(cls: type[D], text: str, *, source: str = "document") -> D:
    """Return the document of class ``cls`` that `document_to_json` wrote; ``source`` names the file in error messages.

    Raises
    ------
    InputError
        With the place in the document: bad JSON, unknown or missing keys, wrong types, another schema, or anything that
        the document itself refuses.
    """
    return document_from_parts(cls, text, {}, source=source)


def document_to_parts(document: object) -> tuple[str, dict[str, Array]]:
    """Return a document as readable JSON and its arrays by path (``f0_hz``, ``phrases.2.f0_hz``).

    ``document`` may also be a tuple of documents.

    Raises
    ------
    InputError
        As `document_to_json`, except that arrays are welcome.
    """
    arrays: dict[str, Array] = {}

    def keep(array: Array, path: str) -> dict[str, object]:
        arrays[path or "array"] = array
        return {"array": path or "array", "dtype": array.dtype.name, "shape": list(array.shape)}

    return _dump_readable(_encode(document, Any, "", keep)), arrays


def document_from_parts(cls: type[D], text: str, arrays: Mapping[str, Array], *, source: str = "document") -> D:
    """Return the document that `document_to_parts` took apart. ``cls`` may be ``tuple[PhrasePerformance, ...]`` too.

    Raises
    ------
    InputError
        As `document_from_json`, or when an array is absent or differs from its written type and shape.
    """
    try:
        data = json.loads(text, object_pairs_hook=_object_without_duplicates)
    except json.JSONDecodeError as error:
        raise InputError(f"{source}, line {error.lineno} column {error.colno}: not JSON ({error.msg})") from error
    except InputError as error:
        raise InputError(f"{source}: {error}") from error
    return typing.cast(D, _decode(data, cls, source, arrays))


def canonical_json(document: object) -> bytes:
    """Return the bytes of a document to hash: equal for equal documents, different for different ones.

    ``document`` may be anything that a document may hold: a tuple of documents, a mapping of settings, a string.
    """
    encoded = _encode(document, Any, "", _digest_array, name_all=True)
    return json.dumps(encoded, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _dump_readable(encoded: object) -> str:
    return json.dumps(encoded, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _refuse_array(array: Array, path: str) -> dict[str, object]:
    raise InputError(f"{path}: an array of shape {array.shape} does not go into JSON text; use document_to_parts")


def _digest_array(array: Array, path: str) -> dict[str, object]:
    if array.dtype.hasobject:
        raise InputError(f"{path}: an array of Python objects has no digest")
    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    digest = hashlib.sha256(little.tobytes()).hexdigest()
    return {"dtype": array.dtype.name, "shape": list(array.shape), "sha256": digest}


def _object_without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise InputError(f"the key {twice[0]!r} is written twice in one object")
    return result


@functools.cache
def _hints(cls: Any) -> dict[str, Any]:
    """Type hint of every field of a dataclass in the order of the class."""
    hints = typing.get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls) if field.init}


def _schema(cls: Any) -> int | None:
    schema = getattr(cls, "schema", None)
    return schema if isinstance(schema, int) and "schema" not in _hints(cls) else None


def _join(path: str, name: str | int) -> str:
    return f"{path}.{name}" if path else str(name)


def _encode(value: object, hint: Any, path: str, write_array: _ArrayWriter, *, name_all: bool = False) -> Any:
    """Turn a value into what JSON knows. The hint only decides whether a whole number is a float."""
    encode = functools.partial(_encode, write_array=write_array, name_all=name_all)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        cls: Any = type(value)
        schema = _schema(cls)
        encoded: dict[str, Any] = {"document": cls.__name__} if name_all or schema is not None else {}
        if schema is not None:
            encoded["schema"] = schema
        for name, field_hint in _hints(cls).items():
            encoded[name] = encode(getattr(value, name), field_hint, _join(path, name))
        return encoded
    if value is None or isinstance(value, bool | np.bool_):
        return None if value is None else bool(value)
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, np.ndarray):
        return write_array(value, path)
    if isinstance(value, numbers.Integral) and not _wants_float(hint):
        return int(value)
    if isinstance(value, numbers.Real):
        number = float(value)
        if not math.isfinite(number):
            raise InputError(f"{path or 'document'}: {number} is not a number that a document may hold")
        return number + 0.0  # -0.0 equals 0.0, so it has to be written the same
    if isinstance(value, tuple | list):
        args = typing.get_args(_without_none(hint))
        return [encode(item, _item_hint(args, i), _join(path, i)) for i, item in enumerate(value)]
    if isinstance(value, Mapping):
        args = typing.get_args(_without_none(hint))
        item_hint = args[1] if len(args) == 2 else Any
        for name in value:
            if not isinstance(name, str):
                raise InputError(f"{path or 'document'}: the key {name!r} is not text")
        return {name: encode(item, item_hint, _join(path, name)) for name, item in value.items()}
    raise InputError(f"{path or 'document'}: a document may not hold a {type(value).__name__}")


def _without_none(hint: Any) -> Any:
    if typing.get_origin(hint) in _UNIONS:
        rest = [arg for arg in typing.get_args(hint) if arg is not types.NoneType]
        return rest[0] if len(rest) == 1 else hint
    return hint


def _wants_float(hint: Any) -> bool:
    hint = _without_none(hint)
    if typing.get_origin(hint) in _UNIONS:
        return float in typing.get_args(hint) and int not in typing.get_args(hint)
    return hint is float


def _item_hint(args: tuple[Any, ...], index: int) -> Any:
    if not args:
        return Any
    if args[-1] is Ellipsis or len(args) == 1:
        return args[0]
    return args[index] if index < len(args) else Any


def _decode(data: Any, hint: Any, where: str, arrays: Mapping[str, Array]) -> Any:
    """Build the value that ``hint`` describes out of parsed JSON, or say where it cannot be built."""
    origin = typing.get_origin(hint)
    if hint is Any or hint is object:
        return data
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _decode_dataclass(data, hint, where, arrays)
    if origin in _UNIONS:
        return _decode_union(data, hint, where, arrays)
    if origin is typing.Literal:
        allowed = typing.get_args(hint)
        if data not in allowed:
            raise InputError(f"{where}: found {_show(data)}, allowed are {', '.join(map(repr, allowed))}")
        return data
    if origin is np.ndarray or hint is np.ndarray:
        return _decode_array(data, hint, where, arrays)
    if origin in (tuple, list) or hint in (tuple, list):
        return _decode_sequence(data, hint, where, arrays)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(data, dict):
            raise InputError(f"{where}: found {_show(data)}, expected an object")
        item_hint = typing.get_args(hint)[1]
        return {name: _decode(item, item_hint, f"{where}.{name}", arrays) for name, item in data.items()}
    return _decode_scalar(data, hint, where)


def _decode_dataclass(data: Any, cls: Any, where: str, arrays: Mapping[str, Array]) -> Any:
    if not isinstance(data, dict):
        raise InputError(f"{where}: found {_show(data)}, expected a {cls.__name__} (an object)")
    schema = _schema(cls)
    if schema is not None:
        _check_header(data, cls, schema, where)
    hints = _hints(cls)
    known = {*hints, *_HEADER} if schema is not None else {*hints}
    unknown = sorted(set(data) - known)
    if unknown:
        raise InputError(f"{where}: unknown key {unknown[0]!r}; a {cls.__name__} has {', '.join(hints)}")
    values = {}
    for field in dataclasses.fields(cls):
        if field.name in data:
            values[field.name] = _decode(data[field.name], hints[field.name], f"{where}.{field.name}", arrays)
        elif field.init and field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise InputError(f"{where}: the key {field.name!r} is missing; a {cls.__name__} has {', '.join(hints)}")
    try:
        return cls(**values)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def _check_header(data: dict[str, Any], cls: Any, schema: int, where: str) -> None:
    if data.get("document", cls.__name__) != cls.__name__:
        raise InputError(f"{where}: this is a {_show(data['document'])}, expected a {cls.__name__}")
    found = data.get("schema")
    if not isinstance(found, int) or isinstance(found, bool):
        raise InputError(f"{where}: the schema number is missing; a {cls.__name__} of this version has schema {schema}")
    if found > schema:
        raise InputError(
            f"{where}: schema {found} is from a newer Songwright, this one reads schema {schema}; update Songwright"
        )
    if found < schema:
        raise InputError(
            f"{where}: schema {found} is from an older Songwright, this one reads schema {schema}; make it again"
        )


def _decode_union(data: Any, hint: Any, where: str, arrays: Mapping[str, Array]) -> Any:
    args = typing.get_args(hint)
    if data is None:
        if types.NoneType in args:
            return None
        raise InputError(f"{where}: null is not allowed here")
    options = [arg for arg in args if arg is not types.NoneType]
    if len(options) == 1:
        return _decode(data, options[0], where, arrays)
    # An exact match first, so that 3 in `int | float` stays whole and true never becomes a number.
    for option in options:
        if option is type(data):
            return data
    complaints = []
    for option in options:
        try:
            return _decode(data, option, where, arrays)
        except InputError as error:
            complaints.append(str(error))
    raise InputError(complaints[0])


def _decode_sequence(data: Any, hint: Any, where: str, arrays: Mapping[str, Array]) -> Any:
    if not isinstance(data, list):
        raise InputError(f"{where}: found {_show(data)}, expected a list")
    args = typing.get_args(hint)
    fixed = bool(args) and typing.get_origin(hint) is tuple and Ellipsis not in args
    if fixed and len(data) != (0 if args == ((),) else len(args)):
        raise InputError(f"{where}: found {len(data)} items, expected {len(args)}")
    items = [_decode(item, _item_hint(args, i), f"{where}[{i}]", arrays) for i, item in enumerate(data)]
    return items if hint is list or typing.get_origin(hint) is list else tuple(items)


def _decode_array(data: Any, hint: Any, where: str, arrays: Mapping[str, Array]) -> Array:
    if not isinstance(data, dict) or set(data) != {"array", "dtype", "shape"}:
        raise InputError(f"{where}: found {_show(data)}, expected an array's name, dtype and shape")
    name = data["array"]
    if name not in arrays:
        raise InputError(f"{where}: the array {name!r} is missing beside the document")
    array = arrays[name]
    if array.dtype.name != data["dtype"] or list(array.shape) != data["shape"]:
        found = f"{array.dtype.name} {list(array.shape)}"
        raise InputError(f"{where}: the array {name!r} is {found}, expected {data['dtype']} {data['shape']}")
    args = typing.get_args(hint)
    scalar = typing.get_args(args[1])[0] if len(args) == 2 and typing.get_args(args[1]) else np.generic
    if isinstance(scalar, type) and not issubclass(array.dtype.type, scalar):
        raise InputError(f"{where}: the array {name!r} is {array.dtype.name}, expected {scalar.__name__}")
    return array


def _decode_scalar(data: Any, hint: Any, where: str) -> Any:
    if hint is types.NoneType or hint is None:
        if data is not None:
            raise InputError(f"{where}: found {_show(data)}, expected null")
        return None
    if hint is Fraction:
        if isinstance(data, str):
            try:
                return Fraction(data)
            except (ValueError, ZeroDivisionError):
                pass
        elif isinstance(data, int) and not isinstance(data, bool):
            return Fraction(data)
        raise InputError(f'{where}: found {_show(data)}, expected a fraction such as "3/2"')
    if hint is float:
        if isinstance(data, int | float) and not isinstance(data, bool) and math.isfinite(data):
            return float(data)
        raise InputError(f"{where}: found {_show(data)}, expected a number")
    if hint is int:
        if isinstance(data, int) and not isinstance(data, bool):
            return data
        raise InputError(f"{where}: found {_show(data)}, expected a whole number")
    if hint is bool:
        if isinstance(data, bool):
            return data
        raise InputError(f"{where}: found {_show(data)}, expected true or false")
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        try:
            return hint(data)
        except ValueError as error:
            allowed = ", ".join(repr(member.value) for member in hint)
            raise InputError(f"{where}: found {_show(data)}, allowed are {allowed}") from error
    if hint is str:
        if isinstance(data, str):
            return data
        raise InputError(f"{where}: found {_show(data)}, expected text")
    raise TypeError(f"{where}: the codec does not know the type hint {hint!r}")


def _show(data: object) -> str:
    """Return what was found, short enough for one line of an error."""
    text = json.dumps(data, ensure_ascii=False, default=repr)
    return text if len(text) <= 60 else text[:57] + "..."
