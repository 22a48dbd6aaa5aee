import NIOCore

/// Pauses between attempts: growing, and different for every client.
struct Backoff: Sendable {
    let first: Duration
    let longest: Duration

    /// The pause after so many failures in a row.
    ///
    /// - Parameter failures: 1 and more; 0 is no pause.
    func pause(after failures: Int, using random: inout some RandomNumberGenerator) -> Duration {
        guard failures > 0 else { return .zero }
        var pause = first
        for _ in 1..<max(2, min(failures, 64)) where failures > 1 && pause < longest {
            pause = pause * 1.5
        }
        pause = min(pause, longest)
        return pause * Double.random(in: 0.5...1, using: &random)
    }

    func pause(after failures: Int) -> Duration {
        var random = SystemRandomNumberGenerator()
        return pause(after: failures, using: &random)
    }
}
