import GRPCCore
import GRPCNIOTransportHTTP2Posix

/// A closed loop: every connection has one call in flight, for as long as it is told.
///
/// It counts from `warmUp` on, when all connections are there.
struct Load {
    let port: Int
    let connections: Int
    let duration: Duration
    let warmUp = Duration.milliseconds(300)

    /// What one connection saw: its calls, and how long each took in microseconds.
    typealias Latencies = [Double]

    func run() async throws -> String {
        let clock = ContinuousClock()
        let start = clock.now + warmUp
        let latencies = try await withThrowingTaskGroup(of: Latencies.self) { group in
            for _ in 0..<connections {
                group.addTask { try await call(from: start, to: start + duration) }
            }
            return try await group.reduce(into: Latencies()) { $0 += $1 }
        }
        return line(of: latencies.sorted(), seconds: microseconds(clock.now - start) / 1e6)
    }

    private func call(
        from start: ContinuousClock.Instant, to end: ContinuousClock.Instant
    ) async throws -> Latencies {
        try await withGRPCClient(
            transport: .http2NIOPosix(
                target: .ipv4(address: "127.0.0.1", port: port), transportSecurity: .plaintext)
        ) { client in
            let clock = ContinuousClock()
            let message = [UInt8](repeating: 0x70, count: Echo.size)
            var latencies = Latencies()
            var now = clock.now
            while now < end {
                let count = try await client.unary(
                    request: ClientRequest(message: message), descriptor: Echo.method,
                    serializer: PlainBytes(), deserializer: PlainBytes(), options: .defaults
                ) { response in
                    try response.message.count
                }
                guard count == Echo.size else {
                    throw RPCError(code: .dataLoss, message: "an answer of \(count) bytes")
                }
                let later = clock.now
                if now >= start { latencies.append(microseconds(later - now)) }
                now = later
            }
            return latencies
        }
    }

    private func line(of sorted: Latencies, seconds: Double) -> String {
        func percentile(_ part: Double) -> Double {
            sorted.isEmpty ? 0 : sorted[Int(part * Double(sorted.count - 1))]
        }
        return """
            {"operations": \(sorted.count), "seconds": \(seconds), \
            "per_second": \(Double(sorted.count) / seconds), \
            "p50_us": \(percentile(0.5)), "p99_us": \(percentile(0.99))}
            """
    }

    private func microseconds(_ duration: Duration) -> Double {
        let parts = duration.components
        return Double(parts.seconds) * 1e6 + Double(parts.attoseconds) / 1e12
    }
}
