import EventLog
import Schema
import Synchronization
import Wire

/// Serves `Import`: facts in, an answer for each out, in order, many under way at once.
///
/// Confined to the connection's event loop; what the log's threads say is collected and taken over
/// once for each burst. What the client may send grows as its answers leave: a client that does not
/// read its answers gets no further.
final class ImportHandler: CallHandler, @unchecked Sendable {
    /// What became of one item.
    private struct Arrival: Sendable {
        let item: Int64
        let answer: ImportAnswer
        let cost: Credit
    }

    private let ledger: Ledger
    private let responder: Responder
    private let actor: RecordingActor
    /// Set when nothing behind the first refused fact is to be recorded.
    private let session: ImportSession?
    /// Number of the next item, and of the next answer to send.
    private var nextItem: Int64 = 0
    private var nextAnswer: Int64 = 0
    /// Answers that wait for those before them.
    private var ready: [Int64: Arrival] = [:]
    private var allowance: Credit
    /// What the client gets back when its answers have left.
    private var owed = Credit.none
    private var hasRefused = false
    private var hasHalfClosed = false
    private var isFinished = false
    private let arrivals = Mutex<[Arrival]>([])

    init(_ call: CallContext, _ ledger: Ledger, _ actor: RecordingActor, stopsAtRefusal: Bool) {
        self.ledger = ledger
        self.actor = actor
        responder = call.responder
        allowance = call.allowance
        session = stopsAtRefusal ? ImportSession() : nil
    }

    func message(_ message: CallMessage) {
        let item = nextItem
        nextItem += 1
        let cost = message.cost
        let place = session.map { ImportPlace(session: $0, item: item) }
        do throws(WireStatus) {
            let envelope = try Self.envelope(message.bytes)
            var request = try FactIntake.request(
                envelope, [0..<envelope.count], actor: actor, place: place)
            request.caller = ObjectIdentifier(responder.link)
            ledger.log.submit(request) { [self] result in
                let answer = Self.answer(result, ledger.counters)
                // What is judged after this completion must know.
                if answer.outcome == .refused { place?.refused() }
                arrived(Arrival(item: item, answer: answer, cost: cost))
            }
        } catch {
            place?.refused()
            ledger.counters.countRefused()
            ready[item] = Arrival(item: item, answer: Self.refusal(error), cost: cost)
            sendReady()
        }
    }

    func halfClosed() {
        hasHalfClosed = true
        finishIfDone()
    }

    /// Of what is on its way, an import that stops at refusals records nothing more.
    func cancelled(_ cause: CancelCause) {
        session?.stop(before: 0)
        isFinished = true
        responder.finish(
            cause == .deadline
                ? WireStatus(.deadlineExceeded, "the call's deadline has passed")
                : WireStatus(.cancelled, "the import was cancelled"))
    }

    func credit(_ allowance: Credit) {
        self.allowance = allowance
        giveBack()
    }

    /// An item was decided, on any thread.
    private func arrived(_ arrival: Arrival) {
        let isFirst = arrivals.withLock { arrivals in
            arrivals.append(arrival)
            return arrivals.count == 1
        }
        guard isFirst else { return }
        responder.execute {
            let burst = self.arrivals.withLock { arrivals in
                defer { arrivals = [] }
                return arrivals
            }
            for arrival in burst { self.ready[arrival.item] = arrival }
            self.sendReady()
        }
    }

    /// Answers leave in the order of their items, whichever way they were found.
    private func sendReady() {
        while !isFinished, let next = ready.removeValue(forKey: nextAnswer) {
            nextAnswer += 1
            send(next)
        }
        giveBack()
        finishIfDone()
    }

    private func send(_ arrival: Arrival) {
        var answer = arrival.answer
        if answer.outcome == .refused {
            // Found wrong before the one in front of it was: it is behind the end all the same.
            if hasRefused, session != nil { answer = Self.skipped }
            hasRefused = true
        }
        do {
            let bytes = try answer.encoded()
            // Answers are paid for by the items they answer: they need no event credit.
            responder.send(bytes, events: 0)
            allowance.spend(frameBytes: bytes.count)
            _ = owed.add(arrival.cost)
        } catch {
            isFinished = true
            responder.finish(FailureStatus.of(error: error))
        }
    }

    /// Lets the client send as much again, unless its answers wait for it.
    private func giveBack() {
        guard !isFinished, allowance.allows(events: 0), owed != .none else { return }
        responder.give(owed)
        owed = .none
    }

    private func finishIfDone() {
        guard hasHalfClosed, nextAnswer == nextItem, !isFinished else { return }
        isFinished = true
        responder.finish()
    }

    private static func envelope(_ bytes: [UInt8]) throws(WireStatus) -> [UInt8] {
        [UInt8](try ServiceRouter.decode(ImportItem.self, bytes).envelope)
    }

    private static var skipped: ImportAnswer {
        var answer = ImportAnswer()
        answer.outcome = .skipped
        return answer
    }

    private static func answer(
        _ result: Result<AppendOutcome, AppendFailure>, _ counters: Counters
    ) -> ImportAnswer {
        switch result {
        case .success(let outcome):
            var answer = ImportAnswer()
            if case .appended = outcome {
                answer.outcome = .recorded
                counters.count(recorded: 1)
            } else {
                answer.outcome = .duplicate
            }
            answer.position = outcome.result.first.value
            for bytes in outcome.result.trailers {
                if let trailer = try? Trailer(decoding: bytes) {
                    answer.warnings += trailer.warnings
                }
            }
            return answer
        case .failure(.refused(let error)) where error is ImportHasStopped:
            return skipped
        case .failure(let failure):
            counters.countRefused()
            return refusal(FailureStatus.of(failure))
        }
    }

    private static func refusal(_ status: WireStatus) -> ImportAnswer {
        var answer = ImportAnswer()
        answer.outcome = .refused
        answer.status = UInt32(status.code.rawValue)
        answer.en = status.message
        answer.zh = status.message
        guard let info = status.info else { return answer }
        answer.rule = info.code.isEmpty ? info.reason : info.code
        answer.zh = info.metadata["zh"] ?? status.message
        answer.en = info.metadata["en"] ?? status.message
        answer.facts = info.metadata.pairs.compactMap { pair in
            guard pair.key.hasPrefix("fact.") else { return nil }
            var fact = RefusalFact()
            fact.name = String(pair.key.dropFirst(5))
            fact.value = pair.value
            return fact
        }
        return answer
    }
}
