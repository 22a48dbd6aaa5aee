"""Our side: the figures of `taizhang bench`, and what it takes to kill and open a server."""

import contextlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path

from workshop import (ROOT, Failure, disk_bytes, resident_bytes, wait_for_line)

STREAMS = 10_000


class Taizhang:
    """The product's executable and the ledgers that this run makes with it."""

    def __init__(self, workshop):
        self.workshop = workshop
        given = os.environ.get("TAIZHANG_EXECUTABLE")
        self.executable = Path(given) if given else ROOT / ".build" / "release" / "taizhang"
        self.must_build = not given

    def build(self):
        """Builds release, or checks that the given executable is there."""
        if self.must_build:
            answer = subprocess.run(
                [ROOT / "Tools" / "bench.d" / "build"], stdout=subprocess.DEVNULL)
            if answer.returncode != 0:
                raise Failure("the build failed")
        if not os.access(self.executable, os.X_OK):
            raise Failure(f"{self.executable} cannot be run")

    @staticmethod
    def note():
        return ("300-byte payloads, the rules judge every fact, the expected version of its stream "
                "is checked, the flush comes before the answer, TCP on the loopback; client, "
                "server and kernel share the cores. Bytes per fact are the pages in use of log and "
                "index, without read models; setup facts count as facts. Rates with more facts in the "
                "ledger are those of a warm server: one that has just been started reads the facts "
                "of each activity once, while other activities' facts are recorded. Replays of a "
                "large and a small ledger read the same facts, again and again for a second. Streams are read over two connections at once; LMDB and "
                "SQLite read with one thread of their caller's process. Deliveries: 256 calls that "
                "record are in flight, as with JetStream.")

    def bench(self, work, *words, folder=None, **options):
        """Runs `taizhang bench WORK` and returns its JSON objects, without that of the setup."""
        command = [self.executable, "bench", work, *words]
        for name, value in options.items():
            command += [f"--{name.replace('_', '-')}", value]
        if folder:
            command += ["--data", folder]
        lines = self.workshop.measure(
            [*command, "--json"], environment={"TMPDIR": str(self.workshop.directory)})
        return [line for line in lines if line.get("bench") != "setup"]

    # --- recording ------------------------------------------------------------------------------

    def append(self, folder=None, streams=STREAMS, pairs=None, sustained=False, **options):
        """Facts recorded; with `sustained` also until index, seals and models have them all.

        `pairs`: how many facts the ledger must have room for (a person serves once in each
        activity); the default has room for those of this call."""
        if "events" in options:
            pairs = max(pairs or 0, options["events"])
        if pairs:
            options["persons"] = max(400, pairs // streams + 100)
        words = ["--sustained"] if sustained else []
        lines = self.bench("append", *words, folder=folder, streams=streams, **options)
        phases = {line.get("phase"): line for line in lines}
        burst = phases.get("burst")
        if burst is None or burst.get("refused", 0):
            raise Failure(f"bench append: {burst or 'no burst'}")
        answer = {
            "per_second": burst["events_per_second"],
            "events": burst["events"],
            "head": burst["head"],
            "p99_us": burst["latency_us"]["p99"],
            "anonymous_bytes": burst.get("server_rss_anon_bytes") or 0,
            "server_cpu_ns": burst.get("server_cpu_ns_per_event"),
            "client_cpu_ns": burst.get("client_cpu_ns_per_event"),
        }
        if sustained:
            if "sustained" not in phases:
                raise Failure("bench append: no sustained phase")
            last = phases["sustained"]
            answer["sustained_per_second"] = last["events_per_second"]
            for part in ("log", "index", "views"):
                answer[f"{part}_bytes"] = last.get(f"{part}_bytes") or 0
        return answer

    def fill(self, folder, events, streams, pairs=None):
        """A ledger of so many measured facts, indexed and sealed."""
        return self.append(
            folder=folder, streams=streams, connections=64, events=events,
            pairs=pairs, in_flight=max(1, min(16, streams // 128)), sustained=True)

    # --- reading --------------------------------------------------------------------------------

    def replay(self, folder, rounds=3, **options):
        line = self.one("replay", self.bench("read", folder=folder, rounds=rounds, **options))
        return {"per_second": line["events_per_second"], "events": line["events"]}

    def streams(self, folder, count):
        line = self.one(
            "streams", self.bench("read", "--no-replay", folder=folder, streams=count))
        return {
            "per_second": line["streams_per_second"],
            "events_per_stream": line["events"] / max(line["streams"], 1),
        }

    def query(self, folder, connections, seconds):
        line = self.one("query", self.bench(
            "query", folder=folder, connections=connections, in_flight=1, seconds=seconds))
        return {"per_second": line["queries_per_second"], "rows": line["rows"]}

    def subscribe(self, subscribers, seconds, rate=0, **options):
        if rate:
            options["rate"] = rate
        line = self.one("subscribe", self.bench(
            "subscribe", subscribers=subscribers, seconds=seconds, **options))
        if line["lost"]:
            raise Failure(f"bench subscribe: {line['lost']} events lost")
        return {
            "per_second": line["delivered_per_second"],
            "events_per_second": line["events_per_second"],
            "commit_p99_us": line["append_latency_us"]["p99"],
            "delivery_p99_us": line["delivery_latency_us"]["p99"],
        }

    @staticmethod
    def one(name, lines):
        found = [line for line in lines if line.get("bench") == name]
        if len(found) != 1:
            raise Failure(f"taizhang bench printed {len(found)} lines of {name}")
        return found[0]

    # --- the ledger's directory, and the server as a process -------------------------------------

    def sizes(self, folder):
        """Bytes by part: of the pages that hold something, as the server tells, and of the files,
        in which pages that sealing set free wait for later facts."""
        ledger = self.ledger(folder)
        with self.serving(folder) as (_, address, _seconds):
            status = json.loads(self.workshop.run(
                [self.executable, "status", "--server", address, "--json"]))
        return {
            "log": int(status["log_bytes"]), "index": int(status["index_bytes"]),
            "log_file": disk_bytes(ledger / "log"), "index_file": disk_bytes(ledger / "index")}

    @staticmethod
    def ledger(folder):
        """The ledger's own directory: `folder`, or the one in it that holds a log."""
        for candidate in (Path(folder), *sorted(Path(folder).iterdir())):
            if (candidate / "log").is_dir():
                return candidate
        raise Failure(f"no ledger in {folder}")

    @contextlib.contextmanager
    def serving(self, folder):
        """A server of a ledger: yields (process, address, seconds until it listened)."""
        log = self.workshop.directory / "serve.log"
        start = time.perf_counter()
        child = self.workshop.spawn(
            [self.executable, "serve", "--data", self.ledger(folder), "--listen", "127.0.0.1:0",
             "--lang", "en"], log)
        try:
            address = wait_for_line(log, "listening on ", child, seconds=600)
            yield child, address, time.perf_counter() - start
        finally:
            self.workshop.stop(child)

    def open_after_kill(self, folder, load_seconds):
        """Kills a server while facts are being recorded, and times the next one from its start to
        its first answer; then has everything read, and looks at the server's memory."""
        with self.serving(folder) as (server, address, _):
            load = self.workshop.spawn(
                [self.executable, "bench", "append", "--server", address, "--into-this-ledger",
                 "--connections", 16, "--seconds", 30, "--json"],
                self.workshop.directory / "load.log")
            time.sleep(load_seconds)
            os.kill(server.pid, signal.SIGKILL)
            server.wait()
            self.workshop.stop(load)
        start = time.perf_counter()
        with self.serving(folder) as (server, address, listening):
            self.workshop.run([self.executable, "status", "--server", address, "--json"])
            answered = time.perf_counter() - start
            self.bench("read", rounds=1, server=address)
            return {
                "seconds": answered,
                "listening_seconds": listening,
                "resident_mib": resident_bytes(server.pid) / 2**20,
            }
