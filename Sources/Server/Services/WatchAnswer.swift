import EventLog
import NIOPosix
import PartyBuilding
import ReadModels
import Schema
import Synchronization
import Wire

/// Sends the rows of a query, then what changes in them: after facts are folded in, and at local
/// midnight, when what depends on the day changes without any fact.
///
/// Confined to the connection's event loop; the comparing is done by a worker, one at a time, and
/// only when the client has taken the last changes.
final class WatchAnswer: StreamingAnswer, @unchecked Sendable {
    private let ledger: Ledger
    private let workers: NIOThreadPool
    private let responder: Responder
    private let organisation: String?
    private let model: String
    /// What the rows were made from when they were compared last; nil when nobody knows.
    private let compared = Mutex<[ContentVersion]?>(nil)
    private var watch: ModelWatch
    private var allowance = Credit.none
    private var pending = PacedMessages()
    private var isRefreshing = false
    private var isDue = true
    private var isFinished = false
    private var hasStarted = false
    private var token: AppliedToken?
    private var entry: EndlessAnswers.Entry?
    private var midnight: Task<Void, Never>?
    /// A look after a change has been posted to the loop; further changes need none of their own.
    private let isWakePosted = Atomic<Bool>(false)

    /// Bytes and rows of one message.
    private static let messageBytes = 64 * 1_024
    private static let messageRows = 1_024

    init(
        _ query: ModelQuery, _ ledger: Ledger, _ workers: NIOThreadPool, _ responder: Responder
    ) {
        self.ledger = ledger
        self.workers = workers
        self.responder = responder
        organisation = query.org
        watch = ModelWatch(query)
        model = query.model
        token = ledger.models.onApplied { [weak self] _ in self?.applied() }
        entry = ledger.endlessAnswers.add { [weak self] in
            responder.execute { [weak self] in self?.finish(FailureStatus.closing) }
        }
        scheduleMidnight()
    }

    deinit { midnight?.cancel() }

    func credit(_ allowance: Credit) {
        self.allowance = allowance
        goOn()
    }

    func cancelled() {
        isFinished = true
        token = nil
        entry = nil
        midnight?.cancel()
        midnight = nil
    }

    /// A batch was folded in; it concerns the watch only if the model's content has changed.
    private func applied() {
        let versions = ledger.models.contentVersions(model)
        if versions != nil, versions == compared.withLock({ $0 }) { return }
        wake()
    }

    private func wake() {
        guard !isWakePosted.exchange(true, ordering: .acquiringAndReleasing) else { return }
        responder.execute { [weak self] in
            guard let self else { return }
            _ = isWakePosted.exchange(false, ordering: .acquiringAndReleasing)
            isDue = true
            goOn()
        }
    }

    /// Sends what is there; compares anew when it is gone and something has happened.
    private func goOn() {
        guard !isFinished else { return }
        pending.send(through: responder, within: &allowance)
        guard pending.isEmpty, isDue, !isRefreshing, allowance.allows(events: 1) else { return }
        isDue = false
        isRefreshing = true
        // Before the rows are read: whatever changes from now on is compared again.
        let versions = ledger.models.contentVersions(model)
        compared.withLock { $0 = versions }
        let before = watch
        // Whoever has not started yet may ask for an organisation that does not exist.
        let unproven = hasStarted ? nil : organisation
        let (ledger, responder) = (ledger, responder)
        workers.submit { [weak self] state in
            var watch = before
            let result = Result { () throws -> (changes: RowChanges, page: ModelPage) in
                guard case .active = state else { throw FailureStatus.closing }
                if let unproven, try !ledger.models.knowsOrganisation(unproven) {
                    throw QueryFailure.unknownOrganisation(unproven)
                }
                return try watch.refresh(from: ledger.models, now: ledger.now)
            }
            let after = watch
            responder.execute { [weak self] in self?.refreshed(after, result) }
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
            try add(changes, page)
        } catch ModelFault.building {
            // The first build is under way; its end wakes the watch.
        } catch {
            finish(QueryFailure.status(error))
            return
        }
        goOn()
    }

    /// Puts changes into messages of moderate size; the last one says that all of them are there.
    private func add(_ changes: RowChanges, _ page: ModelPage) throws {
        guard !changes.isEmpty || !hasStarted else { return }
        hasStarted = true
        var response = Self.emptyResponse(page)
        var (size, rows) = (0, 0)
        func makeRoom() throws {
            guard size > Self.messageBytes || rows == Self.messageRows else { return }
            pending.add(try response.encoded(), events: UInt32(clamping: rows))
            response = Self.emptyResponse(page)
            (size, rows) = (0, 0)
        }
        for key in changes.removed {
            try makeRoom()
            response.removed.append(.init(key))
            size += key.count
            rows += 1
        }
        for row in changes.added + changes.changed {
            try makeRoom()
            var message = WatchedRow()
            message.key = .init(row.key)
            message.row = .init(row.bytes)
            response.changed.append(message)
            size += row.key.count + row.bytes.count
            rows += 1
        }
        response.caughtUp = true
        pending.add(try response.encoded(), events: UInt32(clamping: max(1, rows)))
    }

    private static func emptyResponse(_ page: ModelPage) -> WatchResponse {
        var response = WatchResponse()
        response.rowType = page.rowType
        response.position = page.position
        response.asOf = page.asOf.yyyymmdd
        return response
    }

    private func finish(_ status: WireStatus) {
        cancelled()
        responder.finish(status)
    }

    private func scheduleMidnight() {
        let ledger = ledger
        midnight = Task { [weak self] in
            while !Task.isCancelled {
                let now = ledger.now
                let next = LocalDate(instant: now).adding(days: 1).startInstant
                try? await Task.sleep(for: .microseconds(max(next - now, 0) + 1_000))
                self?.wake()
            }
        }
    }
}
