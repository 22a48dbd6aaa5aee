import TestSupport
import Testing
import Zlib

@Suite struct CompressionTests {
    static let formats: [ZlibFormat] = [.raw, .zlib]

    static let samples: [[UInt8]] = [
        [], [0], Array("party-building".utf8),
        [UInt8](repeating: 0x41, count: 100_000),
        (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) },
    ]

    @Test(arguments: formats, 0...9) func everyLevelComesBack(
        format: ZlibFormat, level: Int
    ) throws {
        var deflater = try Deflater(format: format, level: level)
        var inflater = try Inflater(format: format)
        for sample in Self.samples {
            let deflated = try deflater.deflate(sample)
            #expect(
                try inflater.inflate(deflated, announced: sample.count, limit: 1 << 20) == sample)
            #expect(try inflater.inflate(deflated, limit: sample.count) == sample)
            #expect(try inflater.inflate(deflated, limit: 1 << 20) == sample)
        }
    }

    @Test func randomTextsComeBackWithAndWithoutDictionary() throws {
        try withSeeds(4) { random, seed in
            let words = (0..<200).map { _ in
                (0..<Int.random(in: 1...12, using: &random)).map { _ in
                    UInt8.random(in: 97...122, using: &random)
                }
            }
            let dictionary = Array(words.joined())
            for format in Self.formats {
                for used in [[], dictionary] {
                    let level = Int.random(in: 0...9, using: &random)
                    var deflater = try Deflater(format: format, level: level, dictionary: used)
                    var inflater = try Inflater(format: format, dictionary: used)
                    for _ in 0..<20 {
                        let count = Int.random(in: 0...800, using: &random)
                        let text = (0..<count).flatMap { _ in
                            words[Int.random(in: 0..<words.count, using: &random)]
                        }
                        let deflated = try deflater.deflate(text)
                        let inflated = try inflater.inflate(
                            deflated, announced: text.count, limit: text.count)
                        #expect(inflated == text, "seed \(seed)")
                    }
                }
            }
        }
    }

    @Test func appendsAndTakesSpansAndPointers() throws {
        var deflater = try Deflater(format: .raw)
        var inflater = try Inflater(format: .raw)
        let text = Array("one two three one two three".utf8)
        var output: [UInt8] = [1, 2, 3]
        try deflater.deflate(text.span.bytes, appendingTo: &output)
        #expect(Array(output[..<3]) == [1, 2, 3])
        let piece = Array(output[3...])
        #expect(try deflater.deflate(text.span.bytes) == piece)
        let fromPointer = try text.withUnsafeBytes { try deflater.deflate($0) }
        #expect(fromPointer == piece)
        #expect(try inflater.inflate(piece.span.bytes, limit: 100) == text)
        let inflated = try piece.withUnsafeBytes {
            try inflater.inflate($0, announced: text.count, limit: 100)
        }
        #expect(inflated == text)
        var room = [UInt8](repeating: 0xEE, count: text.count + 2)
        var span = room.mutableSpan
        var bytes = span.mutableBytes
        let count = try inflater.inflate(piece.span.bytes, into: &bytes)
        #expect(count == text.count)
        #expect(room == text + [0xEE, 0xEE])
    }

    @Test func aDictionaryMakesSmallTextsSmaller() throws {
        let dictionary = Array(#"{"branch_id":"branch-yq-b1","occurred_at":"2019-07-31"}"#.utf8)
        let text = Array(#"{"branch_id":"branch-yq-b2","occurred_at":"2019-08-30"}"#.utf8)
        var plain = try Deflater(format: .raw)
        var primed = try Deflater(format: .raw, dictionary: dictionary)
        let sizes = (try plain.deflate(text).count, try primed.deflate(text).count)
        #expect(sizes.1 * 2 < sizes.0)
    }

    @Test func eachPieceStandsAlone() throws {
        var deflater = try Deflater(format: .zlib)
        let first = try deflater.deflate(Self.samples[2])
        _ = try deflater.deflate(Self.samples[3])
        #expect(try deflater.deflate(Self.samples[2]) == first)
    }

    @Test func refusesOtherLevels() {
        for level in [-1, 10, Int.max] {
            #expect(throws: ZlibError.misuse("the level must be 0 to 9, not \(level)")) {
                _ = try Deflater(format: .raw, level: level)
            }
        }
    }
}
