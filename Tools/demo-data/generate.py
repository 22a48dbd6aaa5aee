#!/usr/bin/env python3
"""Writes the demonstration data: one NDJSON file per programme beside this file.

    generate.py            writes the files anew
    generate.py --check    writes nothing; exit status 1 if a file is stale

The output depends on nothing but these sources: no clock, no randomness, no network.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAMMES = {
    "JZ.ndjson": ("jz", "build"), "NA.ndjson": ("na", "build"),
    "PY.ndjson": ("py_hospital", "build"), "YQ.ndjson": ("yq", "build"),
    "XX.ndjson": ("xx", "build"), "PY.staff.ndjson": ("py_hospital", "build_staff"),
}


def text_of(name: str) -> str:
    module, function = PROGRAMMES[name]
    lines = getattr(importlib.import_module(module), function)()
    return "".join(line + "\n" for line in lines)


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    sys.path.insert(0, str(HERE))
    sys.dont_write_bytecode = True
    stale = []
    for name in PROGRAMMES:
        path, text = HERE / name, text_of(name)
        if arguments and (not path.exists() or path.read_text(encoding="utf-8") != text):
            stale.append(name)
        if not arguments:
            path.write_text(text, encoding="utf-8")
            print(f"{name}: {text.count(chr(10))} facts")
    for name in stale:
        print(f"{name} is stale: run Tools/demo-data/generate.py", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
