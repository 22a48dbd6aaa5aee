import Checksum
import LogFormat
import Testing

@testable import EventLog

@Suite struct ValueHeaderTests {
    private let header = ValueHeader(
        kind: .rawBatch, first: 0x0102, count: 2, bodyLength: 16 + 110, directoryLength: 16,
        root: .empty, isContinued: true)

    /// Two records of 50 and 60 bytes.
    private func encoded() -> [UInt8] {
        let pending = PendingValue(first: header.first)
        for size in [0, 10] {
            let event = draft(
                UInt64(size + 1), stream: "s", body: [UInt8](repeating: 7, count: size))
            let record = RecordFormat.encoded(event, trailer: [], streamVersion: 1, ledgerAt: 5)
            pending.append { $0 += record }
        }
        var value = [UInt8](repeating: 0, count: pending.storedBytes)
        value.withUnsafeMutableBytes { pending.write(root: .empty, isContinued: true, to: $0) }
        return value
    }

    private func read(
        _ value: [UInt8], at position: UInt64 = 0x0102
    ) throws(FormatFault) -> ValueHeader {
        let result = value.withUnsafeBytes { bytes -> Result<ValueHeader, FormatFault> in
            do throws(FormatFault) {
                return .success(try ValueHeader.read(bytes, at: position))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// The vector of Schemas/log-format.md, byte for byte up to the checksum.
    @Test func layoutIsAsWrittenDown() {
        let expected: [UInt8] =
            [0x54, 0x5A, 0x56, 0x31, 1, 1, 64, 0, 2, 1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 126, 0, 0, 0]
            + MerkleHash.empty.bytes + [16, 0, 0, 0]
        let value = encoded()
        #expect(Array(value.prefix(60)) == expected)
        #expect(value.count == 64 + 16 + 50 + 60)
        // The directory: where each record ends, and its checksum.
        #expect(Array(value[64..<68]) == [50, 0, 0, 0])
        #expect(Array(value[72..<76]) == [110, 0, 0, 0])
        let sum = crc32(Array(value[80..<130]))
        #expect(Array(value[68..<72]) == (0..<4).map { UInt8(truncatingIfNeeded: sum >> ($0 * 8)) })
        let headerSum = crc32(Array(value[64..<80]), continuing: crc32(Array(value[..<60])))
        #expect(
            Array(value[60..<64])
                == (0..<4).map { UInt8(truncatingIfNeeded: headerSum >> ($0 * 8)) })
    }

    @Test func headerComesBack() throws {
        #expect(try read(encoded()) == header)
        #expect(header.last == 0x0103)
    }

    /// Reads everything in a value, so that every checksum is proved.
    private func readAll(_ value: [UInt8], at position: UInt64 = 0x0102) throws {
        try value.withUnsafeBytes { bytes in
            let view = try ValueView(bytes, at: position)
            let reader = ValueReader { _ in nil }
            for position in view.header.first...view.header.last {
                _ = try reader.record(at: position, in: view)
            }
        }
    }

    @Test func everyFlippedBitIsNoticed() throws {
        try readAll(encoded())
        for index in encoded().indices {
            for bit in 0..<8 {
                var damaged = encoded()
                damaged[index] ^= 1 << bit
                #expect(throws: FormatFault.self, "byte \(index), bit \(bit)") {
                    try readAll(damaged)
                }
            }
        }
        for length in 0..<encoded().count {
            #expect(throws: FormatFault.self) { try readAll(Array(encoded().prefix(length))) }
        }
        #expect(throws: FormatFault.self) { try readAll(encoded(), at: 0x0103) }
    }

    @Test func unknownKindsAreRefusedByName() {
        var value = encoded()
        value[4] = 3
        let sum = value.withUnsafeBytes { ValueHeader.checksum(of: $0, directoryLength: 16) }
        value.withUnsafeMutableBytes {
            $0.storeBytes(of: sum.littleEndian, toByteOffset: 60, as: UInt32.self)
        }
        #expect(throws: FormatFault.unsupported(position: 0x0102, kind: 3)) { try read(value) }
    }
}
