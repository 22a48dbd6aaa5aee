"""The scenarios: groups of steps that run in turns, ours and the peers', and their goals."""

import os
import shutil
from dataclasses import dataclass, field, replace
from typing import Callable, Optional

from goals import Goal


@dataclass(frozen=True)
class Sizes:
    """How much each run does."""

    rounds: int
    seconds: float
    streams: int            # of the append runs
    burst: int              # facts of the burst
    history: int            # facts that are read again
    history_streams: int
    reads: int              # streams that are read
    small: int              # facts in the small one of two ledgers; the large one is `large`
    large: int
    extra: int              # facts that are appended to each of the two
    appends: int            # samples of that in a round, in turns
    replays: int            # replays in a sample of either, some 50 ms each in FULL
    room: int               # facts that a ledger has room for beyond those it is filled with
    disk_gib: int           # what must be free for temporary files


TINY = Sizes(rounds=1, seconds=0.3, streams=2048, burst=4_000, history=4_000,
             history_streams=256, reads=100, small=1_000, large=4_000, extra=1_000, appends=1,
             replays=2, room=20_000, disk_gib=1)
QUICK = Sizes(rounds=1, seconds=1.5, streams=10_000, burst=100_000, history=100_000,
              history_streams=1_000, reads=3_000, small=10_000, large=100_000, extra=20_000, appends=1,
              replays=20, room=500_000, disk_gib=3)
FULL = Sizes(rounds=3, seconds=5, streams=10_000, burst=2_000_000, history=1_000_000,
             history_streams=10_000, reads=10_000, small=100_000, large=1_000_000, extra=100_000, appends=1,
             replays=20, room=2_000_000, disk_gib=15)
LARGE = replace(FULL, large=10_000_000, extra=200_000, appends=3, room=5_000_000,
                disk_gib=40)


@dataclass(frozen=True)
class Step:
    """One measurement of a round. `peer` is a key of peers.ALL, None when it is ours."""

    name: str
    run: Callable[[], dict]
    peer: Optional[str] = None
    needs: tuple = ()


@dataclass(frozen=True)
class Group:
    """Steps that are measured in the same rounds.

    `prepare` holds what is done once before them, as steps too; `serving` the peers whose servers
    stay up for all rounds; `turns` how often a round goes through the steps, where the disk's
    mood changes from second to second."""

    name: str
    steps: list
    goals: list
    prepare: list = field(default_factory=list)
    serving: tuple = ()
    turns: int = 1


def middle(values):
    """The middle one of an odd number of values."""
    return sorted(values)[len(values) // 2]


def middle_of_three(run):
    """Does a short run three times, as `taizhang bench read` does, and takes the middle one."""
    return sorted((run() for _ in range(3)), key=lambda answer: answer["per_second"])[1]


class Scenarios:
    """Builds the groups for given sizes out of our side and the peers'."""

    def __init__(self, ours, peers, sizes):
        self.ours, self.peers, self.sizes = ours, peers, sizes
        self.histories = {}
        self.live = {}

    def all(self):
        return [
            self.alone(), self.many(), self.pipelined(), self.batches(), self.history(),
            self.subscribers(), self.queries(), self.scale(),
        ]

    # --- recording ------------------------------------------------------------------------------

    def ours_append(self, name, **options):
        return Step(name, lambda: self.ours.append(
            streams=self.sizes.streams, **options))

    def alone(self):
        seconds = self.sizes.seconds / 2
        return Group(
            "append-1x1",
            [self.ours_append("ours", connections=1, in_flight=1, seconds=seconds),
             Step("lmdb", lambda: self.peers["lmdb"].commits(seconds), "lmdb")],
            [Goal("append-1x1", "1 connection, 1 in flight", ("ours", "per_second"),
                  "raw LMDB commits in C", ("lmdb", "per_second"), "facts/s", 0.85)],
            turns=3)

    def redis(self, key, **load):
        return Step(key, lambda: self.peers[key].append(**load), key)

    def many(self):
        load = {"connections": 64, "seconds": self.sizes.seconds}
        title = "64 connections, 1 in flight each"
        return Group(
            "append-64x1",
            [self.ours_append("ours", in_flight=1, **load),
             self.redis("redis-versioned", in_flight=1, **load),
             self.redis("redis", in_flight=1, **load),
             Step("postgres", lambda: self.peers["postgres"].append(batch=1, **load), "postgres")],
            [Goal("append-64x1", title, ("ours", "per_second"), "Redis with version check",
                  ("redis-versioned", "per_second"), "facts/s", 1.5),
             Goal("append-64x1", title, ("ours", "per_second"), "Redis",
                  ("redis", "per_second"), "facts/s", 1.0),
             Goal("append-64x1", title, ("ours", "per_second"), "PostgreSQL",
                  ("postgres", "per_second"), "facts/s", 6)],
            serving=("postgres",))

    def pipelined(self):
        load = {"connections": 64, "in_flight": 16, "events": self.sizes.burst}
        burst = f"64 connections, 16 in flight each, burst of {self.sizes.burst:,}"
        return Group(
            "append-64x16",
            [self.ours_append("ours", sustained=True, **load),
             self.redis("redis-versioned", **load), self.redis("redis", **load)],
            [Goal("append-64x16", burst, ("ours", "per_second"), "Redis with version check",
                  ("redis-versioned", "per_second"), "facts/s", 3),
             Goal("append-64x16", burst, ("ours", "per_second"), "Redis",
                  ("redis", "per_second"), "facts/s", 1.5),
             Goal("append-sustained", "the same, until indexed, sealed and in all read models",
                  ("ours", "sustained_per_second"), "Redis with version check",
                  ("redis-versioned", "per_second"), "facts/s", 1.5)])

    def batches(self):
        load = {"connections": 16, "batch": 64, "seconds": self.sizes.seconds}
        return Group(
            "append-batches",
            [self.ours_append("ours", in_flight=1, **load),
             Step("postgres", lambda: self.peers["postgres"].append(**load), "postgres")],
            [Goal("append-batches", "batches of 64, 16 connections", ("ours", "per_second"),
                  "PostgreSQL", ("postgres", "per_second"), "facts/s", 10)],
            serving=("postgres",))

    # --- reading --------------------------------------------------------------------------------

    def ledger(self, events, streams):
        """The directory of a ledger with so many facts, filled when it is first asked for."""
        key = (events, streams)
        if key not in self.histories:
            folder = self.ours.workshop.folder(f"ledger-{events}-{streams}")
            self.ours.fill(folder, events, streams, pairs=events + self.sizes.room)
            self.histories[key] = folder
        return self.histories[key]

    def history(self):
        sizes, peers = self.sizes, self.peers
        events, streams = sizes.history, sizes.history_streams

        def folder():
            return self.ledger(events, streams)

        def bytes_per_event():
            parts, answer = self.ours.sizes(folder()), self.ours.replay(folder())
            return {**answer, **parts,
                    "bytes_per_event": (parts["log"] + parts["index"]) / answer["events"]}

        def read(name, run):
            return Step(name, lambda: middle_of_three(run), name.partition("-")[0])

        replay = f"replay of {events:,} facts over one connection"
        stream = f"one stream of {events // streams} facts out of {events:,}"
        return Group(
            "history",
            [Step("ours-replay", lambda: self.ours.replay(folder())),
             read("rabbitmq", lambda: peers["rabbitmq"].replay(events)),
             read("nats", lambda: peers["nats"].replay()),
             read("postgres-pages", lambda: peers["postgres"].replay("pages")),
             read("postgres-copy", lambda: peers["postgres"].replay("copy")),
             Step("ours-streams", lambda: self.ours.streams(folder(), sizes.reads)),
             Step("lmdb", lambda: peers["lmdb"].streams(sizes.seconds, streams), "lmdb"),
             Step("sqlite", lambda: peers["sqlite"].streams(sizes.seconds, streams), "sqlite"),
             Step("ours-size", bytes_per_event),
             Step("postgres-size", lambda: peers["postgres"].size(), "postgres")],
            [Goal("replay", replay, ("ours-replay", "per_second"), "RabbitMQ streams",
                  ("rabbitmq", "per_second"), "facts/s", 0.7),
             Goal("replay", replay, ("ours-replay", "per_second"), "NATS JetStream",
                  ("nats", "per_second"), "facts/s", 3),
             Goal("replay", replay, ("ours-replay", "per_second"), "PostgreSQL",
                  ("postgres-pages", "per_second"), "facts/s", 5),
             Goal("replay", replay, ("ours-replay", "per_second"), "PostgreSQL, COPY",
                  ("postgres-copy", "per_second"), "facts/s", None),
             Goal("stream", stream, ("ours-streams", "per_second"), "indexed read of LMDB in C",
                  ("lmdb", "per_second"), "streams/s", 0.3),
             Goal("stream", stream, ("ours-streams", "per_second"), "SQLite",
                  ("sqlite", "per_second"), "streams/s", 1),
             Goal("bytes-per-event", "on the disk, with all indexes",
                  ("ours-size", "bytes_per_event"), "PostgreSQL",
                  ("postgres-size", "bytes_per_event"), "bytes/fact", 0.25, at_least=False)],
            prepare=[
                Step("ours", lambda: {"folder": str(folder())}),
                Step("rabbitmq", lambda: peers["rabbitmq"].fill(events), "rabbitmq"),
                Step("nats", lambda: peers["nats"].fill(events, streams), "nats"),
                Step("postgres", lambda: peers["postgres"].fill(events, streams), "postgres"),
                Step("lmdb", lambda: peers["lmdb"].fill(events, streams), "lmdb"),
                Step("sqlite", lambda: peers["sqlite"].fill(events, streams), "sqlite")],
            serving=("rabbitmq", "nats", "postgres"))

    def subscribers(self):
        sizes = self.sizes

        def as_fast_as_it_goes():
            answer = self.ours.subscribe(16, sizes.seconds)
            self.live["rate"] = max(1, int(answer["events_per_second"] / 2))
            return answer

        return Group(
            "subscribers",
            [Step("ours", as_fast_as_it_goes),
             Step("nats", lambda: self.peers["nats"].fanout(
                 16, sizes.seconds, sizes.streams), "nats"),
             Step("half-load", lambda: self.ours.subscribe(
                 16, sizes.seconds, rate=self.live["rate"]), needs=("ours",))],
            [Goal("subscribers", "16 live subscribers, every fact to each",
                  ("ours", "per_second"), "NATS JetStream", ("nats", "per_second"),
                  "deliveries/s", 4),
             Goal("delivery", "sent until seen by 16 subscribers, p99 at half that load",
                  ("half-load", "delivery_p99_us"), "its own commit",
                  ("half-load", "commit_p99_us"), "µs", 1.5, at_least=False)])

    def queries(self):
        sizes, peers = self.sizes, self.peers
        title = "point query of a read model, 64 connections"
        return Group(
            "query",
            [Step("ours", lambda: self.ours.query(
                self.ledger(sizes.history, sizes.history_streams), 64, sizes.seconds)),
             Step("echo", lambda: peers["echo"].load(64, sizes.seconds), "echo"),
             Step("grpc", lambda: peers["grpc"].load(64, sizes.seconds), "grpc")],
            [Goal("query", title, ("ours", "per_second"), "C echo",
                  ("echo", "per_second"), "queries/s", 0.6),
             Goal("query", title, ("ours", "per_second"), "grpc-swift-2",
                  ("grpc", "per_second"), "queries/s", 4)],
            prepare=[Step("ours", lambda: {"folder": str(
                self.ledger(sizes.history, sizes.history_streams))})],
            serving=("grpc",))

    # --- size and age ---------------------------------------------------------------------------

    def scale(self):
        sizes, ours = self.sizes, self.ours
        streams = sizes.history_streams
        pairs = sizes.large + sizes.room    # as many persons in the small ledger as in the large

        def measured(folder):
            # As many calls in flight as the streams allow. Warm: a server that has just been
            # started reads each stream once before it judges its first fact. It is waited for
            # until all is sealed: a replay shall not run beside what the appends left to do.
            appended = ours.append(
                folder=folder, streams=streams, connections=64, events=sizes.extra,
                in_flight=max(1, min(16, streams // 128)), warm_up=12 * streams, pairs=pairs,
                sustained=True)
            return {"append": appended["per_second"],
                    "resident_mib": appended["anonymous_bytes"] / 2**20}

        def small():
            """The small ledger as it is before anything is appended to it."""
            if "small" not in self.live:
                self.live["small"] = ours.workshop.folder("ledger-small")
                ours.fill(self.live["small"], sizes.small, streams, pairs=pairs)
            return self.live["small"]

        def appended():
            # The disk's mood changes from second to second: in turns, and the middle sample of
            # each. What is appended must not make the small ledger large.
            samples = {"small": [], "large": []}
            for number in range(sizes.appends):
                for name in list(samples)[::-1 if number % 2 else 1]:
                    if name == "small":
                        folder = ours.workshop.folder("ledger-small-copy")
                        shutil.copytree(small(), folder, dirs_exist_ok=True)
                        os.sync()   # or the server's flushes would write the copy
                    else:
                        folder = self.ledger(sizes.large, streams)
                    samples[name].append(measured(folder))
            self.live["resident_mib"] = max(
                sample["resident_mib"] for sample in samples["large"])
            return {name: middle([sample["append"] for sample in samples[name]])
                    for name in samples}

        def replayed():
            # The same facts of either, the ledgers' first ones, by servers that were started for
            # it: one replay that does not count, then so many that a sample lasts a second.
            folders = {"small": small(), "large": self.ledger(sizes.large, streams)}
            rates = {"small": [], "large": []}
            for number in range(5):
                for name in list(folders)[::-1 if number % 2 else 1]:
                    rates[name].append(ours.replay(
                        folders[name], rounds=sizes.replays, events=sizes.small)["per_second"])
            return {name: middle(values) for name, values in rates.items()}

        def opened():
            answer = ours.open_after_kill(
                self.ledger(sizes.large, streams), load_seconds=min(2, sizes.seconds))
            # The server that appended before counts too.
            before = self.live.get("resident_mib", 0)
            return {**answer, "resident_mib": max(answer["resident_mib"], before)}

        title = f"with {sizes.large:,} facts in the ledger"
        peer = f"itself with {sizes.small:,}"
        return Group(
            "scale",
            [Step("append", appended), Step("read", replayed), Step("open", opened)],
            [Goal("scale-append", f"appending {title}", ("append", "large"), peer,
                  ("append", "small"), "facts/s", 0.9),
             Goal("scale-read", f"the first {sizes.small:,} facts replayed {title}",
                  ("read", "large"), peer, ("read", "small"), "facts/s", 0.9),
             Goal("open", f"open after kill -9 {title}", ("open", "seconds"), "the limit",
                  1.0, "s", 1.0, at_least=False),
             Goal("memory", f"resident memory beyond the page cache {title}",
                  ("open", "resident_mib"), "the limit", 256.0, "MiB", 1.0, at_least=False)],
            prepare=[Step("large", lambda: {"folder": str(self.ledger(sizes.large, streams))})])
