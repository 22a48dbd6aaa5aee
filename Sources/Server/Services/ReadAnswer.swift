import EventLog
import Schema
import Synchronization
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
    private var entry: EndlessAnswers.Entry?
    /// A look after a commit has been posted to the loop; further commits need none of their own.
    private let isWakePosted = Atomic<Bool>(false)

    /// Events and bytes of one page.
    private static let pageEvents = 512
    private static let pageBytes: Int64 = 256 * 1_024

    /// Reads what is there.
    ///
    /// - Parameter limit: nil for all.
    init(_ ledger: Ledger, _ responder: Responder, query: ReadQuery, limit: UInt64?) {
        log = ledger.log
        self.responder = responder
        self.query = query
        isSubscription = false
        remaining = limit
    }

    /// Reads what is there and what comes.
    init(subscribing ledger: Ledger, _ responder: Responder, query: ReadQuery) {
        log = ledger.log
        self.responder = responder
        self.query = query
        isSubscription = true
        // Before the first look, so that no commit falls between them.
        wakeToken = log.onCommit { [weak self] _ in self?.wake() }
        entry = ledger.endlessAnswers.add { [weak self] in
            responder.execute { [weak self] in self?.finish(FailureStatus.closing) }
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
        entry = nil
    }

    /// A commit happened, on the log's thread.
    private func wake() {
        guard !isWakePosted.exchange(true, ordering: .acquiringAndReleasing) else { return }
        responder.execute { [weak self] in
            guard let self else { return }
            _ = isWakePosted.exchange(false, ordering: .acquiringAndReleasing)
            pump()
        }
    }

    /// Sends one page, then lets other calls of the loop have their turn.
    private func pump() {
        guard !isFinished, allowance.allows(events: 1) else { return }
        query.maxEvents = Int(
            min(UInt64(Self.pageEvents), remaining ?? .max, UInt64(clamping: allowance.events)))
        query.maxBytes = Int(min(Self.pageBytes, allowance.bytes))
        do {
            deliver(try log.read(query))
        } catch {
            finish(FailureStatus.of(error: error))
        }
    }

    private func deliver(_ page: ReadPage) {
        let count = UInt64(page.events.count)
        let isAtEnd = page.next == nil
        let resume = page.next ?? behind(page.head)
        let saysCaughtUp = isSubscription && isAtEnd && !hasSaidCaughtUp
        if count > 0 || saysCaughtUp {
            if saysCaughtUp { hasSaidCaughtUp = true }
            let bytes = RecordedFactBytes.readResponse(
                page.events, next: resume, head: page.head, isCaughtUp: isSubscription && isAtEnd)
            responder.send(bytes, events: UInt32(clamping: count))
            allowance.spend(events: UInt32(clamping: count))
            allowance.spend(frameBytes: bytes.count)
            remaining = remaining.map { $0 - min($0, count) }
        }
        if remaining == 0 || (isAtEnd && !isSubscription) {
            finish(.ok)
            return
        }
        query.from = resume
        if !isAtEnd { continueLater() }
    }

    /// Where to go on when everything there was has been looked at: behind the head, or where a
    /// reader begins who asked for the future. Backwards nothing is left, which position 0 says.
    private func behind(_ head: Position) -> Position {
        query.direction == .forwards ? max(head.successor, query.from) : .zero
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
