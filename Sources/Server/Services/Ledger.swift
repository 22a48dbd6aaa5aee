package import EventLog
package import ReadModels
import Synchronization

/// What the services share: the log, the read models, counters.
package final class Ledger: Sendable {
    package let log: EventLog
    package let models: ModelEngine
    let counters = Counters()
    let endlessAnswers = EndlessAnswers()
    let recentValues = RecentValues()
    let keptAnswers = KeptAnswers()
    /// A verification is under way: one at a time, for it keeps a worker and the disk busy.
    let isVerifying = Atomic<Bool>(false)

    package init(log: EventLog, models: ModelEngine) {
        self.log = log
        self.models = models
    }

    /// Wall clock, microseconds since 1970-01-01T00:00:00Z.
    var now: Int64 { log.options.clock() }

    /// Ends subscriptions and watches, which would otherwise keep an orderly stop waiting, and
    /// those that begin from now on.
    package func endSubscriptions() { endlessAnswers.endAll() }
}

/// Figures of the services since the start.
final class Counters: Sendable {
    private let recordedCount = Atomic<UInt64>(0)
    private let refusedCount = Atomic<UInt64>(0)

    var recorded: UInt64 { recordedCount.load(ordering: .relaxed) }
    var refused: UInt64 { refusedCount.load(ordering: .relaxed) }

    func count(recorded events: Int) {
        recordedCount.wrappingAdd(UInt64(clamping: events), ordering: .relaxed)
    }

    func countRefused() {
        refusedCount.wrappingAdd(1, ordering: .relaxed)
    }
}
