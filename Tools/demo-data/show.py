#!/usr/bin/env python3
"""Shows what a ledger says about the five programmes beside the specification's figures.

    show.py --server HOST:PORT                 tables, charts and figures of all programmes
    show.py --server HOST:PORT --only NA,YQ    of some
    show.py --server HOST:PORT --brief         the figures alone

Exit status 1 when a figure is not met. The program is $TAIZHANG_EXECUTABLE, else the release or
debug build.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

from published import PROGRAMMES, Figure, Ledger, Programme  # noqa: E402

USES_COLOUR = sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def width(text: str) -> int:
    """Columns of a text in a terminal: wide characters take two."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in text)


def padded(text: str, columns: int, right: bool = False) -> str:
    fill = " " * max(0, columns - width(text))
    return fill + text if right else text + fill


def coloured(text: str, code: str) -> str:
    return f"\033[{code}m{text}\033[0m" if USES_COLOUR else text


def table(figures: list[Figure], language: str) -> list[str]:
    """Rows of figure, specification, ledger and verdict, aligned."""
    titles = ("", "数字", "规格", "账簿") if language == "zh" else (
        "", "figure", "specification", "ledger")
    cells = [titles] + [
        (f.key, f.zh if language == "zh" else f.en, f.specification, f.ledger) for f in figures]
    widths = [max(width(row[column]) for row in cells) for column in range(4)]
    lines = []
    for index, row in enumerate(cells):
        text = "  ".join(padded(cell, widths[column], right=column >= 2)
                         for column, cell in enumerate(row))
        if index == 0:
            lines += ["  " + coloured(text, "1"), "  " + "  ".join("─" * w for w in widths)]
        else:
            mark = coloured("✓", "32") if figures[index - 1].holds else coloured("✗", "1;31")
            lines.append(f"  {text}  {mark}")
    return lines


def show(programme: Programme, ledger: Ledger, brief: bool) -> list[Figure]:
    name = programme.zh if ledger.language == "zh" else f"{programme.en} {programme.zh}"
    print(f"\n{coloured(f'━━ {programme.key}  {name} ━━', '1')}")
    # A pipe has no width of its own.
    environment = dict(os.environ, COLUMNS=str(shutil.get_terminal_size((110, 24)).columns))
    for question in () if brief else programme.tables:
        print("\n" + coloured(f"$ taizhang query {shlex.join(question)}", "2"), flush=True)
        # What is missing is told by the figures below.
        subprocess.run(ledger.query(*question), env=environment, check=False)
    figures = list(programme.figures(ledger))
    print()
    for line in table(figures, ledger.language):
        print(line)
    return figures


def executable() -> str:
    named = os.environ.get("TAIZHANG_EXECUTABLE")
    builds = [HERE.parent.parent / ".build" / kind / "taizhang" for kind in ("release", "debug")]
    found = next((str(path) for path in builds if path.exists()), str(builds[0]))
    return named or found


def locale_language() -> str:
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    chosen = next((name for name in names if name), "")
    return "zh" if chosen.lower().startswith("zh") else "en"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n", 1)[0], epilog=__doc__.split("\n", 2)[2],
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", default=os.environ.get("TAIZHANG_SERVER", "127.0.0.1:7400"))
    parser.add_argument("--lang", choices=("zh", "en"), default=locale_language())
    parser.add_argument("--only", help="keys of programmes, for example NA,YQ")
    parser.add_argument("--brief", action="store_true", help="no tables of the read models")
    options = parser.parse_args()
    wanted = options.only.upper().split(",") if options.only else [p.key for p in PROGRAMMES]
    unknown = set(wanted) - {programme.key for programme in PROGRAMMES}
    if unknown:
        parser.error(f"no programme {', '.join(sorted(unknown))}: "
                     + " ".join(programme.key for programme in PROGRAMMES))

    taizhang = executable()
    figures: list[Figure] = []
    try:
        ledger = Ledger(taizhang, options.server, options.lang)
        for programme in PROGRAMMES:
            if programme.key in wanted:
                figures += show(programme, ledger, options.brief)
    except FileNotFoundError:
        print(f"{taizhang} is not there: build it, or set TAIZHANG_EXECUTABLE",
              file=sys.stderr)
        return 66
    except subprocess.CalledProcessError as error:
        print(f"{error.stderr or ''}exit status {error.returncode}: {shlex.join(error.cmd)}",
              file=sys.stderr)
        return error.returncode if error.returncode > 0 else 70

    missed = [figure for figure in figures if not figure.holds]
    met = len(figures) - len(missed)
    summary = (f"{met} 个数字与规格相符，{len(missed)} 个不符" if options.lang == "zh"
               else f"{met} figures as specified, {len(missed)} not")
    print(f"\n{coloured(('✗ ' if missed else '✓ ') + summary, '1')}")
    for figure in missed:
        name = figure.zh if options.lang == "zh" else figure.en
        print(f"  ✗ {figure.key} {name}: {figure.ledger} ≠ {figure.specification}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
