import LogFormat

/// What becomes of a request once the batches it could have seen are durable.
enum Answer: Sendable {
    case appended(AppendResult)
    case duplicate(AppendResult)
    case admitted(AppendResult)
    case failed(AppendFailure)

    var result: Result<AppendOutcome, AppendFailure> {
        switch self {
        case .appended(let result): .success(.appended(result))
        case .duplicate(let result): .success(.duplicate(result))
        case .admitted(let result): .success(.admitted(result))
        case .failed(let failure): .failure(failure)
        }
    }

    /// Whether the answer depends on events having become durable.
    var claimsRecord: Bool {
        switch self {
        case .appended, .duplicate: true
        case .admitted, .failed: false
        }
    }
}

/// Called once with the outcome of one request.
package typealias AppendCompletion = @Sendable (Result<AppendOutcome, AppendFailure>) -> Void

/// Requests judged one after the other and made durable together: the unit of commit.
///
/// `@unchecked Sendable`: the sequencer fills it; handing it to the committer ends that.
final class Batch: @unchecked Sendable {
    /// The position of its first event, or of the next one if it has none.
    let first: UInt64
    private(set) var values: [PendingValue] = []
    private(set) var answers: [(completion: AppendCompletion, answer: Answer)] = []
    /// Keys of the index that the events touch.
    private(set) var keys = 0
    private(set) var eventCount = 0
    private(set) var byteCount = 0
    /// The time of recording of its last event.
    private(set) var ledgerAt: Int64 = 0

    init(first: UInt64) {
        self.first = first
    }

    /// The position after its last event.
    var end: UInt64 { first + UInt64(eventCount) }

    var isEmpty: Bool { eventCount == 0 && answers.isEmpty }

    /// Appends a record of `size` bytes, to the last value if it fits there.
    func append(
        recordBytes size: Int, valueBytesMax: Int, ledgerAt: Int64,
        _ write: (inout [UInt8]) -> Void
    ) {
        let target: PendingValue
        if let last = values.last, last.recordBytes + size <= valueBytesMax {
            target = last
        } else {
            target = PendingValue(first: end)
            values.append(target)
        }
        target.append(write)
        eventCount += 1
        byteCount += size + ValueHeader.entrySize
        self.ledgerAt = ledgerAt
    }

    /// Begins a new value even if the last one has room: a copy keeps the borders of its original.
    func beginValue() {
        values.append(PendingValue(first: end))
    }

    func count(keys number: Int) {
        keys += number
    }

    func answer(_ answer: Answer, to completion: @escaping AppendCompletion) {
        answers.append((completion, answer))
    }

    /// Tells all callers, in the order of judging.
    func deliver() {
        for (completion, answer) in answers { completion(answer.result) }
    }

    /// Tells all callers that the batch failed.
    ///
    /// - Parameters:
    ///   - claimed: for those who would have been told that their events are recorded.
    ///   - other: for the rest, whose answers rest on events that never happened.
    func deliver(claimed: AppendFailure, other: AppendFailure) {
        for (completion, answer) in answers {
            completion(.failure(answer.claimsRecord ? claimed : other))
        }
    }
}
