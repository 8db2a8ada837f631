"""Finds the deliveries in the folders of a run, and the file of each source in them (the catalogue)."""

import re
from datetime import date
from pathlib import Path
from typing import NamedTuple

DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)|(\d{4})(\d\d)(\d\d)", re.ASCII)


class Folder(NamedTuple):
    """The files of one delivery; without a day it counts as delivered at the run's start."""

    path: Path
    day: date | None

    def file(self, names: list[str]) -> Path | None:
        """The first of a source's files that is there."""
        paths = (self.path / name for name in names)
        return next((path for path in paths if path.is_file()), None)


def day_of(folder: Path) -> date | None:
    """The day that a folder is named by: 2024-01-31 or 20240131."""
    match = DAY.fullmatch(folder.name)
    if not match:
        return None
    try:
        return date(*(int(part) for part in match.groups() if part))
    except ValueError:
        return None


def delivered(sources: list[Path]) -> list[Folder]:
    """Each source folder once; its subfolders where they are named by day."""
    folders: dict[Path, Folder] = {}
    for source in (source.resolve() for source in sources):
        subfolders = [Folder(path, day_of(path)) for path in source.iterdir() if path.is_dir()]
        dated = [folder for folder in subfolders if folder.day]
        for folder in dated or [Folder(source, day_of(source))]:
            folders.setdefault(folder.path, folder)
    return list(folders.values())


def by_day(folders: list[Folder]) -> list[list[Folder]]:
    """The folders of each day, oldest first; those without a day are the newest."""
    days = {folder.day for folder in folders}
    return [
        [folder for folder in folders if folder.day == day]
        for day in sorted(days, key=lambda day: day or date.max)
    ]


def refuse_strangers(folders: list[Folder], names: list[str]) -> None:
    """Users of two folders are strangers, unless both are dated deliveries in one folder."""
    found = [folder for folder in folders if folder.file(names)]
    series = {(folder.path.parent if folder.day else folder.path) for folder in found}
    if len(series) > 1:
        raise SystemExit(f"ratings in two folders, their users are strangers: {found}")
