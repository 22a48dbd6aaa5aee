"""The machine: what it is, how long a flush of its disk takes, and what apt has to add to it."""

import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from workshop import Failure


def describe(directory):
    """The facts about the machine that belong beside every figure."""
    cpu = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
            break
    memory_kib = int(Path("/proc/meminfo").read_text().split()[1])
    flushes = flush_times(directory)
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": cpu,
        "memory_gib": round(memory_kib / 2**20, 1),
        "kernel": platform.release(),
        "system": system_name(),
        "flush_us": round(statistics.median(flushes) * 1e6),
        "flush_p99_us": round(sorted(flushes)[int(len(flushes) * 0.99)] * 1e6),
        "date": time.strftime("%Y-%m-%d"),
        "load": round(os.getloadavg()[0], 1),
    }


def system_name():
    for line in Path("/etc/os-release").read_text().splitlines():
        if line.startswith("PRETTY_NAME="):
            return line.partition("=")[2].strip('"')
    return platform.system()


def flush_times(directory, count=200):
    """Seconds of `count` times 4 KiB of new bytes written and flushed."""
    path = Path(directory) / "flush"
    file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        os.pwrite(file, bytes(64 * 4096), 0)
        os.fsync(file)
        times = []
        for i in range(count):
            start = time.perf_counter()
            os.pwrite(file, os.urandom(4096), i % 64 * 4096)
            os.fdatasync(file)
            times.append(time.perf_counter() - start)
        return times
    finally:
        os.close(file)
        path.unlink()


def sentence(machine):
    return (
        f"{machine['cores']} cores of {machine['cpu']}, {machine['memory_gib']} GiB, "
        f"{machine['system']}, Linux {machine['kernel']}, 4 KiB written and flushed in "
        f"{machine['flush_us']:,} µs (p99 {machine['flush_p99_us']:,} µs), {machine['date']}")


def installed(package):
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f=${Status}", package], capture_output=True, text=True)
    return "ok installed" in answer.stdout


def package_version(package):
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f=${Version}", package], capture_output=True, text=True)
    return answer.stdout.partition("-")[0].rpartition(":")[2]


def install(packages, services=()):
    """Installs what is missing with apt, without questions. Raises Failure with the reason.

    Services that apt starts are stopped again: the bench runs servers of its own."""
    missing = [name for name in packages if not installed(name)]
    if not missing:
        return
    if not shutil.which("apt-get"):
        raise Failure(f"not installed: {', '.join(missing)} (and there is no apt here)")
    print(f"==> installing with apt: {' '.join(missing)}", file=sys.stderr)
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing],
    ):
        answer = subprocess.run(
            as_root + words, env=environment, capture_output=True, text=True,
            stdin=subprocess.DEVNULL, timeout=900)
    still = [name for name in missing if not installed(name)]
    if still:
        last = (answer.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Failure(f"apt could not install {', '.join(still)}: {last}")
    if Path("/run/systemd/system").exists():
        for service in services:
            subprocess.run(
                as_root + ["systemctl", "disable", "--now", service], capture_output=True)
