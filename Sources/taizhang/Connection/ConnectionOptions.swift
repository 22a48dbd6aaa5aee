import ArgumentParser

/// Where the server is; what every client command takes.
struct ConnectionOptions: ParsableArguments {
    @Option(help: "The server's HOST:PORT (default: $TAIZHANG_SERVER, else 127.0.0.1:7400).")
    var server: String?

    @Option(help: "Seconds a call may take before it is given up.")
    var timeout: Double = 30

    func address() throws -> ServerAddress {
        try ServerAddress(
            parsing: server ?? Terminal.environment("TAIZHANG_SERVER") ?? "127.0.0.1:7400")
    }
}
