import Schema
import TestSupport
import Testing

@Suite struct WireRoomTests {
    /// Against the writer of messages of any size, with too little room, just enough and more.
    @Test func writesWhatTheWriterWrites() {
        withSeeds(8) { random, seed in
            for _ in 0..<200 {
                let fields = (1...Int.random(in: 1...12, using: &random)).map { number in
                    Field(number: number, using: &random)
                }
                var writer = WireWriter()
                for field in fields { field.write(to: &writer) }
                let size = writer.bytes.count
                for capacity in [0, max(size - 1, 0), size, size + 1, 4 * size] {
                    let bytes = [UInt8](wireCapacity: capacity) { room in
                        for field in fields { field.write(to: &room) }
                    }
                    #expect(bytes == writer.bytes, "seed \(seed)")
                }
            }
        }
    }

    @Test func nothingIsNoBytes() {
        #expect([UInt8](wireCapacity: 0) { _ in } == [])
        #expect([UInt8](wireCapacity: 9) { $0.number(0, field: 1) } == [])
    }

    private struct Field {
        enum Content {
            case number(UInt64)
            case text(String)
            case bytes([UInt8])
            case packed(UInt64, [UInt64])
        }

        let number: Int
        let content: Content

        init(number: Int, using random: inout SeededRandom) {
            self.number = number * Int.random(in: 1...20, using: &random)
            func some() -> UInt64 {
                UInt64.random(in: 0...UInt64.max, using: &random)
                    >> UInt64.random(
                        in: 0...63, using: &random)
            }
            let count = Int.random(in: 0...20, using: &random)
            content =
                switch Int.random(in: 0..<4, using: &random) {
                case 0: .number(Bool.random(using: &random) ? 0 : some())
                case 1: .text(String(repeating: "支b", count: count))
                case 2: .bytes((0..<count * 10).map { UInt8(truncatingIfNeeded: $0) })
                default: .packed(some(), (0..<count).map { _ in some() })
                }
        }

        func write(to writer: inout WireWriter) {
            switch content {
            case .number(let value): writer.number(value, field: number)
            case .text(let text): writer.text(text, field: number)
            case .bytes(let bytes): writer.delimited(bytes, field: number)
            case .packed(let first, let more): writer.packed(first, more, field: number)
            }
        }

        func write(to room: inout WireRoom) {
            switch content {
            case .number(let value): room.number(value, field: number)
            case .text(let text): room.text(text, field: number)
            case .bytes(let bytes): room.delimited(bytes, field: number)
            case .packed(let first, let more): room.packed(first, more, field: number)
            }
        }
    }
}
