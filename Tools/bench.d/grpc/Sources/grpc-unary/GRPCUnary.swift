import GRPCCore
import GRPCNIOTransportHTTP2Posix

/// Usage: `grpc-unary serve` prints its port and serves until it is killed;
/// `grpc-unary load PORT CONNECTIONS SECONDS` prints one JSON line.
@main
struct GRPCUnary {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments == ["serve"] {
            try await serve()
        } else if arguments.first == "load", let load = parse(arguments.dropFirst()) {
            print(try await load.run())
        } else {
            print("usage: grpc-unary serve | load PORT CONNECTIONS SECONDS")
        }
    }

    private static func parse(_ words: ArraySlice<String>) -> Load? {
        let numbers = words.compactMap(Double.init)
        guard numbers.count == 3, words.count == 3 else { return nil }
        return Load(
            port: Int(numbers[0]), connections: Int(numbers[1]), duration: .seconds(numbers[2]))
    }

    private static func serve() async throws {
        let server = GRPCServer(
            transport: .http2NIOPosix(
                address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: .plaintext),
            services: [Echo()])
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await server.serve() }
            if let port = try await server.listeningAddress?.ipv4?.port {
                print("{\"port\": \(port)}")
                flushOutput()
            }
        }
    }
}
