import EventLog
import Schema
import Synchronization
import Wire

/// Reads facts page by page as credit allows; a subscription goes on with what is recorded.
///
/// History and live are the same cursor: being told of a commit only means to look again. A reader
/// from whom nothing is kept back gets the log's values as they are stored; they are then neither
/// decompressed nor encoded anew.
final class ReadAnswer: StreamingAnswer, @unchecked Sendable {
    // Confined to the connection's event loop; other threads only post work to it.
    private let log: EventLog
    private let recentValues: RecentValues
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
    /// The largest stored value that may be sent as it is; 0 when none may.
    private var valueBytesMax = 0
    /// The client does not know where the reading begins, so the first value must begin there.
    private var mustAlign = false
    /// The last dictionary that was sent.
    private var sentDictionary: UInt32 = 0
    /// A look after a commit has been posted to the loop; further commits need none of their own.
    private let isWakePosted = Atomic<Bool>(false)

    /// Events and bytes of one page.
    private static let pageEvents = 512
    private static let pageBytes: Int64 = 256 * 1_024
    /// Room that an answer has from the beginning.
    private static let answerBytes = 64 << 10
    /// Stored values sent before other calls of the loop have their turn.
    private static let valuesPerTurn = 4

    /// Reads what is there.
    ///
    /// - Parameter limit: nil for all.
    init(_ ledger: Ledger, _ responder: Responder, query: ReadQuery, limit: UInt64?) {
        log = ledger.log
        recentValues = ledger.recentValues
        self.responder = responder
        self.query = query
        isSubscription = false
        remaining = limit
    }

    /// Reads what is there and what comes.
    init(subscribing ledger: Ledger, _ responder: Responder, query: ReadQuery) {
        log = ledger.log
        recentValues = ledger.recentValues
        self.responder = responder
        self.query = query
        isSubscription = true
        // Before the first look, so that no commit falls between them.
        wakeToken = log.onCommit { [weak self] _ in self?.wake() }
        entry = ledger.endlessAnswers.add { [weak self] in
            responder.execute { [weak self] in self?.finish(FailureStatus.closing) }
        }
    }

    /// Lets stored values be sent as they are where nothing is filtered.
    ///
    /// - Parameters:
    ///   - messageBytesMax: the largest message that the client accepts.
    ///   - startIsKnown: whether the client knows the first position that it wants. One who does
    ///     leaves out what a value holds before it.
    func shipValues(messageBytesMax: Int, startIsKnown: Bool) {
        guard query.isEverything, query.direction == .forwards, remaining == nil else { return }
        valueBytesMax = messageBytesMax
        mustAlign = !startIsKnown
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
        if valueBytesMax > 0, shipStoredValues() { return }
        query.maxEvents = Int(
            min(UInt64(Self.pageEvents), remaining ?? .max, UInt64(clamping: allowance.events)))
        query.maxBytes = Int(min(Self.pageBytes, allowance.bytes))
        do {
            var facts = RecordedFactBytes(capacity: Self.answerBytes)
            let end = try log.lend(query) { facts.add($1, at: $0) }
            deliver(&facts, end)
        } catch {
            finish(FailureStatus.of(error: error))
        }
    }

    /// Sends stored values as they are.
    ///
    /// - Returns: false when what comes next has to be sent as an ordinary page: there is nothing
    ///   more at the moment, or the value is too large for the client.
    private func shipStoredValues() -> Bool {
        for _ in 0..<Self.valuesPerTurn {
            guard !isFinished, allowance.allows(events: 1) else { return true }
            do {
                guard let value = try recentValues.value(at: query.from, of: log) else {
                    return false
                }
                guard value.bytes.count <= valueBytesMax,
                    !mustAlign || value.first == query.from
                else { return false }
                mustAlign = false
                if value.dictionary > 0, value.dictionary != sentDictionary {
                    try sendDictionary(value.dictionary)
                }
                responder.sendBlock(value.bytes, events: UInt32(clamping: value.count))
                allowance.spend(events: UInt32(clamping: value.count))
                allowance.spend(frameBytes: value.bytes.count)
                query.from = value.last.successor
            } catch {
                finish(FailureStatus.of(error: error))
                return true
            }
        }
        continueLater()
        return true
    }

    private func sendDictionary(_ number: UInt32) throws {
        var response = ReadResponse()
        response.nextPosition = query.from.value
        response.headPosition = log.head.value
        response.dictionary.number = number
        guard let content = log.sealDictionary(number) else {
            throw EventLogError.damaged(position: query.from, "dictionary \(number) is missing")
        }
        response.dictionary.content = .init(content)
        let bytes = try response.encoded()
        responder.send(bytes, events: 0)
        allowance.spend(frameBytes: bytes.count)
        sentDictionary = number
    }

    private func deliver(_ facts: inout RecordedFactBytes, _ page: PageEnd) {
        let count = facts.count
        if count > 0 { mustAlign = false }
        let isAtEnd = page.next == nil
        let resume = page.next ?? behind(page.head)
        let saysCaughtUp = isSubscription && isAtEnd && !hasSaidCaughtUp
        if count > 0 || saysCaughtUp {
            if saysCaughtUp { hasSaidCaughtUp = true }
            let bytes = facts.finish(
                next: resume, head: page.head, isCaughtUp: isSubscription && isAtEnd)
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
