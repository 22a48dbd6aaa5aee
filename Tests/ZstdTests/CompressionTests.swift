import TestSupport
import Testing
import Zstd

@Suite struct CompressionTests {
    static let samples: [[UInt8]] = [
        [], [0], Array("party-building".utf8),
        [UInt8](repeating: 0x41, count: 300_000),
        (0..<270_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) },
    ]

    @Test(arguments: Compressor.levels) func everyLevelComesBack(level: Int) throws {
        var compressor = try Compressor(level: level)
        var decompressor = Decompressor()
        for sample in Self.samples {
            let frame = try compressor.compress(sample)
            #expect(try decompressor.decompress(frame, limit: sample.count) == sample)
            #expect(try decompressor.decompress(frame, limit: 1 << 20) == sample)
            let stated = try frame.withUnsafeBytes { try Decompressor.contentBytes(of: $0) }
            #expect(stated == sample.count)
            #expect(ZstdFrame.contentBytesMax(of: frame.count) >= sample.count)
        }
    }

    @Test func randomTextsComeBackWithEveryKindOfDictionary() throws {
        try withSeeds(4) { random, seed in
            let words = (0..<200).map { _ in
                (0..<Int.random(in: 1...12, using: &random)).map { _ in
                    UInt8.random(in: 97...122, using: &random)
                }
            }
            func text(_ most: Int) -> [UInt8] {
                (0..<Int.random(in: 0...most, using: &random)).flatMap { _ in
                    words[Int.random(in: 0..<words.count, using: &random)]
                }
            }
            let level = Int.random(in: Compressor.levels, using: &random)
            let samples = (0..<300).map { _ in text(200) }
            let made = ZstdDictionary.make(
                content: Array(words.joined()), samples: Array(samples.joined()),
                sizes: samples.map(\.count))
            #expect(made.count > words.joined().count, "statistics stand before the content")
            for bytes in [[], Array(words.joined()), made] {
                var compressor = try Compressor(level: level, dictionary: bytes)
                var decompressor = Decompressor()
                let dictionary = bytes.isEmpty ? nil : try ZstdDictionary(bytes)
                for _ in 0..<20 {
                    let text = text(800)
                    let frame = try compressor.compress(text)
                    let back = try decompressor.decompress(
                        frame, dictionary: dictionary, limit: text.count)
                    #expect(back == text, "seed \(seed)")
                }
            }
        }
    }

    @Test func appendsAndWritesIntoMemoryOfTheCaller() throws {
        var compressor = try Compressor(level: 3)
        var decompressor = Decompressor()
        let text = Array("one two three one two three".utf8)
        var output: [UInt8] = [1, 2, 3]
        try text.withUnsafeBytes { try compressor.compress($0, appendingTo: &output) }
        #expect(Array(output[..<3]) == [1, 2, 3])
        let frame = Array(output[3...])
        #expect(try compressor.compress(text) == frame)
        var room = [UInt8](repeating: 0xEE, count: text.count + 2)
        let count = try room.withUnsafeMutableBytes { room in
            try frame.withUnsafeBytes {
                try decompressor.decompress($0, into: room)
            }
        }
        #expect(count == text.count)
        #expect(Array(room[..<count]) == text)
    }

    @Test func aDictionaryMakesSmallTextsSmaller() throws {
        let content = Array(#"{"branch_id":"branch-yq-b1","occurred_at":"2019-07-31"}"#.utf8)
        let text = Array(#"{"branch_id":"branch-yq-b2","occurred_at":"2019-08-30"}"#.utf8)
        var plain = try Compressor(level: 9)
        var primed = try Compressor(level: 9, dictionary: content)
        let sizes = (try plain.compress(text).count, try primed.compress(text).count)
        #expect(sizes.1 * 2 < sizes.0)
    }

    @Test func eachPieceStandsAlone() throws {
        var compressor = try Compressor(level: 6)
        let first = try compressor.compress(Self.samples[2])
        _ = try compressor.compress(Self.samples[3])
        #expect(try compressor.compress(Self.samples[2]) == first)
    }

    @Test func sizesThatDoNotFitTheSamplesAreNotBelieved() {
        let content = Array("a few bytes".utf8)
        for sizes in [[4], [-1, 4], [2, 2, Int.max - 4]] {
            let made = ZstdDictionary.make(
                content: content, samples: [1, 2, 3], sizes: sizes)
            #expect(made == content)
        }
    }

    @Test func refusesOtherLevels() {
        for level in [-1, 0, 10, Int.max] {
            #expect(throws: ZstdError.misuse("the level must be 1 to 9, not \(level)")) {
                _ = try Compressor(level: level)
            }
        }
    }
}
