import LogFormat

/// A durable event lent where it lies; valid only inside the call that lends it.
package struct EventView {
    package let position: UInt64
    private let record: RecordView

    init(_ record: RecordView, at position: UInt64) {
        self.record = record
        self.position = position
    }

    /// Number of the event's type.
    package var type: UInt32 { record.type }

    /// Name of the event's stream, in UTF-8.
    package var stream: UnsafeRawBufferPointer { record.streamBytes }

    /// The event's number in its stream, from 1.
    package var streamVersion: UInt64 { record.streamVersion }

    /// The sender's bytes.
    package var body: UnsafeRawBufferPointer { record.body }

    /// What the server added.
    package var trailer: UnsafeRawBufferPointer { record.trailer }

    /// The tags, the stream's own name first.
    package var tags: [String] { [record.stream] + record.tags }
}

extension EventLog {
    /// Lends the durable events behind a position, in order, as long as `body` returns true.
    ///
    /// Nothing is copied, so that a reader which looks at two fields of each event pays for no
    /// more. The events lie in one snapshot: keep the stretch short.
    ///
    /// - Returns: the position of the last event lent, `position` when there was none.
    /// - Throws: `.damaged`, `.closed`, `.store`, or what `body` throws.
    package func visit(
        after position: Position, _ body: (EventView) throws -> Bool
    ) throws -> Position {
        try checkOpen()
        let head = committer.durable
        guard position.value < head else { return position }
        var last = position.value
        var goesOn = true
        // An error of the caller must come out as it is, not as one of the store.
        var failure: (any Error)?
        let positions = (position.value + 1...head).lazy.prefix { _ in goesOn }
        try log.withRecords(at: positions) { position, record in
            do {
                goesOn = try body(EventView(record, at: position))
                last = position
            } catch {
                goesOn = false
                failure = error
            }
        }
        if let failure { throw failure }
        return Position(last)
    }
}
