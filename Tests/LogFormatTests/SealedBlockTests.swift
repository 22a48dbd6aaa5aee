import LogFormat
import TestSupport
import Testing

@Suite struct SealedBlockTests {
    private static let dictionary = Array("志愿服务 person-1 activity-1 诊疗".utf8)

    /// A record of the given size, of bytes that compress well.
    private func record(_ number: Int, bodyBytes: Int) -> [UInt8] {
        var bytes: [UInt8] = [1, 0]
        bytes.append(littleEndian: UInt16(0))
        bytes.append(littleEndian: UInt32(505))
        bytes.append(bigEndian: UInt64(number))
        bytes.append(bigEndian: UInt64(7))
        bytes.append(littleEndian: UInt64(1_000 + number))
        bytes.append(littleEndian: UInt64(number))
        bytes.append(littleEndian: UInt32(bodyBytes))
        bytes.append(littleEndian: UInt32(0))
        bytes.append(1)
        bytes.append(UInt8(ascii: "s"))
        for index in 0..<bodyBytes { bytes.append(UInt8((number + index) % 7)) }
        return bytes
    }

    private func frontier(of records: [[UInt8]]) -> MerkleFrontier {
        var frontier = MerkleFrontier()
        for record in records { frontier.append(record.withUnsafeBytes { .leaf($0) }) }
        return frontier
    }

    /// A block of the records behind the first `skipped` ones.
    private func block(
        _ records: [[UInt8]], skipped: Int = 0, dictionary: [UInt8]? = Self.dictionary
    ) throws -> [UInt8] {
        var writer = try SealedBlockWriter(
            after: frontier(of: Array(records[..<skipped])), level: 6,
            dictionary: dictionary.map { (1, $0) })
        for record in records[skipped...] {
            try record.withUnsafeBytes { try writer.add(#require(RecordView($0))) }
        }
        return try writer.finish(root: frontier(of: records).root, isContinued: false)
    }

    private func reader() throws -> ValueReader {
        let dictionary = try FrameDictionary(Self.dictionary)
        return ValueReader { $0 == 1 ? dictionary : nil }
    }

    @Test(arguments: testSeeds(4))
    func everyRecordComesBackInAnyOrder(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        // Sizes around the frame's: tiny ones, and single records larger than a frame.
        let records = (1...Int.random(in: 1...400, using: &random)).map { number in
            let size = Int.random(in: 0..<40, using: &random) == 0 ? 20_000 : 60
            return record(number, bodyBytes: Int.random(in: 0...size, using: &random))
        }
        let skipped = Int.random(in: 0..<records.count, using: &random)
        let hasDictionary = Bool.random(using: &random)
        let bytes = try block(
            records, skipped: skipped, dictionary: hasDictionary ? Self.dictionary : nil)
        try bytes.withUnsafeBytes { raw in
            let value = try ValueView(raw, at: UInt64(skipped) + 1)
            #expect(value.header.kind == .sealedBlock)
            #expect(value.header.first == UInt64(skipped) + 1)
            #expect(value.header.last == UInt64(records.count))
            #expect(value.dictionaryNumber == (hasDictionary ? 1 : 0))
            #expect(value.frontierBefore == frontier(of: Array(records[..<skipped])))
            let reader = try reader()
            for _ in 0..<600 {
                let position = Int.random(in: skipped + 1...records.count, using: &random)
                let view = try reader.record(at: UInt64(position), in: value)
                #expect([UInt8](view.bytes) == records[position - 1])
            }
            #expect(throws: FormatFault.self) {
                try reader.record(at: UInt64(records.count) + 1, in: value)
            }
            #expect(throws: FormatFault.self) {
                try reader.record(at: UInt64(skipped), in: value)
            }
        }
    }

    /// Whatever bit of a block is flipped: what can still be read is what was written.
    @Test func noFlippedBitIsServed() throws {
        let records = (1...60).map { record($0, bodyBytes: 200) }
        let sound = try block(records, skipped: 3)
        #expect(sound.count < 3_000)
        var refused = 0
        for index in sound.indices {
            var damaged = sound
            damaged[index] ^= 1 << UInt8(index % 8)
            try damaged.withUnsafeBytes { raw in
                guard let value = try? ValueView(raw, at: 4) else {
                    refused += 1
                    return
                }
                let reader = try reader()
                for position in 4...60 {
                    guard let view = try? reader.record(at: UInt64(position), in: value) else {
                        refused += 1
                        continue
                    }
                    #expect([UInt8](view.bytes) == records[position - 1])
                }
            }
        }
        #expect(refused >= sound.count)
        for length in 0..<sound.count {
            let isRefused = sound[..<length].withUnsafeBytes { (try? ValueView($0, at: 4)) == nil }
            #expect(isRefused)
        }
    }

    /// A directory whose checksum is right and whose numbers lie must not trap.
    @Test(arguments: testSeeds(4))
    func lyingDirectoriesAreRefusedOrRead(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        let records = (1...120).map { record($0, bodyBytes: 200) }
        let sound = try block(records)
        var refused = 0
        for _ in 0..<2_000 {
            var lying = sound
            lying.withUnsafeMutableBytes { raw in
                let length = Int(raw.loadUnaligned(fromByteOffset: 56, as: UInt32.self))
                let offset = ValueHeader.size + Int.random(in: 0..<length, using: &random)
                raw[offset] = UInt8.random(in: 0...255, using: &random)
                let sum = ValueHeader.checksum(
                    of: UnsafeRawBufferPointer(raw), directoryLength: length)
                raw.storeBytes(of: sum.littleEndian, toByteOffset: 60, as: UInt32.self)
            }
            try lying.withUnsafeBytes { raw in
                guard let value = try? ValueView(raw, at: 1) else {
                    refused += 1
                    return
                }
                let reader = try reader()
                for position in value.header.first...value.header.last {
                    if (try? reader.record(at: position, in: value)) == nil { refused += 1 }
                }
            }
        }
        #expect(refused > 1_000)
    }

    /// What is fetched is not proved yet: whatever it says, nothing outside is touched.
    @Test(arguments: testSeeds(4))
    func fetchingBelievesNothing(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        let records = (1...90).map { record($0, bodyBytes: 150) }
        let sound = try block(records, skipped: 7)
        for _ in 0..<2_000 {
            var damaged = sound
            for _ in 0...Int.random(in: 0...6, using: &random) {
                // Mostly the header's numbers and the first ones of the directory.
                let end = Bool.random(using: &random) ? 80 : damaged.count
                damaged[Int.random(in: 0..<end, using: &random)] =
                    [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
            }
            let length = Int.random(in: 0...damaged.count, using: &random)
            // In memory of its own, so that a tool that looks for wrong accesses finds them.
            let whole = Bool.random(using: &random) ? damaged : Array(damaged[..<length])
            try whole.withUnsafeBytes { raw in
                let reader = try reader()
                let places = (0..<4).map { _ in
                    ValuePlace(
                        bytes: raw,
                        first: [1, 8, UInt64.max].randomElement(using: &random) ?? 8,
                        event: Bool.random(using: &random)
                            ? UInt64.random(in: 0...120, using: &random)
                            : UInt64.random(in: 0...UInt64.max, using: &random))
                }
                reader.fetch(places)
                guard let value = try? ValueView(raw, at: 8) else { return }
                for position in value.header.first...min(value.header.last, 97) {
                    guard let view = try? reader.record(at: position, in: value),
                        position <= UInt64(records.count)
                    else { continue }
                    #expect([UInt8](view.bytes) == records[Int(position) - 1])
                }
            }
        }
    }

    @Test func aMissingDictionaryIsNamed() throws {
        let bytes = try block([record(1, bodyBytes: 90)])
        try bytes.withUnsafeBytes { raw in
            let value = try ValueView(raw, at: 1)
            let reader = ValueReader { _ in nil }
            #expect(throws: FormatFault.damaged(position: 1, "dictionary 1 is missing")) {
                try reader.record(at: 1, in: value)
            }
        }
    }
}
