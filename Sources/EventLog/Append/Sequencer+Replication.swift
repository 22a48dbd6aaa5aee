import LogFormat

/// Batches that were sequenced elsewhere.
extension Sequencer {
    /// Checks that a batch continues this log, and records it as it is.
    ///
    /// Runs only while everything before is durable.
    func append(
        _ batch: SequencedBatch,
        _ completion: @Sendable (Result<Position, EventLogError>) -> Void
    ) {
        do {
            let copy = try storing { try accept(batch) }
            switch commitAlone(copy)?.kind {
            case nil: completion(.success(Position(committer.durable)))
            case .full(let store):
                completion(.failure(.doesNotContinue("no room: \(store.rawValue)")))
            case .fatal(let reason):
                completion(.failure(.doesNotContinue("the log stopped: \(reason)")))
            }
        } catch {
            completion(.failure(error))
        }
    }

    /// Proves the batch and adds its events to the overlay, all or none.
    private func accept(_ batch: SequencedBatch) throws -> Batch {
        let head = committer.head
        guard batch.previousPosition.value == head.position else {
            throw EventLogError.doesNotContinue(
                "the batch follows position \(batch.previousPosition), the log ends at "
                    + "\(head.position)")
        }
        guard batch.previousRoot == head.frontier.root else {
            throw EventLogError.doesNotContinue(
                "the histories differ: the Merkle roots after position \(head.position) are "
                    + "\(batch.previousRoot) and \(head.frontier.root)")
        }
        let copy = Batch(first: next)
        do {
            var frontier = head.frontier
            for (index, value) in batch.values.enumerated() {
                let isLast = index + 1 == batch.values.count
                try value.withUnsafeBytes { bytes in
                    try accept(bytes, isLast: isLast, into: copy, &frontier)
                }
            }
            guard copy.eventCount > 0 else {
                throw EventLogError.doesNotContinue("the batch is empty")
            }
            next = copy.end
            ledgerAt = copy.ledgerAt
            return copy
        } catch {
            overlay.withLock { $0.discard(from: copy.first) }
            throw error
        }
    }

    private func accept(
        _ bytes: UnsafeRawBufferPointer, isLast: Bool, into copy: Batch,
        _ frontier: inout MerkleFrontier
    ) throws {
        let value = try ValueView(bytes, at: copy.end)
        guard value.header.isContinued != isLast else {
            throw EventLogError.doesNotContinue("the batch does not end where a commit ended")
        }
        copy.beginValue()
        try value.forEachRawRecord { _, record in
            try add(record, to: copy)
            frontier.append(.leaf(record.bytes))
        }
        guard frontier.root == value.header.root else {
            throw EventLogError.doesNotContinue(
                "the value at \(value.header.first) does not have the Merkle root it claims")
        }
    }

    private func add(_ record: RecordView, to copy: Batch) throws {
        let id = record.id
        let stream = record.stream
        let tags = record.tags
        let position = copy.end
        for name in [stream] + tags {
            if let fault = RequestForm.fault(inName: name.utf8.count, of: "stream or tag") {
                throw EventLogError.damaged(position: Position(position), fault)
            }
        }
        guard stream.utf8.first != UInt8(ascii: "-"), Set(tags).count == tags.count,
            !tags.contains(stream)
        else {
            throw EventLogError.damaged(
                position: Position(position), "no log writes such a stream or such tags")
        }
        guard try event(withID: id) == nil else {
            throw EventLogError.doesNotContinue("id \(id) is recorded already")
        }
        guard try streamVersion(stream) + 1 == record.streamVersion,
            record.ledgerAt >= max(ledgerAt, copy.ledgerAt)
        else {
            throw EventLogError.doesNotContinue(
                "the event at \(position) does not continue stream \(stream)")
        }
        copy.count(keys: overlay.withLock { $0.replay(record) })
        var none: [PendingValue] = []
        copy.append(
            recordBytes: record.bytes.count, valueBytesMax: Int.max, ledgerAt: record.ledgerAt,
            spare: &none
        ) { $0.copyMemory(from: record.bytes) }
    }
}
