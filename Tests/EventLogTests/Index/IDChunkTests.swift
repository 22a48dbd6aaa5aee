import LMDB
import TestSupport
import Testing

@testable import EventLog

@Suite struct IDChunkTests {
    @Test func layoutIsAsWrittenDown() {
        let secret = IDSecret(key0: 0x0123_4567_89AB_CDEF, key1: 0xFEDC_BA98_7654_3210)
        let id = EventID(high: 0x0102_0304_0506_7708, low: 0x890A_0B0C_0D0E_0F10)
        #expect(id.isVersion7)
        #expect(secret.fingerprint(of: id) == 0xE27F75)
        let entry = secret.entry(of: id, at: 77)
        #expect(entry.time == 0x0102_0304_0506)
        #expect(entry.fingerprint == 0xE27F75)
        #expect(entry.position == 77)
        let made = chunks([
            IDEntry(time: 1_000, fingerprint: 0x0A0B0C, position: 7),
            IDEntry(time: 1_000, fingerprint: 0xFF0000, position: 5),
            IDEntry(time: 1_300, fingerprint: 1, position: 6),
        ])
        #expect(
            made[0].bytes == [3, 0, 0xFF, 0, 0, 3, 0xAC, 0x02, 0, 0, 1, 2])
        var key: [UInt8] = []
        made[0].first.key.withBytes { key = Array($0) }
        #expect(key == [0, 0, 0, 0, 3, 0xE8, 0x0A, 0x0B, 0x0C, 0, 0, 0, 0, 0, 0, 7])
    }

    @Test func theOrderIsTimeFingerprintPosition() {
        let ordered = [
            IDEntry(time: 1, fingerprint: 0xFFFFFF, position: IDEntry.positionMax),
            IDEntry(time: 2, fingerprint: 0, position: 9),
            IDEntry(time: 2, fingerprint: 1, position: 1),
            IDEntry(time: 2, fingerprint: 1, position: 2),
            IDEntry(time: 2, fingerprint: 0x100, position: 1),
            IDEntry(time: IDEntry.timeMax, fingerprint: 0, position: 1),
        ]
        #expect(ordered == ordered.sorted())
        #expect(ordered == ordered.sorted { $0.key < $1.key })
    }

    @Test func chunksComeBackWhateverTheirSize() {
        withSeeds(50) { random, _ in
            let entries = randomEntries(&random)
            let limit = Int.random(in: 1...90, using: &random)
            var decoded: [IDEntry] = []
            for chunk in chunks(entries, limit: limit) {
                let before = decoded.count
                let isSound = chunk.bytes.withUnsafeBytes {
                    IDChunk.decode($0, first: chunk.first, into: &decoded)
                }
                #expect(isSound)
                #expect(chunk.bytes.count <= limit || decoded.count == before + 1)
            }
            #expect(decoded == entries)
        }
    }

    /// Whatever the bytes, reading ends, and what is taken for a chunk is in order.
    @Test func damagedChunksAreRefusedAndLeaveNothing() {
        withSeeds(200) { random, _ in
            let chunk = chunks(randomEntries(&random), limit: 60)[0]
            var bytes = chunk.bytes
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.removeLast()
            case 1: bytes.append(UInt8.random(in: 0...255, using: &random))
            case 2: bytes[0] &+= UInt8.random(in: 1...255, using: &random)
            default:
                bytes[Int.random(in: 0..<bytes.count, using: &random)] ^=
                    1 << UInt8.random(in: 0..<8, using: &random)
            }
            let marker = IDEntry(high: 1, low: 42)
            var entries = [marker]
            let isSound = bytes.withUnsafeBytes {
                IDChunk.decode($0, first: chunk.first, into: &entries)
            }
            guard isSound else {
                #expect(entries == [marker])
                return
            }
            let found = Array(entries.dropFirst())
            #expect(Set(found).count == found.count)
            #expect(found == found.sorted())
            #expect(found.allSatisfy { $0.position >= 1 })
        }
        var none: [IDEntry] = []
        let first = IDEntry(time: 5, fingerprint: 6, position: 7)
        // None at all, none announced, the same one again, a position that is none.
        for bad in [[], [0], [2, 0, 0, 0, 6, 0], [2, 1, 0, 0, 6, 13]] as [[UInt8]] {
            let isSound = bad.withUnsafeBytes {
                IDChunk.decode($0, first: first, into: &none)
            }
            #expect(!isSound, "\(bad)")
        }
        #expect(none.isEmpty)
    }
}

/// The chunks that hold entries, which ascend.
private func chunks(
    _ entries: [IDEntry], limit: Int = 984
) -> [(first: IDEntry, bytes: [UInt8])] {
    var chunks: [(first: IDEntry, bytes: [UInt8])] = []
    var growing = GrowingIDChunk(limit: limit)
    func end() {
        guard let first = growing.first else { return }
        chunks.append((first, growing.withBytes { Array($0) }))
        growing.clear()
    }
    for entry in entries where !growing.append(entry) {
        end()
        let fits = growing.append(entry)
        #expect(fits)
    }
    end()
    return chunks
}

private func randomEntries(_ random: inout SeededRandom) -> [IDEntry] {
    let spread = UInt64.random(in: 0...47, using: &random)
    let fingerprints = ([3, 0xFFFF, 0xFFFFFF] as [UInt64]).randomElement(using: &random) ?? 3
    let entries = (0..<Int.random(in: 1...80, using: &random)).map { _ in
        IDEntry(
            time: UInt64.random(in: 0...(UInt64(1) << spread), using: &random),
            fingerprint: UInt64.random(in: 0...fingerprints, using: &random),
            position: UInt64.random(
                in: 1...(UInt64(1) << UInt64.random(in: 0...55, using: &random)), using: &random))
    }
    return Set(entries).sorted()
}
