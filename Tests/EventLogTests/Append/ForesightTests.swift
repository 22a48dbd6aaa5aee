import Names
import TestSupport
import Testing

@testable import EventLog

@Suite struct ForesightTests {
    /// Looking ahead for known names and strangers leaves what is known as it is.
    @Test func looksAndChangesNothing() {
        withSeeds(4) { random, seed in
            let overlay = Overlay(
                checkpoint: IndexCheckpoint(empty: EventID(high: 1, low: 2)),
                nameCacheEntries: 100)
            var foresight = Foresight()
            var versions: [String: UInt64] = [:]
            for number in 1...300 {
                let names = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                    "s-\(Int.random(in: 0..<80, using: &random))"
                }
                let draft = EventDraft(
                    id: testID(UInt64(number)), stream: names[0], type: 1, tags: names, body: [1])
                foresight.add([draft])
                if foresight.isWorthwhile {
                    overlay.withLock { foresight.look(at: $0) }
                    foresight.clear()
                    #expect(foresight.count == 0)
                }
                overlay.withLock { state in
                    let stream = state.resolve(names[0])
                    state.load(stream: stream, record: nil)
                    let tags = names.dropFirst().map { state.resolve($0) }
                    let added = state.add(
                        id: draft.id, stream: stream, type: 1, tags: tags[...])
                    versions[names[0], default: 0] += 1
                    #expect(added.version == versions[names[0]], "seed \(seed)")
                }
                if number.isMultiple(of: 97) { overlay.trimNames() }
            }
        }
    }
}
