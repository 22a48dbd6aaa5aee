import EventLog
import Schema
import Wire

/// Records facts: all of a call or none.
enum RecordService {
    /// A call of more bytes is checked aside: the event loop has other calls to serve meanwhile.
    /// It is some 200 facts.
    private static let inlineBytesMax = 64 << 10

    private static let aside = AsideIntake()

    /// Serves one call of `Record`.
    ///
    /// - Parameter mayCarry: the calling thread may judge and commit by itself: for a lone caller
    ///   every hand-over between threads is time that it waits.
    static func record(
        _ bytes: [UInt8], _ ledger: Ledger, _ actor: RecordingActor, mayCarry: Bool,
        _ responder: Responder
    ) throws(WireStatus) {
        let connection = ObjectIdentifier(responder.link)
        guard bytes.count > inlineBytesMax || aside.isBusy(with: connection) else {
            try take(bytes, ledger, actor, mayCarry: mayCarry, responder)
            return
        }
        let isTaken = aside.add(of: connection, bytes: bytes.count) {
            do throws(WireStatus) {
                try take(bytes, ledger, actor, mayCarry: false, responder)
            } catch {
                responder.finish(error)
            }
        }
        if !isTaken { throw FailureStatus.of(.overloaded) }
    }

    private static func take(
        _ bytes: [UInt8], _ ledger: Ledger, _ actor: RecordingActor, mayCarry: Bool,
        _ responder: Responder
    ) throws(WireStatus) {
        let parts = try RecordParts(bytes)
        var request = try FactIntake.request(
            parts.bytes, parts.envelopes, expected: parts.expected, condition: parts.condition,
            dryRun: parts.dryRun, actor: actor)
        request.caller = ObjectIdentifier(responder.link)
        let count = request.events.count
        let counters = ledger.counters
        ledger.log.submit(request, mayCarry: mayCarry) { result in
            switch result {
            case .success(let outcome):
                if case .appended = outcome { counters.count(recorded: count) }
                responder.reply(response(outcome))
            case .failure(let failure):
                if case .refused = failure { counters.countRefused() }
                responder.finish(FailureStatus.of(failure))
            }
        }
    }

    /// A message `RecordResponse`, fields in ascending order; the trailers are those recorded.
    private static func response(_ outcome: AppendOutcome) -> [UInt8] {
        let answer = outcome.result
        let said: RecordResponse.Outcome
        var isRecorded = true
        switch outcome {
        case .appended: said = .recorded
        case .duplicate: said = .duplicate
        case .admitted:
            said = .admitted
            isRecorded = false
        }
        var size = 48 + 6 + answer.firstTrailer.count + 10 * (1 + answer.moreVersions.count)
        for trailer in answer.moreTrailers { size += trailer.count + 6 }
        return [UInt8](wireCapacity: size) { writer in
            writer.number(UInt64(said.rawValue), field: 1)
            if isRecorded {
                writer.number(answer.first.value, field: 2)
                writer.number(answer.last.value, field: 3)
            }
            writer.packed(answer.firstVersion, answer.moreVersions, field: 4)
            writer.number(UInt64(bitPattern: answer.ledgerAt), field: 5)
            writer.delimited(answer.firstTrailer, field: 6)
            for trailer in answer.moreTrailers { writer.delimited(trailer, field: 6) }
        }
    }
}
