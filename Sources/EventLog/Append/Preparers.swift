import Synchronization

/// The threads that do what judges ask to be prepared, in the order in which they ask.
final class Preparers: Sendable {
    private struct Work {
        var queue: [any Preparation] = []
        var start = 0
        var isEnded = false
    }

    /// Two: one long piece of work shall not keep all others waiting, and more would take the
    /// processor from the calls that need no preparation.
    static let threads = 2

    private let work = Monitor(Work())
    private let hasEnded = Atomic(false)
    private let pipeline: Monitor<Pipeline>

    /// - Parameter pipeline: told of what is done.
    init(pipeline: Monitor<Pipeline>) {
        self.pipeline = pipeline
    }

    /// Whether what is under way should be given up.
    var isEnded: Bool { hasEnded.load(ordering: .relaxed) }

    func add(_ preparation: any Preparation) {
        work.withLock { $0.queue.append(preparation) }
        work.wake()
    }

    /// The work of each of the threads.
    func run(_ facts: DurableEvents) {
        while let preparation = next() {
            preparation.prepare(facts)
            pipeline.withLock { $0.prepared.append(preparation) }
            pipeline.wake(role: Pipeline.sequencerRole)
        }
    }

    private func next() -> (any Preparation)? {
        work.waitUntil { work -> (any Preparation)?? in
            if work.isEnded { return .some(nil) }
            guard work.start < work.queue.count else { return nil }
            let preparation = work.queue[work.start]
            work.start += 1
            if work.start * 2 > work.queue.count {
                work.queue.removeFirst(work.start)
                work.start = 0
            }
            return preparation
        }
    }

    /// Lets the threads end: nobody waits for what they have not done yet.
    func stop() {
        hasEnded.store(true, ordering: .relaxed)
        work.withLock { $0.isEnded = true }
        work.wake()
    }
}
