"""The peers: how each is set up, started, asked for its figures and stopped.

Every server is a scratch instance on a free port of the loopback, with its data in the run's
temporary directory. `note` says what a reader of the table has to know about its setting."""

import contextlib
import json
import os
import shutil
import signal
import time
from pathlib import Path

import machine
from workshop import BUILD, SOURCES, Failure, free_port, wait_for_line, wait_for_port


class Peer:
    """What all peers have in common: packages, a C program that measures, a note."""

    name = ""
    packages = ()
    services = ()
    program = None          # the C file in this directory
    libraries = ()
    include = ()
    uses_network = True

    def __init__(self, workshop):
        self.workshop = workshop
        self.server = None

    def prepare(self, may_install):
        """Installs and compiles what the peer needs; raises Failure when it cannot be had."""
        if may_install:
            machine.install(self.packages, self.services)
        else:
            missing = [name for name in self.packages if not machine.installed(name)]
            if missing:
                raise Failure(f"not installed: {', '.join(missing)}")
        if self.program:
            self.executable = compile_program(
                self.workshop, self.program, self.libraries, self.include, self.uses_network)

    def start(self):
        """Starts the peer's server, if it has one."""

    def stop(self):
        if self.server:
            self.workshop.stop(self.server)
            self.server = None

    @contextlib.contextmanager
    def running(self):
        try:
            self.start()
            yield self
        finally:
            self.stop()

    def ask(self, work, **options):
        """Runs the peer's program and returns its one JSON object."""
        words = [word for name, value in options.items()
                 for word in (f"--{name.replace('_', '-')}", value)]
        lines = self.workshop.measure([self.executable, work, *words])
        if len(lines) != 1:
            raise Failure(f"{self.name}: {len(lines)} lines instead of one")
        return lines[0]

    def note(self):
        return ""


def compile_program(workshop, name, libraries, include, uses_network):
    """Compiles a C program of this directory into .build/bench, unless it is there already."""
    sources = [SOURCES / f"{name}.c", SOURCES / "common.c"]
    if uses_network:
        sources.append(SOURCES / "network.c")
    BUILD.mkdir(parents=True, exist_ok=True)
    output = BUILD / name
    newest = max(path.stat().st_mtime for path in SOURCES.glob("*.[ch]"))
    if output.exists() and output.stat().st_mtime > newest:
        return output
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler:
        raise Failure("there is no C compiler")
    # A name of its own first: another run may be compiling the same.
    partial = BUILD / f"{name}.{os.getpid()}"
    workshop.run([
        compiler, "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror",
        *(f"-I{folder}" for folder in include), *sources, "-o", partial,
        *(f"-l{library}" for library in libraries)])
    partial.rename(output)
    return output


class Lmdb(Peer):
    name = "raw LMDB in C"
    packages = ("liblmdb-dev",)
    program = "lmdb"
    libraries = ("lmdb",)
    uses_network = False

    def commits(self, seconds):
        folder = self.workshop.folder("lmdb-commits")
        answer = self.ask("commits", dir=folder, seconds=seconds)
        shutil.rmtree(folder)
        return answer

    def fill(self, events, streams):
        self.folder = self.workshop.folder("lmdb")
        return self.ask("fill", dir=self.folder, events=events, streams=streams)

    def scan(self):
        return self.ask("scan", dir=self.folder)

    def streams(self, seconds, streams):
        return self.ask("streams", dir=self.folder, seconds=seconds, streams=streams)

    def note(self):
        return (f"{machine.package_version('liblmdb0')}, in the caller's process. Commits: one "
                "event and one flush each, without index or version check. Streams: an index from "
                "(stream, version) to the event.")


class Sqlite(Peer):
    name = "SQLite"
    packages = ("libsqlite3-dev",)
    program = "sqlite"
    libraries = ("sqlite3",)
    uses_network = False

    def fill(self, events, streams):
        self.folder = self.workshop.folder("sqlite")
        return self.ask("fill", dir=self.folder, events=events, streams=streams)

    def streams(self, seconds, streams):
        return self.ask("streams", dir=self.folder, seconds=seconds, streams=streams)

    def note(self):
        return (f"{machine.package_version('libsqlite3-0')}, in the caller's process, "
                "a unique index on (stream, version), the file in its cache.")


class Echo(Peer):
    name = "C echo"
    program = "echo"

    def load(self, connections, seconds):
        return self.workshop.measure(
            [self.executable, "--connections", connections, "--seconds", seconds])[0]

    def note(self):
        return "epoll, one thread each for server and clients, 100 bytes there and back, no work."


class Redis(Peer):
    packages = ("redis-server",)
    services = ("redis-server",)
    program = "redis"
    versioned = False
    name = "Redis"

    def start(self):
        port, folder = free_port(), self.workshop.folder("redis")
        log = folder / "log"
        self.server = self.workshop.spawn([
            "redis-server", "--port", port, "--bind", "127.0.0.1", "--dir", folder, "--save", "",
            "--appendonly", "yes", "--appendfsync", "always",
            "--auto-aof-rewrite-percentage", "0", "--daemonize", "no"], log)
        wait_for_port(port, self.server, log)
        self.port = port

    def append(self, **load):
        # A new server each time: its log would grow from round to round.
        with self.running():
            answer = self.ask("append", port=self.port, versioned=int(self.versioned), **load)
        shutil.rmtree(self.workshop.directory / "redis")
        return answer

    def note(self):
        return (f"{machine.package_version('redis-server')}, XADD into one stream, appendfsync "
                "always, no rewriting of the log during the run. No version check; everything "
                "stays in memory.")


class RedisVersioned(Redis):
    name = "Redis with version check"
    versioned = True

    def note(self):
        return ("as Redis; a Lua script in the server compares the expected version with a hash "
                "and appends, in one step.")


class Postgres(Peer):
    name = "PostgreSQL"
    packages = ("postgresql", "libpq-dev")
    services = ("postgresql",)
    program = "postgres"
    libraries = ("pq",)
    include = ("/usr/include/postgresql",)

    def prepare(self, may_install):
        super().prepare(may_install)
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"),
                       key=lambda path: int(path.parts[-3]))
        if not found:
            raise Failure("there is no initdb in /usr/lib/postgresql")
        self.programs = found[-1].parent
        self.user = "postgres" if os.geteuid() == 0 else None

    def start(self):
        port, folder = free_port(), self.workshop.directory / "postgres"
        data, log = folder / "data", self.workshop.directory / "postgres.log"
        if not data.exists():
            self.workshop.folder("postgres")
            if self.user:
                shutil.chown(folder, self.user, self.user)
            self.workshop.run(
                [self.programs / "initdb", "-D", data, "-A", "trust", "-U", "bench",
                 "--encoding", "UTF8", "--no-locale", "--no-sync"], user=self.user)
        settings = {
            "port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": folder,
            "shared_buffers": "1GB", "max_connections": 120, "max_wal_size": "8GB",
            "checkpoint_timeout": "30min", "jit": "off",
        }
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self.server = self.workshop.spawn(
            [self.programs / "postgres", "-D", data, *words], log, user=self.user)
        self.address = f"host=127.0.0.1 port={port} user=bench dbname=postgres"
        wait_for_port(port, self.server, log)
        for attempt in range(100):
            try:
                self.ask("setup", server=self.address, schema=SOURCES / "postgres.sql")
                return
            except Failure as failure:
                if "starting up" not in str(failure):
                    raise
                time.sleep(0.1)

    def stop(self):
        if self.server:
            # SIGINT asks PostgreSQL for a fast shutdown; SIGTERM would wait for its clients.
            self.workshop.stop(self.server, signal.SIGINT)
            self.server = None

    def append(self, **load):
        return self.ask("append", server=self.address, **load)

    def fill(self, events, streams):
        return self.ask("fill", server=self.address, events=events, streams=streams)

    def replay(self, how):
        return self.ask("replay", server=self.address, **{"with": how})

    def size(self):
        answer = self.ask("size", server=self.address)
        return {**answer, "bytes_per_event": answer["bytes"] / max(answer["events"], 1)}

    def note(self):
        return (f"{machine.package_version('postgresql-' + self.programs.parts[-2])}, a function "
                "that checks the expected version, fsync on, shared_buffers 1 GB. Writers take no "
                "common lock (that is faster; a reader by position may miss a late commit). "
                "Payloads are bytea, parameters and results binary. Batches: one transaction in "
                "pipeline mode. Replay: pages of 1,000 by position, which can be resumed; or one "
                "COPY, which cannot.")


class Nats(Peer):
    name = "NATS JetStream"
    packages = ("nats-server",)
    services = ("nats-server",)
    program = "nats"

    def start(self):
        port, folder = free_port(), self.workshop.folder("nats")
        log = folder / "log"
        (folder / "conf").write_text(
            f'listen: "127.0.0.1:{port}"\n'
            f'jetstream {{ store_dir: "{folder}", max_file_store: 50GB }}\n')
        self.server = self.workshop.spawn(["nats-server", "-c", folder / "conf"], log)
        wait_for_port(port, self.server, log)
        self.port = port

    def fill(self, events, streams):
        return self.ask(
            "append", port=self.port, connections=1, in_flight=min(512, streams // 2),
            events=events, streams=streams)

    def replay(self):
        return self.ask("replay", port=self.port)

    def fanout(self, subscribers, seconds, streams):
        with self.running():
            return self.ask("fanout", port=self.port, subscribers=subscribers, seconds=seconds,
                            streams=streams)

    def note(self):
        return (f"{machine.package_version('nats-server')}, file storage, expected last subject "
                "sequence. It answers before anything is flushed (about every two minutes). "
                "Replay and delivery: push consumers with flow control.")


class RabbitMQ(Peer):
    name = "RabbitMQ streams"
    packages = ("rabbitmq-server",)
    services = ("rabbitmq-server", "epmd.socket", "epmd.service")
    program = "rabbitmq"

    def start(self):
        folder = self.workshop.folder("rabbitmq")
        log, port, names, distribution = folder / "log", free_port(), free_port(), free_port()
        (folder / "conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{free_port()}\n"
            f"stream.listeners.tcp.1 = 127.0.0.1:{port}\n"
            "log.file.level = error\n")
        (folder / "plugins").write_text("[rabbitmq_stream].\n")
        environment = {
            "HOME": str(folder), "RABBITMQ_NODENAME": "bench@localhost",
            "RABBITMQ_MNESIA_BASE": str(folder / "data"), "RABBITMQ_LOG_BASE": str(folder),
            "RABBITMQ_LOGS": str(folder / "rabbit.log"),
            "RABBITMQ_CONFIG_FILE": str(folder / "conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null", "RABBITMQ_DIST_PORT": str(distribution),
            "ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_EPMD_PORT": str(names),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS":
                "-kernel inet_dist_use_interface {127,0,0,1}",
        }
        # Ours, in the foreground; otherwise the broker starts one that outlives it.
        self.names = self.workshop.spawn(
            ["epmd", "-address", "127.0.0.1", "-port", names], folder / "epmd.log")
        wait_for_port(names, self.names, folder / "epmd.log")
        self.server = self.workshop.spawn(
            ["/usr/lib/rabbitmq/bin/rabbitmq-server"], log, environment)
        wait_for_port(port, self.server, log)
        self.port = port

    def stop(self):
        super().stop()
        if getattr(self, "names", None):
            self.workshop.stop(self.names)
            self.names = None

    def fill(self, events):
        # The port opens a moment before the broker accepts a stream.
        for attempt in range(20):
            try:
                return self.ask("fill", port=self.port, events=events)
            except Failure as failure:
                if attempt == 19:
                    raise
                time.sleep(0.5)

    def replay(self, events):
        return self.ask("replay", port=self.port, events=events)

    def note(self):
        return (f"{machine.package_version('rabbitmq-server')}, the native stream protocol. "
                "Replay: the broker sends its stored chunks as they are. It knows no versions, "
                "and it confirms before anything is flushed.")


class Grpc(Peer):
    name = "grpc-swift-2"

    def prepare(self, may_install):
        package, scratch = SOURCES / "grpc", BUILD / "grpc"
        if not shutil.which("swift"):
            raise Failure("there is no swift")
        self.workshop.run(
            ["swift", "build", "-c", "release", "--package-path", package,
             "--scratch-path", scratch], timeout=3600)
        self.executable = scratch / "release" / "grpc-unary"

    def start(self):
        log = self.workshop.directory / "grpc.log"
        self.server = self.workshop.spawn([self.executable, "serve"], log)
        self.port = json.loads("{" + wait_for_line(log, "{", self.server))["port"]

    def load(self, connections, seconds):
        return self.workshop.measure(
            [self.executable, "load", self.port, connections, seconds])[0]

    def note(self):
        versions = []
        resolved = SOURCES / "grpc" / "Package.resolved"
        if resolved.exists():
            versions = [
                f"{pin['identity']} {pin['state'].get('version', '?')}"
                for pin in json.loads(resolved.read_text())["pins"]
                if pin["identity"].startswith("grpc-swift")]
        return (f"{', '.join(versions)}: unary calls over HTTP/2 without TLS, 100 bytes there and "
                "back, no protobuf, one connection a client.")


ALL = {
    "lmdb": Lmdb, "sqlite": Sqlite, "echo": Echo, "redis": Redis,
    "redis-versioned": RedisVersioned, "postgres": Postgres, "nats": Nats, "rabbitmq": RabbitMQ,
    "grpc": Grpc,
}
