import EventLog
import Schema
import Wire

/// Serves `Import`: facts in, an answer for each out, in order, many under way at once.
///
/// Confined to the connection's event loop; the log's answers come back to it in order.
final class ImportHandler: CallHandler, @unchecked Sendable {
    private let ledger: Ledger
    private let responder: Responder
    private let actor: RecordingActor
    private let session: ImportSession?
    /// Number of the next item, and of the next answer to send.
    private var nextItem: UInt64 = 0
    private var nextAnswer: UInt64 = 0
    /// Answers that wait for those before them.
    private var ready: [UInt64: (answer: ImportAnswer, cost: Credit)] = [:]
    private var hasHalfClosed = false
    private var isFinished = false

    /// - Parameter stopsAtRefusal: nothing behind the first refused fact is recorded.
    init(_ call: CallContext, _ ledger: Ledger, _ actor: RecordingActor, stopsAtRefusal: Bool) {
        self.ledger = ledger
        self.actor = actor
        responder = call.responder
        session = stopsAtRefusal ? ImportSession() : nil
    }

    func message(_ message: CallMessage) {
        let item = nextItem
        nextItem += 1
        let cost = message.cost
        do throws(WireStatus) {
            let envelope = try Self.envelope(message.bytes)
            let request = try FactIntake.request([envelope], actor: actor, session: session)
            ledger.log.submit(request) { [self] result in
                let answer = Self.answer(result, ledger.counters)
                if answer.outcome == .refused { session?.fail() }
                responder.execute { self.answered(item, answer, cost) }
            }
        } catch {
            session?.fail()
            answered(item, Self.refusal(error), cost)
        }
    }

    func halfClosed() {
        hasHalfClosed = true
        finishIfDone()
    }

    func cancelled(_ cause: CancelCause) {
        session?.fail()
        isFinished = true
        responder.finish(WireStatus(.cancelled, "the import was cancelled"))
    }

    /// Answers leave in the order of their items, whichever way they were found.
    private func answered(_ item: UInt64, _ answer: ImportAnswer, _ cost: Credit) {
        ready[item] = (answer, cost)
        while !isFinished, let next = ready.removeValue(forKey: nextAnswer) {
            nextAnswer += 1
            send(next.answer, next.cost)
        }
        finishIfDone()
    }

    private func send(_ answer: ImportAnswer, _ cost: Credit) {
        do {
            // Answers are paid for by the items they answer: they need no event credit.
            responder.send(try answer.encoded(), events: 0)
            responder.give(cost)
        } catch {
            isFinished = true
            responder.finish(FailureStatus.of(error: error))
        }
    }

    private func finishIfDone() {
        guard hasHalfClosed, nextAnswer == nextItem, !isFinished else { return }
        isFinished = true
        responder.finish()
    }

    private static func envelope(_ bytes: [UInt8]) throws(WireStatus) -> [UInt8] {
        do {
            return [UInt8](try ImportItem(decoding: bytes).envelope)
        } catch {
            throw FailureStatus.of(error: error)
        }
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
            var answer = ImportAnswer()
            answer.outcome = .skipped
            return answer
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
