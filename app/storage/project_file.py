"""Reads and writes a project as JSON text with a version."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from app.domain.base.errors import AppError
from app.domain.program.editing import RELAY_PREFIX, new_id
from app.domain.program.output import EMBEDDED_RELAY_ID
from app.domain.program.project import Project, check_project
from app.storage.files import StorageError, backup_path, read_file, write_file
from app.storage.migrations import CURRENT_VERSION, FORMAT, MIGRATIONS, migrate_document
from app.storage.parsing import parse_json

SUFFIX = ".tradewind"

_PLACE = re.compile(r"^(?P<reason>.*?)(?: - at `(?P<place>.*)`)?$", re.DOTALL)


class ProjectFileError(StorageError):
    """A file that is not a show Tradewind can open.

    `data` has `path`, `backup` (the previous save, "" = none) and, depending on the code, `line` and `column` of broken text, `place`
    ("$.scenes[0].layers[1].opacity") and `reason` of a wrong value, `version` and `known` of a newer file.
    """


def encode(project: Project) -> bytes:
    """The file's content."""
    document = {"format": FORMAT, "version": CURRENT_VERSION, "project": msgspec.to_builtins(project)}
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def save(path: Path, project: Project) -> None:
    """Write the project in one step and keep the replaced file as `.bak`. Raises StorageError and then leaves the old file."""
    write_file(path, encode(project), keep_backup=True)


def load(path: Path) -> Project:
    """Read and check a project of this or an older version. Raises ProjectFileError, or StorageError if it cannot be read."""
    return decode(read_file(path), path)


def decode(content: bytes, path: Path) -> Project:
    """The project in a file's content; `path` is only for errors. Unknown keys are ignored."""
    backup = backup_path(path)
    names = {"path": str(path), "backup": str(backup) if backup.exists() else ""}
    document = _parsed(content, names)
    _check_version(document, names)
    try:
        project = msgspec.convert(migrate_document(document)["project"], Project)
    except (msgspec.ValidationError, RecursionError, OverflowError) as error:
        found = _PLACE.match(str(error))
        place = (found["place"] if found else None) or "$"
        raise ProjectFileError("project_file.value", **names, place=place, reason=found["reason"] if found else str(error)) from error
    project = _without_dangling_relays(_with_own_ids(project))
    try:
        check_project(project)
    except AppError as error:
        raise ProjectFileError(error.code, **{**names, **error.data}) from error
    except (ValueError, TypeError, ArithmeticError) as error:
        raise ProjectFileError("project_file.value", **names, place="$", reason=str(error)) from error
    return project


def _parsed(content: bytes, names: dict[str, str]) -> Any:
    if not content.strip(b"\0 \t\r\n"):
        raise ProjectFileError("project_file.empty", **names)
    try:
        return parse_json(content.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        code = "project_file.cut_off" if error.pos >= len(error.doc.rstrip()) or "Unterminated" in error.msg else "project_file.damaged"
        raise ProjectFileError(code, **names, line=error.lineno, column=error.colno, reason=error.msg) from error
    except UnicodeDecodeError as error:
        raise ProjectFileError("project_file.not_text", **names, position=error.start) from error
    except ValueError as error:
        raise ProjectFileError("project_file.damaged", **names, line=1, column=1, reason=str(error)) from error


def _check_version(document: Any, names: dict[str, str]) -> None:
    version = document.get("version") if isinstance(document, dict) else None
    if not isinstance(version, int) or isinstance(version, bool) or (version > 1 and document.get("format") != FORMAT):
        raise ProjectFileError("project_file.not_a_show", **names)
    if version > CURRENT_VERSION:
        raise ProjectFileError("project_file.newer", **names, version=version, known=CURRENT_VERSION)
    if version != CURRENT_VERSION and version not in MIGRATIONS:
        raise ProjectFileError("project_file.not_a_show", **names)
    if version == CURRENT_VERSION and "project" not in document:
        raise ProjectFileError("project_file.value", **names, place="$", reason="Object missing required field `project`")


def _with_own_ids(project: Project) -> Project:
    """Only the built-in relay may have its id: give a new id to a relay in a file that uses it."""
    return replace(
        project,
        relays=tuple(
            replace(relay, id=new_id(project, RELAY_PREFIX)) if relay.id == EMBEDDED_RELAY_ID else relay for relay in project.relays
        ),
    )


def _without_dangling_relays(project: Project) -> Project:
    """Drop references to missing relays rather than refuse the show; the nearest relay is used instead."""
    known = {EMBEDDED_RELAY_ID, *(relay.id for relay in project.relays)}
    return replace(
        project,
        relay_id=project.relay_id if project.relay_id in known else "",
        also_relay_ids=tuple(relay_id for relay_id in project.also_relay_ids if relay_id in known),
    )
