import NIOPosix
import PartyBuilding
import ReadModels
import Schema
import Wire

/// Sends the rows of a query, then what changes in them: after facts are folded in, and at local
/// midnight, when what depends on the day changes without any fact.
///
/// Confined to the connection's event loop; the comparing is done by a worker, one at a time.
final class WatchAnswer: StreamingAnswer, @unchecked Sendable {
    private let ledger: Ledger
    private let workers: NIOThreadPool
    private let responder: Responder
    private var watch: ModelWatch
    private var allowance = Credit.none
    private var isRefreshing = false
    private var isDue = true
    private var isFinished = false
    private var hasStarted = false
    private var token: AppliedToken?
    private var midnight: Task<Void, Never>?

    init(
        _ query: ModelQuery, _ ledger: Ledger, _ workers: NIOThreadPool, _ responder: Responder
    ) {
        self.ledger = ledger
        self.workers = workers
        self.responder = responder
        watch = ModelWatch(query)
        token = ledger.models.onApplied { [weak self] _ in self?.wake() }
        scheduleMidnight()
    }

    func credit(_ allowance: Credit) {
        self.allowance = allowance
        refreshIfDue()
    }

    func cancelled() {
        isFinished = true
        token = nil
        midnight?.cancel()
        midnight = nil
    }

    private func wake() {
        responder.execute { [weak self] in
            self?.isDue = true
            self?.refreshIfDue()
        }
    }

    private func refreshIfDue() {
        guard isDue, !isRefreshing, !isFinished, allowance.allows(events: 1) else { return }
        isDue = false
        isRefreshing = true
        let ledger = ledger
        let before = watch
        workers.submit { [weak self] state in
            guard case .active = state, let self else { return }
            var watch = before
            let result = Result { try watch.refresh(from: ledger.models, now: ledger.now) }
            let after = watch
            responder.execute { self.refreshed(after, result) }
        }
    }

    private func refreshed(
        _ watch: ModelWatch, _ result: Result<(changes: RowChanges, page: ModelPage), any Error>
    ) {
        isRefreshing = false
        guard !isFinished else { return }
        do {
            let (changes, page) = try result.get()
            self.watch = watch
            try send(changes, page)
        } catch ModelFault.building {
            // The first build is under way; its end wakes the watch.
        } catch {
            cancelled()
            responder.finish(QueryFailure.status(error))
            return
        }
        refreshIfDue()
    }

    private func send(_ changes: RowChanges, _ page: ModelPage) throws {
        guard !changes.isEmpty || !hasStarted else { return }
        hasStarted = true
        var response = WatchResponse()
        response.rowType = page.rowType
        response.position = page.position
        response.asOf = page.asOf.yyyymmdd
        response.removed = changes.removed.map { .init($0) }
        response.caughtUp = true
        response.changed = (changes.added + changes.changed).map { row in
            var message = WatchedRow()
            message.key = .init(row.key)
            message.row = .init(row.bytes)
            return message
        }
        let bytes = try response.encoded()
        let events = UInt32(clamping: max(1, response.changed.count))
        responder.send(bytes, events: events)
        allowance.spend(events: events)
        allowance.spend(frameBytes: bytes.count)
    }

    private func scheduleMidnight() {
        midnight = Task { [weak self] in
            while !Task.isCancelled {
                guard let now = self?.ledger.now else { return }
                let next = LocalDate(instant: now).adding(days: 1).startInstant
                try? await Task.sleep(for: .microseconds(max(next - now, 0) + 1_000))
                self?.wake()
            }
        }
    }
}
