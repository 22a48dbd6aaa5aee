import EventLog
import Schema
import Wire

/// Records facts: all of a call or none.
enum RecordService {
    /// Serves one call of `Record`.
    static func record(
        _ bytes: [UInt8], _ ledger: Ledger, _ actor: RecordingActor, _ responder: Responder
    ) throws(WireStatus) {
        let message = try ServiceRouter.decode(RecordRequest.self, bytes)
        let request = try FactIntake.request(
            message.envelopes.map { [UInt8]($0) },
            expected: RequestParts.expectations(message.expected),
            condition: message.hasCondition ? RequestParts.condition(message.condition) : nil,
            dryRun: message.dryRun, actor: actor)
        let count = request.events.count
        ledger.log.submit(request) { result in
            do {
                let response = try response(result, ledger.counters, count)
                responder.reply(try response.encoded())
            } catch {
                responder.finish(FailureStatus.of(error: error))
            }
        }
    }

    private static func response(
        _ result: Result<AppendOutcome, AppendFailure>, _ counters: Counters, _ count: Int
    ) throws -> RecordResponse {
        var response = RecordResponse()
        switch result {
        case .success(let outcome):
            switch outcome {
            case .appended:
                response.outcome = .recorded
                counters.count(recorded: count)
            case .duplicate: response.outcome = .duplicate
            case .admitted: response.outcome = .admitted
            }
            let answer = outcome.result
            if case .admitted = outcome {
            } else {
                response.firstPosition = answer.first.value
                response.lastPosition = answer.last.value
            }
            response.streamVersions = answer.versions
            response.ledgerAtUs = answer.ledgerAt
            response.trailers = try answer.trailers.map { try Trailer(decoding: $0) }
            return response
        case .failure(let failure):
            if case .refused = failure { counters.countRefused() }
            throw failure
        }
    }
}
