import Schema
import TestSupport
import Testing

@Suite struct WireReaderTests {
    @Test func walksWhatTheWriterWrote() throws {
        var writer = WireWriter()
        writer.varint(300, field: 1)
        writer.fixed64(0x0102_0304_0506_0708, field: 2)
        writer.string("支部", field: 3)
        writer.varint(.max, field: 2000)
        var reader = WireReader(writer.bytes)
        #expect(try reader.next() == WireReader.Field(number: 1, value: .varint(300)))
        #expect(
            try reader.next()
                == WireReader.Field(number: 2, value: .fixed64(0x0102_0304_0506_0708)))
        let text = try #require(try reader.next())
        guard case .bytes(let range) = text.value else {
            Issue.record("field 3 is \(text.value)")
            return
        }
        #expect(reader.text(range) == "支部")
        #expect(try reader.next() == WireReader.Field(number: 2000, value: .varint(.max)))
        #expect(try reader.next() == nil)
        #expect(reader.isAtEnd)
    }

    @Test(
        arguments: [
            ([0x08], WireError(.truncated, at: 1)),
            ([0x08, 0x80], WireError(.truncated, at: 1)),
            ([0x0A, 0x05, 0x61], WireError(.truncated, at: 1)),
            (
                [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
                WireError(.truncated, at: 1)
            ),
            ([0x09, 1, 2, 3], WireError(.truncated, at: 1)),
            ([0x0D, 1, 2, 3], WireError(.truncated, at: 1)),
            ([0x00, 0x01], WireError(.fieldNumber, at: 0)),
            ([0x0B], WireError(.wireType(3), at: 0)),
            ([0x0C], WireError(.wireType(4), at: 0)),
            ([0x0F], WireError(.wireType(7), at: 0)),
            (
                [0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02],
                WireError(.varintTooLong, at: 1)
            ),
            (
                [0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
                WireError(.varintTooLong, at: 1)
            ),
        ] as [([UInt8], WireError)])
    func refusesMalformedBytes(bytes: [UInt8], error: WireError) {
        #expect(throws: error) {
            var reader = WireReader(bytes)
            while try reader.next() != nil {}
        }
    }

    @Test func staysInsideItsRange() throws {
        var reader = WireReader([0x08, 0x01, 0x08, 0x02], in: 0..<2)
        #expect(try reader.next()?.value == .varint(1))
        #expect(try reader.next() == nil)
        var outside = WireReader([0x08], in: 5..<9)
        #expect(try outside.next() == nil)
    }

    @Test func neverTrapsOnAnyBytes() {
        withSeeds(20) { random, _ in
            for _ in 0..<500 {
                let count = Int.random(in: 0...40, using: &random)
                let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
                var reader = WireReader(bytes)
                var fields = 0
                while (try? reader.next()) ?? nil != nil { fields += 1 }
                #expect(fields <= count)
                #expect(reader.position <= count)
            }
        }
    }
}
