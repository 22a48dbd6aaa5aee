/// A small, fast, seedable generator (SplitMix64) so that a property test can print its seed
/// and be replayed.
package struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    /// - Parameter seed: the same seed gives the same sequence on every machine.
    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Runs a property under a number of seeds; a failing run names its seed.
///
/// The first seed comes from the environment variable `TAIZHANG_TEST_SEED` when it is set, so that
/// a failure can be repeated alone.
package func withSeeds(
    _ count: Int, _ property: (inout SeededRandom, UInt64) throws -> Void
) rethrows {
    for seed in testSeeds(count) {
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        try property(&random, seed)
    }
}

/// The seeds of a property test: one from the environment when named there, else `count` of them.
package func testSeeds(_ count: Int) -> [UInt64] {
    if let text = environmentValue("TAIZHANG_TEST_SEED"), let seed = UInt64(text) {
        return [seed]
    }
    var random = SystemRandomNumberGenerator()
    return (0..<count).map { _ in random.next() >> 16 }
}
