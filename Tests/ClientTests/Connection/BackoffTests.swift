import TestSupport
import Testing

@testable import Client

@Suite struct BackoffTests {
    private let backoff = Backoff(first: .milliseconds(100), longest: .seconds(10))

    @Test func thereIsNoPauseBeforeTheFirstAttempt() {
        var random = SeededRandom(seed: 1)
        #expect(backoff.pause(after: 0, using: &random) == .zero)
    }

    @Test func pausesGrowByHalfAndAreShortenedByUpToHalf() {
        withSeeds(20) { random, seed in
            var full = Duration.milliseconds(100)
            for failures in 1...40 {
                let pause = backoff.pause(after: failures, using: &random)
                let most = min(full, .seconds(10))
                #expect(pause <= most, "seed \(seed), failure \(failures)")
                #expect(pause >= most * 0.5, "seed \(seed), failure \(failures)")
                if full < .seconds(10) { full = full * 1.5 }
            }
        }
    }

    @Test func manyFailuresDoNotOverflow() {
        var random = SeededRandom(seed: 2)
        #expect(backoff.pause(after: .max, using: &random) <= .seconds(10))
    }
}
