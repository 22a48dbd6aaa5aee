import TestSupport
import Testing

@testable import EventLog

@Suite struct PostingChunkTests {
    @Test func layoutIsAsWrittenDown() {
        #expect(chunks([1_000, 1_001, 1_300])[0].bytes == [3, 0xAC, 0x02, 1, 0xAB, 0x02])
        #expect(chunks([7, 8, 9, 10, 12])[0].bytes == [5, 5, 0, 3, 2])
        #expect(chunks([7, 8, 9, 12])[0].bytes == [4, 5, 1, 1, 3])
        #expect(
            PostingKey(list: ListID(kind: .tag, number: 0x0102), first: 0x0304).bytes
                == [2, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 3, 4])
        #expect(ListID(kind: .tag, number: 0x0102).bytes == [2, 0, 0, 1, 2])
        #expect(
            tail([1_000, 1_001, 1_300])
                == [0, 0, 0, 0, 0, 0, 3, 0xE8, 3, 0xAC, 0x02, 1, 0xAB, 0x02])
    }

    @Test func chunksComeBackWhateverTheirSize() {
        withSeeds(50) { random, _ in
            let positions = randomPositions(&random)
            let limit = Int.random(in: 1...60, using: &random)
            var decoded: [UInt64] = []
            for chunk in chunks(positions, limit: limit) {
                let before = decoded.count
                let isSound = chunk.bytes.withUnsafeBytes {
                    PostingChunk.decode($0, first: chunk.first, into: &decoded)
                }
                #expect(isSound)
                #expect(chunk.bytes.count <= max(limit, 12) || decoded.count == before + 1)
            }
            #expect(decoded == positions)
        }
    }

    /// A chunk that is stored and taken up again, at whatever place, ends up as if it had been
    /// written in one go.
    @Test func chunksGrowAsIfWrittenInOneGo() {
        withSeeds(50) { random, _ in
            let positions = randomPositions(&random)
            let split = Int.random(in: 1...positions.count, using: &random)
            let whole = chunks(positions, limit: 60)
            var grown = chunks(Array(positions[..<split]), limit: 60)
            let last = grown.removeLast()
            grown += chunks(Array(positions[split...]), limit: 60, after: last)
            #expect(grown == whole)
        }
    }

    @Test func whatIsNoChunkDoesNotGrow() {
        var chunk = GrowingChunk(limit: 60)
        for bad in [[], [0, 0], [2, 1], [1, 5, 1], [3, 1, 1], [0x80]] as [[UInt8]] {
            let isTaken = bad.withUnsafeBytes { chunk.take($0, first: 5) }
            #expect(!isTaken, "\(bad)")
        }
        let isBeyondEnd = ([2, 1, 1] as [UInt8]).withUnsafeBytes {
            chunk.take($0, first: UInt64.max)
        }
        #expect(!isBeyondEnd)
    }

    @Test func damagedChunksAreRefusedAndLeaveNothing() {
        let sound = chunks([5, 9, 300, 301])[0].bytes
        var bad = [[], [0, 0], [4, 1], [1, 5], [2, 1, 0], Array(sound.dropLast()), sound + [0]]
        bad.append([2, 1, 2])
        for bytes in bad {
            var positions: [UInt64] = [42]
            let isSound = bytes.withUnsafeBytes {
                PostingChunk.decode($0, first: 5, into: &positions)
            }
            #expect(!isSound, "\(bytes)")
            #expect(positions == [42])
        }
        var positions: [UInt64] = []
        #expect(
            ![2, 1, 1].withUnsafeBytes {
                PostingChunk.decode($0, first: UInt64.max, into: &positions)
            })
    }

    /// Few bytes never become more positions than a chunk may hold.
    @Test func runsAreShortInBytesAndLimitedInNumber() {
        let all = chunks(Array(1...10_000), limit: 1_900)
        #expect(all.count == 5)
        #expect(all.allSatisfy { $0.bytes.count <= 8 })
        var positions: [UInt64] = []
        for chunk in all {
            let isSound = chunk.bytes.withUnsafeBytes {
                PostingChunk.decode($0, first: chunk.first, into: &positions)
            }
            #expect(isSound)
        }
        #expect(positions == Array(1...10_000))
        var vast: [UInt8] = [0xFF, 0xFF, 0xFF, 0x7F, 0xFE, 0xFF, 0xFF, 0x7F, 0]
        vast += [0xFE, 0xFF, 0xFF, 0x7F]
        // Too many; none; more than announced; more than there is room for.
        for bad in [vast, [3, 2, 0, 0], [3, 2, 0, 3], [4, 2, 0, 3], [3, 2, 0]] {
            var none: [UInt64] = []
            let isSound = bad.withUnsafeBytes {
                PostingChunk.decode($0, first: 5, into: &none)
            }
            #expect(!isSound, "\(bad)")
            #expect(none.isEmpty)
        }
    }

    @Test func keysOfOtherShapesAreRefused() {
        let sound = PostingKey(list: ListID(kind: .type, number: 7), first: 9).bytes
        #expect(sound.withUnsafeBytes { PostingKey($0) } != nil)
        for bad in [[], Array(sound.dropLast()), sound + [0], [9] + sound.dropFirst()] {
            #expect(bad.withUnsafeBytes { PostingKey($0) } == nil)
        }
    }

    private func randomPositions(_ random: inout SeededRandom) -> [UInt64] {
        var position = UInt64.random(in: 1...1_000_000, using: &random)
        return (0..<Int.random(in: 1...80, using: &random)).map { _ in
            // Half of them follow at once, so that there are runs.
            let bits = Bool.random(using: &random) ? 0 : UInt64.random(in: 0...30, using: &random)
            position += UInt64.random(in: 1...(1 << bits), using: &random)
            return position
        }
    }
}
