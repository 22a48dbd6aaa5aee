import LogFormat
import TestSupport
import Testing

/// Packing must give back every record to the byte, whatever is in it.
@Suite struct PackedRecordTests {
    @Test(arguments: testSeeds(6))
    func anyRecordComesBack(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        let records = (0..<300).map { _ in randomRecord(&random) }
        var writer = try SealedBlockWriter(
            after: MerkleFrontier(), level: 1, dictionary: nil,
            frameBytes: Int.random(in: 100...9_000, using: &random))
        for record in records {
            try record.withUnsafeBytes { try writer.add(#require(RecordView($0))) }
        }
        let block = try writer.finish(root: .empty, isContinued: true)
        try block.withUnsafeBytes { raw in
            let value = try ValueView(unkeyed: raw)
            #expect(value.header.isContinued)
            let reader = ValueReader { _ in nil }
            // In order, backwards, and here and there.
            let order =
                Array(1...300) + (1...300).reversed()
                + (0..<300).map { _ in Int.random(in: 1...300, using: &random) }
            for position in order {
                let view = try reader.record(at: UInt64(position), in: value)
                #expect([UInt8](view.bytes) == records[position - 1])
            }
        }
    }

    /// Bodies and trailers that repeat the id, the stream and the time, or parts of them, or not.
    private func randomRecord(_ random: inout SeededRandom) -> [UInt8] {
        let id = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
        let stream = Array("s-\(Int.random(in: 0...99_999, using: &random))".utf8)
        let time = [0, 5, UInt64(Int64.max), 1_795_000_000_000_000].randomElement(using: &random)
        let ledgerAt = (time ?? 0) &+ UInt64.random(in: 0...1_000, using: &random)
        var timeBytes: [UInt8] = []
        timeBytes.append(varint: ledgerAt)
        let parts = [id, stream, timeBytes, Array(id.dropLast()), [], Array("文本".utf8)]
        func mixture(_ random: inout SeededRandom) -> [UInt8] {
            (0..<Int.random(in: 0...6, using: &random)).flatMap { _ in
                parts[Int.random(in: 0..<parts.count, using: &random)]
            }
        }
        let body = mixture(&random)
        let trailer = mixture(&random)
        let tags = (0..<Int.random(in: 0...3, using: &random)).map { Array("tag-\($0)".utf8) }
        var bytes: [UInt8] = [1, 0]
        bytes.append(littleEndian: UInt16(tags.count))
        bytes.append(littleEndian: UInt32.random(in: 0...UInt32.max, using: &random))
        bytes += id
        bytes.append(littleEndian: ledgerAt)
        bytes.append(littleEndian: random.next())
        bytes.append(littleEndian: UInt32(body.count))
        bytes.append(littleEndian: UInt32(trailer.count))
        bytes.append(UInt8(stream.count))
        bytes += stream
        for tag in tags { bytes += [UInt8(tag.count)] + tag }
        return bytes + body + trailer
    }
}
