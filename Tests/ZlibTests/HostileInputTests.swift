import TestSupport
import Testing
import Zlib

/// Input that lies, is cut, is damaged or explodes.
@Suite struct HostileInputTests {
    private let text = Array("the quick brown fox jumps over the lazy dog, again and again".utf8)

    private func deflated(
        _ bytes: [UInt8], _ format: ZlibFormat = .zlib, dictionary: [UInt8] = []
    ) throws -> [UInt8] {
        var deflater = try Deflater(format: format, level: 9, dictionary: dictionary)
        return try deflater.deflate(bytes)
    }

    private func failure(_ body: () throws -> Void) throws -> ZlibError? {
        do {
            try body()
            return nil
        } catch let error as ZlibError {
            return error
        }
    }

    @Test(arguments: CompressionTests.formats) func everyCutIsTruncated(
        format: ZlibFormat
    ) throws {
        let whole = try deflated(text, format)
        var inflater = try Inflater(format: format)
        for length in 0..<whole.count {
            let cut = Array(whole[..<length])
            let unknown = try failure { _ = try inflater.inflate(cut, limit: 1_000) }
            #expect(unknown == .truncated, "\(length) of \(whole.count)")
            let announced = try failure {
                _ = try inflater.inflate(cut, announced: text.count, limit: 1_000)
            }
            let isImpossible = text.count > length * Inflater.ratioMax
            #expect(
                announced
                    == (isImpossible
                        ? .impossibleSize(announced: text.count, inputBytes: length) : .truncated))
        }
        #expect(try inflater.inflate(whole, limit: 1_000) == text)
    }

    @Test(arguments: CompressionTests.formats) func nothingMayFollow(format: ZlibFormat) throws {
        let whole = try deflated(text, format)
        var inflater = try Inflater(format: format)
        let found = try failure { _ = try inflater.inflate(whole + [1, 2, 3], limit: 1_000) }
        #expect(found == .trailingBytes(3))
        let exact = try failure {
            _ = try inflater.inflate(whole + [0], announced: text.count, limit: text.count)
        }
        #expect(exact == .trailingBytes(1))
    }

    @Test func checksTheAnnouncedSize() throws {
        let whole = try deflated(text)
        var inflater = try Inflater(format: .zlib)
        for announced in [text.count - 1, 0] {
            let found = try failure {
                _ = try inflater.inflate(whole, announced: announced, limit: 1_000)
            }
            #expect(found == .sizeMismatch(announced: announced, actual: announced + 1))
        }
        let larger = try failure {
            _ = try inflater.inflate(whole, announced: text.count + 1, limit: 1_000)
        }
        #expect(larger == .sizeMismatch(announced: text.count + 1, actual: text.count))
        let overLimit = try failure {
            _ = try inflater.inflate(whole, announced: 1_001, limit: 1_000)
        }
        #expect(overLimit == .outputTooLarge(limit: 1_000))
        for negative in [(-1, 10), (0, -1)] {
            let found = try failure {
                _ = try inflater.inflate(whole, announced: negative.0, limit: negative.1)
            }
            #expect(found == .misuse("sizes cannot be negative"))
        }
        let negativeLimit = try failure { _ = try inflater.inflate(whole, limit: -1) }
        #expect(negativeLimit == .misuse("sizes cannot be negative"))
    }

    /// No input of this length can hold that much; memory is not even asked for.
    @Test func impossibleSizesAreRefusedBeforeAnyMemory() throws {
        var inflater = try Inflater(format: .raw)
        let found = try failure {
            _ = try inflater.inflate([3, 0], announced: 1 << 50, limit: .max)
        }
        #expect(found == .impossibleSize(announced: 1 << 50, inputBytes: 2))
    }

    @Test func anEmptyStreamHasNoBytes() throws {
        var inflater = try Inflater(format: .raw)
        #expect(try inflater.inflate([3, 0], announced: 0, limit: 0) == [])
        #expect(try inflater.inflate([3, 0], limit: 0) == [])
        #expect(try failure { _ = try inflater.inflate([], limit: 10) } == .truncated)
        #expect(try failure { _ = try inflater.inflate([], announced: 0, limit: 0) } == .truncated)
    }

    @Test(arguments: CompressionTests.formats) func bombsStopAtTheLimit(
        format: ZlibFormat
    ) throws {
        let size = 8 << 20
        let bomb = try deflated([UInt8](repeating: 0, count: size), format)
        #expect(bomb.count * 1_000 < size)
        var inflater = try Inflater(format: format)
        for limit in [0, 1, 65_536, 1 << 20] {
            let found = try failure { _ = try inflater.inflate(bomb, limit: limit) }
            #expect(found == .outputTooLarge(limit: limit))
            let lied = try failure {
                _ = try inflater.inflate(bomb, announced: limit, limit: limit)
            }
            #expect(lied == .sizeMismatch(announced: limit, actual: limit + 1))
            var room = [UInt8](repeating: 0, count: limit)
            let inPlace = try failure {
                var span = room.mutableSpan
                var bytes = span.mutableBytes
                _ = try inflater.inflate(bomb.span.bytes, into: &bytes)
            }
            #expect(inPlace == .outputTooLarge(limit: limit))
        }
        #expect(try inflater.inflate(deflated(text, format), limit: 1_000) == text)
    }

    @Test func theBestRatioIsWithinTheStatedOne() throws {
        let size = 8 << 20
        let best = try deflated([UInt8](repeating: 0, count: size), .raw)
        #expect(best.count * Inflater.ratioMax >= size)
        var inflater = try Inflater(format: .raw)
        let inflated = try inflater.inflate(best, announced: size, limit: size)
        #expect(inflated.count == size)
    }

    @Test func dictionariesAreMatched() throws {
        let dictionary = Array("lazy dog, the quick brown fox".utf8)
        let whole = try deflated(text, dictionary: dictionary)
        var right = try Inflater(format: .zlib, dictionary: dictionary)
        #expect(try right.inflate(whole, limit: 1_000) == text)
        var none = try Inflater(format: .zlib)
        let missing = try failure { _ = try none.inflate(whole, limit: 1_000) }
        guard case .dictionaryMissing(let adler)? = missing else {
            Issue.record("\(String(describing: missing))")
            return
        }
        var wrong = try Inflater(format: .zlib, dictionary: Array("another".utf8))
        let mismatch = try failure { _ = try wrong.inflate(whole, limit: 1_000) }
        #expect(mismatch == .dictionaryMismatch(needed: adler, given: 0x0BB1_02F2))
        // A stream without dictionary does not mind one.
        #expect(try right.inflate(deflated(text), limit: 1_000) == text)
    }

    /// The raw form has no checksum of the dictionary: only a check of the content tells.
    @Test func aWrongDictionaryOfTheRawFormGivesOtherBytesOrAnError() throws {
        let dictionary = Array("lazy dog, the quick brown fox".utf8)
        let whole = try deflated(text, .raw, dictionary: dictionary)
        var none = try Inflater(format: .raw)
        let missing = try failure { _ = try none.inflate(whole, limit: 1_000) }
        guard case .corrupt? = missing else {
            Issue.record("\(String(describing: missing))")
            return
        }
        var wrong = try Inflater(format: .raw, dictionary: dictionary.reversed())
        let inflated = try wrong.inflate(whole, announced: text.count, limit: 1_000)
        #expect(inflated != text)
        #expect(crc32(inflated) != crc32(text))
    }

    @Test func everyDamagedBitIsNoticed() throws {
        let whole = try deflated(text)
        var inflater = try Inflater(format: .zlib)
        var harmless = 0
        for bit in 0..<(whole.count * 8) {
            var damaged = whole
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            guard let inflated = try? inflater.inflate(damaged, limit: 100_000) else { continue }
            #expect(inflated == text, "bit \(bit)")
            harmless += 1
        }
        // Only the bits that fill the last byte before the checksum mean nothing.
        #expect(harmless < 8)
        #expect(try inflater.inflate(whole, limit: 1_000) == text)
    }

    @Test func randomBytesNeverTrap() throws {
        try withSeeds(2) { random, seed in
            for format in CompressionTests.formats {
                var inflater = try Inflater(format: format)
                for _ in 0..<500 {
                    let count = Int.random(in: 0...64, using: &random)
                    let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
                    let limit = Int.random(in: 0...5_000, using: &random)
                    let inflated = try? inflater.inflate(bytes, limit: limit)
                    #expect((inflated?.count ?? 0) <= limit, "seed \(seed)")
                }
            }
        }
    }

    @Test func errorsSayWhatIsWrong() {
        let errors: [(ZlibError, String)] = [
            (.corrupt("invalid code"), "invalid code"), (.truncated, "too early"),
            (.trailingBytes(3), "3 bytes"), (.outputTooLarge(limit: 9), "9 bytes"),
            (.sizeMismatch(announced: 4, actual: 5), "4 bytes"),
            (.impossibleSize(announced: 6, inputBytes: 1), "announced 6"),
            (.dictionaryMissing(adler32: 77), "77"),
            (.dictionaryMismatch(needed: 78, given: 79), "78, not 79"),
            (.inputTooLarge(80), "80 bytes"), (.outOfMemory, "memory"), (.misuse("rule"), "rule"),
            (.unexpected(code: -2), "-2"),
        ]
        for (error, part) in errors { #expect(error.description.contains(part)) }
    }
}
