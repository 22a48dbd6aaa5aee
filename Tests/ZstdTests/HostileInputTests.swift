import TestSupport
import Testing
import Zstd

/// Input that lies, is cut, is damaged or explodes.
@Suite struct HostileInputTests {
    private let text = Array("the quick brown fox jumps over the lazy dog, again and again".utf8)

    private func compressed(_ bytes: [UInt8], dictionary: [UInt8] = []) throws -> [UInt8] {
        var compressor = try Compressor(level: 9, dictionary: dictionary)
        return try compressor.compress(bytes)
    }

    private func failure(_ body: () throws -> Void) throws -> ZstdError? {
        do {
            try body()
            return nil
        } catch let error as ZstdError {
            return error
        }
    }

    @Test func everyCutIsRefused() throws {
        let whole = try compressed(text)
        var decompressor = Decompressor()
        for length in 0..<whole.count {
            let cut = Array(whole[..<length])
            let found = try failure { _ = try decompressor.decompress(cut, limit: 1_000) }
            // Of a very short one not even the size is known, or the size is impossible.
            #expect(
                found == .truncated || found == .outputTooLarge(limit: 1_000),
                "\(length) of \(whole.count)")
        }
        #expect(try decompressor.decompress(whole, limit: 1_000) == text)
    }

    @Test func nothingMayFollow() throws {
        let whole = try compressed(text)
        var decompressor = Decompressor()
        for rest in [[1], [1, 2, 3], whole] {
            let found = try failure { _ = try decompressor.decompress(whole + rest, limit: 1_000) }
            #expect(found == .trailingBytes(rest.count))
        }
    }

    /// Another frame behind the first one is not read either.
    @Test func oneFrameIsOneFrame() throws {
        let whole = try compressed(text)
        let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
        var decompressor = Decompressor()
        let found = try failure {
            _ = try decompressor.decompress(whole + magic + whole, limit: 1_000)
        }
        #expect(found == .trailingBytes(magic.count + whole.count))
    }

    @Test func theRoomIsNeverExceeded() throws {
        let whole = try compressed(text)
        var decompressor = Decompressor()
        for count in 0..<text.count {
            var room = [UInt8](repeating: 0xEE, count: text.count)
            let found = try failure {
                _ = try room.withUnsafeMutableBytes { room in
                    try whole.withUnsafeBytes {
                        try decompressor.decompress(
                            $0, into: UnsafeMutableRawBufferPointer(rebasing: room[..<count]))
                    }
                }
            }
            #expect(found == .outputTooLarge(limit: count))
            #expect(room[count...].allSatisfy { $0 == 0xEE })
        }
    }

    @Test func bombsStopAtTheLimit() throws {
        let size = 8 << 20
        let bomb = try compressed([UInt8](repeating: 0, count: size))
        #expect(bomb.count * 1_000 < size)
        #expect(ZstdFrame.contentBytesMax(of: bomb.count) >= size)
        var decompressor = Decompressor()
        for limit in [0, 1, 65_536, 1 << 20, size - 1] {
            let found = try failure { _ = try decompressor.decompress(bomb, limit: limit) }
            #expect(found == .outputTooLarge(limit: limit))
        }
        #expect(try decompressor.decompress(bomb, limit: size).count == size)
    }

    /// A size that cannot come out of so few bytes: memory is not even asked for.
    @Test func impossibleSizesAreRefusedBeforeAnyMemory() throws {
        var decompressor = Decompressor()
        // A content size of eight bytes in a single segment (RFC 8878, section 3.1.1.1).
        let lie: [UInt8] = [0xE0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0]
        let found = try failure { _ = try decompressor.decompress(lie, limit: .max) }
        #expect(found == .outputTooLarge(limit: .max))
        let unstated: [UInt8] = [0x00, 0x58, 1, 0, 0]
        guard case .corrupt? = try failure({ _ = try decompressor.decompress(unstated, limit: 9) })
        else {
            Issue.record("a frame without its size was taken")
            return
        }
    }

    /// Checksums, dictionary ids and bits without a meaning do not occur (RFC 8878, 3.1.1.1.1).
    @Test func headersThatAnnounceMoreAreRefused() throws {
        let whole = try compressed(text)
        var decompressor = Decompressor()
        for bits in 1...UInt8(0x1F) {
            var other = whole
            other[0] |= bits
            let found = try failure { _ = try decompressor.decompress(other, limit: 1_000) }
            #expect(found == .corrupt("the frame's header announces what no frame has"))
        }
    }

    /// A block of the fourth kind, which is reserved, and one that is longer than the frame.
    @Test func blocksOfNoKindAreRefused() throws {
        var decompressor = Decompressor()
        let reserved: [UInt8] = [0x20, 1, 0x07, 0, 0, 9]
        guard
            case .corrupt? = try failure({
                _ = try decompressor.decompress(reserved, limit: 9)
            })
        else {
            Issue.record("a block of no known kind was taken")
            return
        }
        let long: [UInt8] = [0x20, 1, 0x11, 0, 0, 9]
        let found = try failure { _ = try decompressor.decompress(long, limit: 9) }
        #expect(found == .truncated)
        let raw: [UInt8] = [0x20, 1, 0x09, 0, 0, 9]
        #expect(try decompressor.decompress(raw, limit: 9) == [9])
    }

    @Test func aWrongDictionaryGivesOtherBytesOrAnError() throws {
        let content = Array("lazy dog, the quick brown fox".utf8)
        let whole = try compressed(text, dictionary: content)
        var decompressor = Decompressor()
        let wrong = [nil, try ZstdDictionary(content.reversed())]
        for dictionary in wrong {
            let back = try? decompressor.decompress(whole, dictionary: dictionary, limit: 1_000)
            #expect(back != text)
        }
        let right = try ZstdDictionary(content)
        #expect(try decompressor.decompress(whole, dictionary: right, limit: 1_000) == text)
        // A frame without dictionary does not mind one.
        #expect(
            try decompressor.decompress(compressed(text), dictionary: right, limit: 1_000) == text)
    }

    @Test func whatIsNoDictionaryIsRefused() throws {
        // The magic number of a dictionary and nothing behind it.
        let hollow: [UInt8] = [0x37, 0xA4, 0x30, 0xEC, 0, 0, 0, 0, 0, 0, 0, 0]
        for bytes in [[], hollow, [UInt8](repeating: 1, count: ZstdDictionary.bytesMax + 1)] {
            #expect(throws: ZstdError.unusableDictionary) { _ = try ZstdDictionary(bytes) }
        }
        #expect(throws: ZstdError.unusableDictionary) {
            _ = try Compressor(level: 3, dictionary: hollow)
        }
    }

    /// Nothing that a damaged frame or dictionary holds may trap or write beyond its room.
    @Test func damagedFramesNeverTrap() throws {
        try withSeeds(3) { random, seed in
            let content = (0..<2_000).map { _ in UInt8.random(in: 97...105, using: &random) }
            let samples = (0..<400).map { _ in
                let start = Int.random(in: 0..<1_800, using: &random)
                return Array(content[start..<start + 200])
            }
            let made = ZstdDictionary.make(
                content: content, samples: Array(samples.joined()), sizes: samples.map(\.count))
            let sound = try ZstdDictionary(made)
            let frame = try compressed(samples[0] + samples[1], dictionary: made)
            var decompressor = Decompressor()
            for _ in 0..<4_000 {
                var damaged = frame
                for _ in 0...Int.random(in: 0...2, using: &random) {
                    damaged[Int.random(in: 0..<damaged.count, using: &random)] =
                        UInt8.random(in: 0...255, using: &random)
                }
                let back = try? decompressor.decompress(damaged, dictionary: sound, limit: 5_000)
                #expect((back?.count ?? 0) <= 5_000, "seed \(seed)")
            }
            for _ in 0..<200 {
                var damaged = made
                damaged[Int.random(in: 0..<200, using: &random)] ^=
                    UInt8.random(in: 1...255, using: &random)
                guard let dictionary = try? ZstdDictionary(damaged) else { continue }
                let back = try? decompressor.decompress(frame, dictionary: dictionary, limit: 5_000)
                #expect((back?.count ?? 0) <= 5_000, "seed \(seed)")
            }
            for _ in 0..<500 {
                let count = Int.random(in: 0...64, using: &random)
                let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
                let back = try? decompressor.decompress(bytes, limit: 5_000)
                #expect((back?.count ?? 0) <= 5_000, "seed \(seed)")
            }
            #expect(
                try decompressor.decompress(frame, dictionary: sound, limit: 5_000)
                    == samples[0] + samples[1])
        }
    }

    @Test func errorsSayWhatIsWrong() {
        let errors: [(ZstdError, String)] = [
            (.corrupt("invalid code"), "invalid code"), (.truncated, "too early"),
            (.trailingBytes(3), "3 bytes"), (.outputTooLarge(limit: 9), "9 bytes"),
            (.unusableDictionary, "dictionary"), (.outOfMemory, "memory"),
            (.misuse("rule"), "rule"), (.unexpected("no frame"), "no frame"),
        ]
        for (error, part) in errors { #expect(error.description.contains(part)) }
    }
}
