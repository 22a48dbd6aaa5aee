import LogFormat
import Testing

@testable import EventLog

@Suite struct RecordCodecTests {
    private let event = EventDraft(
        id: EventID(high: 0x0102_0304_0506_0708, low: 0x090A_0B0C_0D0E_0F10), stream: "issue-7",
        type: 0x0A0B, tags: ["org-1"], body: [0xB0, 0xB1])

    private func encoded() -> [UInt8] {
        RecordFormat.encoded(event, trailer: [0xC0], streamVersion: 3, ledgerAt: 0x1122)
    }

    /// The vector of Schemas/log-format.md, byte for byte.
    @Test func layoutIsAsWrittenDown() {
        let expected: [UInt8] =
            [1, 0, 1, 0, 0x0B, 0x0A, 0, 0]
            + [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
            + [0x22, 0x11, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0]
            + [2, 0, 0, 0, 1, 0, 0, 0, 7] + Array("issue-7".utf8)
            + [5] + Array("org-1".utf8) + [0xB0, 0xB1, 0xC0]
        #expect(encoded() == expected)
    }

    @Test func viewReadsWhatWasWritten() throws {
        try encoded().withUnsafeBytes { bytes in
            let view = try #require(RecordView(bytes))
            let recorded = view.event(at: 9)
            #expect(
                recorded
                    == RecordedEvent(
                        position: Position(9), id: event.id, stream: "issue-7", streamVersion: 3,
                        type: 0x0A0B, tags: ["issue-7", "org-1"], ledgerAt: 0x1122,
                        body: [0xB0, 0xB1], trailer: [0xC0]))
            #expect(view.tags == ["org-1"])
        }
    }

    /// No damage may trap: each prefix and each changed byte is either refused or read.
    @Test func damagedBytesAreRefusedOrRead() {
        let sound = encoded()
        for length in 0..<sound.count {
            #expect(sound[..<length].withUnsafeBytes { RecordView($0) == nil })
        }
        var refused = 0
        for index in sound.indices {
            for bit in 0..<8 {
                var damaged = sound
                damaged[index] ^= 1 << bit
                damaged.withUnsafeBytes { bytes in
                    guard let view = RecordView(bytes) else {
                        refused += 1
                        return
                    }
                    #expect(view.event(at: 1).body.count <= sound.count)
                }
            }
        }
        #expect(refused > 8 * 8)
    }

    @Test func varintsRoundTripAndRefuseOverflow() {
        for value in [0, 1, 127, 128, 16_383, 16_384, UInt64.max - 1, UInt64.max] {
            var bytes: [UInt8] = []
            bytes.append(varint: value)
            bytes.withUnsafeBytes { buffer in
                var reader = ByteReader(buffer)
                #expect(reader.varint() == value)
                #expect(reader.remaining == 0)
            }
        }
        for bad in [
            [0x80], [], [UInt8](repeating: 0xFF, count: 10), [UInt8](repeating: 0x80, count: 11),
        ] {
            bad.withUnsafeBytes { buffer in
                var reader = ByteReader(buffer)
                #expect(reader.varint() == nil)
            }
        }
    }
}
