"""Marquee's tables calculated another way: plain Python over the raw files, after docs/tables.md.

python3 oracle.py --source FOLDER [--source FOLDER ...] [--small] --out DIR
"""

import argparse
from datetime import UTC, datetime
from pathlib import Path

import core
import marts_ratings
import marts_releases
from figures import figures
from read import read
from staging import stage
from write import write


def folder(text: str) -> Path:
    """A folder that is there."""
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"no such folder: {text}")
    return path


def main() -> None:
    """Reads the sources, calculates every table, writes them and the facts."""
    parser = argparse.ArgumentParser(description="Calculate every table of Marquee independently.")
    parser.add_argument(
        "--source", action="append", required=True, type=folder, help="folder of raw files"
    )
    parser.add_argument("--small", action="store_true", help="prefer the small file of a source")
    parser.add_argument(
        "--out", required=True, type=Path, help="folder for the CSVs and facts.json"
    )
    options = parser.parse_args()

    staging = stage(read(options.source, options.small, datetime.now(UTC)))
    cores = core.build(staging)
    tables = [
        *staging.tables(),
        *cores.tables(),
        *marts_ratings.tables(staging, cores),
        *marts_releases.tables(staging, cores),
    ]
    write(tables, staging.accounts, figures(tables), options.out)


if __name__ == "__main__":
    main()
