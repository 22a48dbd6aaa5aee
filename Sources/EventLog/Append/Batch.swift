import LogFormat

/// The outcome of a request, told once the batches it could have seen are durable.
typealias Answer = Result<AppendOutcome, AppendFailure>

extension Answer {
    /// Whether the answer depends on events having become durable.
    var claimsRecord: Bool {
        switch self {
        case .success(.appended), .success(.duplicate): true
        case .success(.admitted), .failure: false
        }
    }
}

/// Called once with the outcome of one request.
package typealias AppendCompletion = @Sendable (Result<AppendOutcome, AppendFailure>) -> Void

/// Requests judged one after the other and made durable together: the unit of commit.
///
/// `@unchecked Sendable`: the sequencer fills it; handing it to the committer ends that. For the
/// same reason its variables need no check for overlapping accesses.
final class Batch: @unchecked Sendable {
    /// The position of its first event, or of the next one if it has none.
    let first: UInt64
    @exclusivity(unchecked) private(set) var values: [PendingValue] = []
    @exclusivity(unchecked)
    private(set) var answers: [(completion: AppendCompletion, answer: Answer)] = []
    /// Keys of the index that the events touch.
    @exclusivity(unchecked) private(set) var keys = 0
    @exclusivity(unchecked) private(set) var eventCount = 0
    @exclusivity(unchecked) private(set) var byteCount = 0
    /// The time of recording of its last event.
    @exclusivity(unchecked) private(set) var ledgerAt: Int64 = 0

    /// - Parameter answers: how many answers there will be, by experience.
    init(first: UInt64, answers: Int = 0) {
        self.first = first
        self.answers.reserveCapacity(answers)
    }

    /// The position after its last event.
    var end: UInt64 { first + UInt64(eventCount) }

    var isEmpty: Bool { eventCount == 0 && answers.isEmpty }

    /// Appends a record of `size` bytes, to the last value if it fits there.
    ///
    /// - Parameters:
    ///   - spare: values that are not used any more and may be used again.
    ///   - write: fills all of the bytes it is lent.
    func append(
        recordBytes size: Int, valueBytesMax: Int, ledgerAt: Int64, spare: inout [PendingValue],
        _ write: (UnsafeMutableRawBufferPointer) -> Void
    ) {
        let target: PendingValue
        if let last = values.last, last.recordBytes + size <= valueBytesMax {
            target = last
        } else {
            target = spare.popLast() ?? PendingValue(first: end)
            target.begin(first: end)
            values.append(target)
        }
        target.append(count: size, write)
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
        let all = answers
        let told = all.span
        for index in told.indices { told[index].completion(told[index].answer) }
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
