package import Names

/// Decides which requests are recorded, and what is added to them. The log itself knows no rules.
///
/// All calls come from the sequencer's thread, one at a time and in the log's order; a call must
/// not block and must not submit to the log and wait.
package protocol Judge: AnyObject, Sendable {
    /// Judges a request whose ids are new and whose expectations and condition are met.
    ///
    /// An admitted request counts as recorded for the next call. When it is refused, or when
    /// `discard` comes, the judge's state must be as if it had never been seen.
    func judge(_ request: AppendRequest, at moment: JudgeMoment) -> Verdict

    /// Everything judged at or after `position` never happened: its batch could not be written, or
    /// it was a dry run.
    func discard(from position: Position)

    /// Everything up to `position` is durable and will never be discarded.
    func settled(through position: Position)

    /// Whether an event whose id is recorded states the same as the recorded one although its bytes
    /// are others; then it is a repetition. The log itself knows only bytes, and so does a judge
    /// that does not say otherwise.
    func saysTheSame(
        _ draft: EventDraft, as recorded: RecordedEvent, view: SequencerView
    ) -> Bool

    /// Requests whose events have these names are about to be judged: an occasion to fetch from
    /// memory, for all of them side by side, what would otherwise be waited for one by one. Nothing
    /// may depend on this call.
    func foresee(_ names: [NameList])

    /// What the judgement of a request that has to wait will need, as far as can be told now. It
    /// must leave no trace in what is judged.
    func preparations(for request: AppendRequest, at moment: JudgeMoment) -> [any Preparation]

    /// Something that was asked for is done, well or not. Those who wait for it are judged next.
    func prepared(_ preparation: any Preparation, view: SequencerView)

    /// A request will not be recorded: it was refused, by the judge or before it came to judgement,
    /// for its ids, versions or condition.
    func failed(_ request: AppendRequest)
}

extension Judge {
    package func saysTheSame(
        _ draft: EventDraft, as recorded: RecordedEvent, view: SequencerView
    ) -> Bool { false }

    package func foresee(_ names: [NameList]) {}

    package func preparations(
        for request: AppendRequest, at moment: JudgeMoment
    ) -> [any Preparation] { [] }

    package func prepared(_ preparation: any Preparation, view: SequencerView) {}

    package func failed(_ request: AppendRequest) {}
}

/// A judge's answer.
package enum Verdict: Sendable {
    /// Record it, with these additions, one an event; none at all stands for empty ones.
    case admit([Addition] = [])
    /// Do not record it.
    case refuse(any Error & Sendable)
    /// Ask again when all of this has been prepared; only when the moment allows it.
    case later([any Preparation])
}

/// What a judge adds to an event.
package struct Addition: Sendable {
    /// Bytes to record behind the sender's.
    package var trailer: [UInt8]
    /// Tags to record besides the event's own.
    package var tags: NameList

    package init(trailer: [UInt8] = [], tags: NameList = []) {
        self.trailer = trailer
        self.tags = tags
    }
}

/// Where in the ledger's history a request is judged.
package struct JudgeMoment {
    /// The position the request's first event will have.
    package let nextPosition: Position
    /// The time of recording, microseconds since 1970-01-01T00:00:00Z; never goes backwards.
    package let ledgerAt: Int64
    /// Everything up to here is durable.
    package let durable: Position
    /// Whether the judge may have something prepared and be asked again.
    package let mayWait: Bool
    /// Reads that see everything judged so far.
    package let view: SequencerView
}

/// Reads for a judge that must fold from the log: they see all events judged so far, also those
/// that are not durable yet. To be used only inside `Judge.judge`, on the sequencer's thread.
package struct SequencerView {
    let sequencer: Sequencer

    /// Reads like `EventLog.read`, up to the last event judged.
    ///
    /// - Throws: `EventLogError.misuse` on any other thread.
    package func read(_ query: ReadQuery) throws(EventLogError) -> ReadPage {
        try sequencer.checkThread()
        return try sequencer.read(query)
    }

    /// All events of a query, unless there are more than a few: then nil, and none was read.
    ///
    /// - Throws: as `read`.
    package func readAll(
        _ query: ReadQuery, atMost count: Int
    ) throws(EventLogError) -> [RecordedEvent]? {
        try sequencer.checkThread()
        return try sequencer.readAll(query, atMost: count)
    }

    /// Calls `body` with every event of a query in order, page by page, up to the last one judged.
    package func forEach(
        _ query: ReadQuery, _ body: (RecordedEvent) throws -> Void
    ) throws {
        var query = query
        while true {
            let page = try read(query)
            for event in page.events { try body(event) }
            guard let next = page.next else { return }
            query.from = next
        }
    }

    /// The event with this id, if it was judged or recorded.
    package func event(withID id: EventID) throws(EventLogError) -> RecordedEvent? {
        try sequencer.checkThread()
        return try sequencer.event(withID: id)
    }

    /// The number of events in a stream, judged ones included.
    package func streamVersion(_ stream: String) throws(EventLogError) -> UInt64 {
        try sequencer.checkThread()
        return try sequencer.streamVersion(stream)
    }
}
