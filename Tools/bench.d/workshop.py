"""Processes and places of one run of Tools/bench: everything it starts is ended, everything it
writes lies in one temporary directory or in .build/bench."""

import contextlib
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = Path(__file__).resolve().parent
BUILD = ROOT / ".build" / "bench"

# A command that takes longer is taken for hung.
COMMAND_SECONDS_MAX = 3600
START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 20


class Failure(Exception):
    """A step that did not work, with a text for people."""


class Workshop:
    """The temporary directory and the children of one run."""

    def __init__(self):
        base = os.environ.get("TMPDIR") or "/var/tmp"
        self.directory = Path(tempfile.mkdtemp(prefix="taizhang-comparison-", dir=base))
        # PostgreSQL refuses to run as root; its user has to get at its directory below.
        self.directory.chmod(0o711)
        self.children = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in reversed(list(self.children)):
            self.stop(child)
        shutil.rmtree(self.directory, ignore_errors=True)

    def folder(self, name):
        """An empty directory of this name."""
        path = self.directory / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    def spawn(self, command, log, environment=None, user=None):
        """Starts a server that ends with us; its output goes into the file `log`."""
        # If we are killed without a chance to clean up, the kernel ends our children.
        guard = ["setpriv", "--pdeathsig", "TERM"]
        if user:
            entry = pwd.getpwnam(user)
            guard += ["--reuid", str(entry.pw_uid), "--regid", str(entry.pw_gid), "--clear-groups"]
        with open(log, "wb") as output:
            child = subprocess.Popen(
                guard + [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True, cwd=self.directory,
                env={**os.environ, **(environment or {})})
        self.children.append(child)
        return child

    def stop(self, child, sign=signal.SIGTERM):
        """Ends a child and what it has started, first politely."""
        if child in self.children:
            self.children.remove(child)
        for each in (sign, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, each)
            end = time.monotonic() + STOP_SECONDS_MAX
            while time.monotonic() < end:
                child.poll()
                if not group_lives(child.pid):
                    child.wait()
                    return
                time.sleep(0.02)

    def run(self, command, timeout=COMMAND_SECONDS_MAX, environment=None, user=None):
        """Runs a command to its end and returns its standard output."""
        child = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, start_new_session=True, user=user,
            group=user, extra_groups=[] if user else None,
            cwd=self.directory, env={**os.environ, **(environment or {})})
        self.children.append(child)
        try:
            output, errors = child.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            raise Failure(f"{name_of(command)} took more than {timeout} s") from None
        finally:
            self.stop(child)
        if child.returncode != 0:
            last = " / ".join(errors.strip().splitlines()[-3:])
            raise Failure(f"{name_of(command)}: exit code {child.returncode}: {last}")
        return output

    def measure(self, command, **options):
        """Runs a command that prints JSON objects, one a line, and returns them."""
        output = self.run(command, **options)
        try:
            return [json.loads(line) for line in output.splitlines() if line.strip()]
        except json.JSONDecodeError:
            raise Failure(f"{name_of(command)} printed no JSON: {output[:200]!r}") from None


def name_of(command):
    """How a command is called in messages: its name and first word."""
    words = [str(word) for word in command]
    return " ".join([Path(words[0]).name] + words[1:2])


def group_lives(group):
    """Whether a process of the group does more than wait to be reaped."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError, IndexError, ValueError):
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            if int(fields[2]) == group and fields[0] not in "ZX":
                return True
    return False


def free_port():
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, child, log, seconds=START_SECONDS_MAX):
    """Waits until a server that was just spawned accepts connections."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        if child.poll() is not None:
            break
        time.sleep(0.05)
    tail = " / ".join(Path(log).read_text(errors="replace").strip().splitlines()[-3:])
    raise Failure(f"it did not start: {tail or 'no output'}")


def wait_for_line(log, start, child, seconds=START_SECONDS_MAX, pause=0.002):
    """Waits for a line of a server's log that begins so, and returns what follows."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        text = Path(log).read_text(errors="replace")
        for line in text.splitlines(keepends=True):
            if line.startswith(start) and line.endswith("\n"):
                return line[len(start):].strip()
        if child.poll() is not None:
            break
        time.sleep(pause)
    raise Failure(f"it did not start: {' / '.join(text.strip().splitlines()[-3:])}")


def resident_bytes(pid):
    """Resident memory of a process that is its own: not pages of files that it has mapped."""
    values = {}
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        values[name] = value.split()
    return (int(values["VmRSS"][0]) - int(values["RssFile"][0])) * 1024


def disk_bytes(path):
    """What a directory takes on the disk: blocks in use, like du."""
    return sum(
        (Path(folder) / name).stat().st_blocks * 512
        for folder, _, names in os.walk(path) for name in names)
