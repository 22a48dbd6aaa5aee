import EventLog
import Schema
import Wire

/// Reads facts page by page as credit allows; a subscription goes on with what is recorded.
///
/// History and live are the same cursor: being told of a commit only means to look again.
final class ReadAnswer: StreamingAnswer, @unchecked Sendable {
    // Confined to the connection's event loop; other threads only post work to it.
    private let log: EventLog
    private let responder: Responder
    private var query: ReadQuery
    private let isSubscription: Bool
    /// Facts still to be delivered; nil for all.
    private var remaining: UInt64?
    private var allowance = Credit.none
    private var isFinished = false
    private var hasSaidCaughtUp = false
    private var isPumpPosted = false
    private var wakeToken: WakeToken?

    /// Events and bytes of one page.
    private static let pageEvents = 512
    private static let pageBytes = 256 * 1_024

    init(
        _ log: EventLog, _ responder: Responder, query: ReadQuery, limit: UInt64?,
        isSubscription: Bool
    ) {
        self.log = log
        self.responder = responder
        self.query = query
        self.isSubscription = isSubscription
        remaining = limit
        if isSubscription {
            wakeToken = log.onCommit { [weak self] _ in self?.wake() }
        }
    }

    func credit(_ allowance: Credit) {
        self.allowance = allowance
        pump()
    }

    func cancelled() {
        isFinished = true
        wakeToken?.cancel()
        wakeToken = nil
    }

    /// A commit happened, on the log's thread.
    private func wake() {
        responder.execute { [weak self] in self?.pump() }
    }

    /// Sends one page, then lets other calls of the loop have their turn.
    private func pump() {
        guard !isFinished, allowance.allows(events: 1) else { return }
        if let remaining, remaining == 0 {
            finish(.ok)
            return
        }
        query.maxEvents = Int(
            min(UInt64(Self.pageEvents), remaining ?? .max, UInt64(clamping: allowance.events)))
        query.maxBytes = Self.pageBytes
        let page: ReadPage
        do {
            page = try log.read(query)
        } catch {
            finish(FailureStatus.of(error: error))
            return
        }
        deliver(page)
    }

    private func deliver(_ page: ReadPage) {
        let count = page.events.count
        let isAtEnd = page.next == nil
        let resume = page.next ?? (isSubscription ? max(page.head.successor, query.from) : .end)
        let saysCaughtUp = isSubscription && isAtEnd && !hasSaidCaughtUp
        if count > 0 || saysCaughtUp {
            if saysCaughtUp { hasSaidCaughtUp = true }
            let next = query.direction == .forwards ? min(resume, page.head.successor) : resume
            let bytes = RecordedFactBytes.readResponse(
                page.events, next: next, head: page.head, isCaughtUp: isSubscription && isAtEnd)
            responder.send(bytes, events: UInt32(clamping: count))
            allowance.spend(events: UInt32(clamping: count))
            allowance.spend(frameBytes: bytes.count)
            remaining = remaining.map { $0 - min($0, UInt64(count)) }
        }
        if isAtEnd && !isSubscription {
            finish(.ok)
            return
        }
        query.from = resume
        if !isAtEnd { continueLater() }
    }

    private func continueLater() {
        guard !isPumpPosted else { return }
        isPumpPosted = true
        responder.execute { [weak self] in
            guard let self else { return }
            isPumpPosted = false
            pump()
        }
    }

    private func finish(_ status: WireStatus) {
        cancelled()
        responder.finish(status)
    }
}
