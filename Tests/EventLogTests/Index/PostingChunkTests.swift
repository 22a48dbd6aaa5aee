import TestSupport
import Testing

@testable import EventLog

@Suite struct PostingChunkTests {
    @Test func layoutIsAsWrittenDown() {
        #expect(chunks([1_000, 1_001, 1_300])[0].bytes == [3, 0xAC, 0x02, 1, 0xAB, 0x02])
        #expect(
            PostingKey(list: ListID(kind: .tag, number: 0x0102), first: 0x0304).bytes
                == [2, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 3, 4])
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
    @Test func chunksGrowWithoutBeingDecoded() {
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
            position += UInt64.random(
                in: 1...(1 << UInt64.random(in: 0...30, using: &random)), using: &random)
            return position
        }
    }
}
