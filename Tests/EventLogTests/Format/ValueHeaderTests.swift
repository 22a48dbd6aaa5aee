import Testing

@testable import EventLog

@Suite struct ValueHeaderTests {
    private let header = ValueHeader(
        first: 0x0102, count: 2, bodyLength: 3, root: .empty, isContinued: true)

    private func encoded() -> [UInt8] {
        var value = [UInt8](repeating: 0, count: ValueHeader.size) + [7, 8, 9]
        value.withUnsafeMutableBytes { header.write(to: $0) }
        return value
    }

    private func read(
        _ value: [UInt8], at position: UInt64 = 0x0102
    ) throws(EventLogError) -> ValueHeader {
        let result = value.withUnsafeBytes { bytes -> Result<ValueHeader, EventLogError> in
            do throws(EventLogError) {
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
            [0x54, 0x5A, 0x56, 0x31, 1, 1, 64, 0, 2, 1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]
            + MerkleHash.empty.bytes + [0, 0, 0, 0]
        #expect(Array(encoded().prefix(60)) == expected)
        #expect(encoded().count == 67)
    }

    @Test func headerComesBack() throws {
        #expect(try read(encoded()) == header)
        #expect(header.last == 0x0103)
    }

    @Test func everyFlippedBitIsNoticed() {
        for index in encoded().indices {
            for bit in 0..<8 {
                var damaged = encoded()
                damaged[index] ^= 1 << bit
                #expect(throws: EventLogError.self, "byte \(index), bit \(bit)") {
                    try read(damaged)
                }
            }
        }
        for length in 0..<encoded().count {
            #expect(throws: EventLogError.self) { try read(Array(encoded().prefix(length))) }
        }
        #expect(throws: EventLogError.self) { try read(encoded(), at: 0x0103) }
    }

    @Test func sealedBlocksAreRefusedByName() {
        var value = encoded()
        value[4] = ValueKind.sealedBlock.rawValue
        let sum = value.withUnsafeBytes { ValueHeader.checksum(of: $0) }
        value.withUnsafeMutableBytes {
            $0.storeBytes(of: sum.littleEndian, toByteOffset: 60, as: UInt32.self)
        }
        do throws(EventLogError) {
            _ = try read(value)
            Issue.record("a sealed block was read")
        } catch {
            guard case .unsupportedValue(let position, let kind) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(position == Position(0x0102))
            #expect(kind == 2)
        }
    }
}
