"""Packages: XML, pictures and a manifest in a zip file, the same bytes on every machine."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from html import escape

from graphstep.faces.export.platforms._markup import picture_name
from graphstep.faces.export.platforms._tasks import has_picture, picture, text_of
from graphstep.teaching.exercise.exercise import Exercise

_MADE = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a zip file can hold."""


def package(files: Mapping[str, str]) -> bytes:
    """Files by their names, the manifest first. Nothing is compressed: one library does that in other bytes than the next."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        # With an entry of our own: a name alone would get today's date and the rights of this machine.
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, _MADE), text_of(text).encode())
    return buffer.getvalue()


def pictures_of(exercises: Iterable[Exercise], folder: str) -> dict[str, str]:
    """The pictures of exercises by the names of their files, each once."""
    return {f"{folder}{picture_name(each.trace)}": picture(each.trace) for each in exercises if has_picture(each.trace)}


def element(name: str, *content: str, **attributes: str) -> str:
    """An element of XML; what it holds is XML already, its attributes are not.

    >>> element("p", "a", element("br"), title='<"')
    '<p title="&lt;&quot;">a<br/></p>'
    """
    written = "".join(f' {key}="{escape(text)}"' for key, text in attributes.items())
    inside = "".join(content)
    return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"


def rooted(name: str, namespaces: Mapping[str, str], *content: str, **attributes: str) -> str:
    """The element that a file is made of, with its namespaces: by prefix, the empty one for names without any."""
    names = {f"xmlns:{prefix}" if prefix else "xmlns": address for prefix, address in namespaces.items()}
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{element(name, *content, **names, **attributes)}\n'
