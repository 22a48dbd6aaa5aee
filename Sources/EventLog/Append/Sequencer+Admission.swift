import LogFormat

/// What is worked out about a request on its way into the open batch; kept for its room only.
struct AdmissionScratch {
    /// Each event's stream.
    var streams: [NameIndex] = []
    /// The streams of the request's expectations.
    var expected: [NameIndex] = []
    /// Streams that the overlay does not know.
    var unknown: [(name: String, index: NameIndex)] = []
    /// The further tags of all events, event after event.
    var tags: [NameIndex] = []
    /// Where the text of each of `tags` is: its place among the event's own tags and, after those,
    /// the judge's.
    var sources: [Int] = []
    var events: [EventPlan] = []
    var ids: [EventID] = []
    /// The first expectation that is not met by the version of its stream.
    var mismatch: (index: Int, actual: UInt64)?

    mutating func clear() {
        streams.removeAll(keepingCapacity: true)
        expected.removeAll(keepingCapacity: true)
        unknown.removeAll(keepingCapacity: true)
        tags.removeAll(keepingCapacity: true)
        sources.removeAll(keepingCapacity: true)
        events.removeAll(keepingCapacity: true)
        mismatch = nil
    }
}

/// How one event will be recorded.
struct EventPlan {
    /// Where its further tags stand in the scratch's `tags`.
    var tags: Range<Int>
    /// Bytes of the record.
    var recordBytes: Int
    var streamVersion: UInt64 = 0
}

/// Checks one request, has it judged and records it in the open batch.
extension Sequencer {
    /// Decides on a request; its answer goes into the open batch, because it may rest on events
    /// that are not durable yet.
    func admit(_ request: AppendRequest, _ completion: @escaping AppendCompletion) {
        do throws(AppendFailure) {
            open.answer(.success(try decide(request)), to: completion)
        } catch {
            judge?.failed(request)
            open.answer(.failure(error), to: completion)
        }
    }

    private func decide(_ request: AppendRequest) throws(AppendFailure) -> AppendOutcome {
        // Ids first: a repeated request gets its first answer whatever has changed since.
        if let first = try recordedBefore(request) { return .duplicate(first) }
        if isIndexFull, !request.dryRun { throw .full(.index) }
        try checkVersions(request)
        if let condition = request.condition { try check(condition) }
        ledgerAt = max(ledgerAt, now)
        let first = Position(next)
        var trailers: [[UInt8]] = []
        var extraTags: [[String]] = []
        if let judge {
            let moment = JudgeMoment(
                nextPosition: first, ledgerAt: ledgerAt, durable: Position(committer.durable),
                view: SequencerView(sequencer: self))
            switch judge.judge(request, at: moment) {
            case .refuse(let error): throw .refused(error)
            case .admit(let added, let tags): (trailers, extraTags) = (added, tags)
            }
        }
        do throws(AppendFailure) {
            try plan(request, trailers, extraTags)
            let result = AppendResult(
                first: first, ledgerAt: ledgerAt,
                versions: scratch.events.lazy.map(\.streamVersion), trailers: trailers)
            guard !request.dryRun else {
                judge?.discard(from: first)
                return .admitted(result)
            }
            write(request, trailers, extraTags)
            return .appended(result)
        } catch {
            judge?.discard(from: first)
            throw error
        }
    }

    // MARK: Ids

    /// The first answer to a request whose ids are recorded; nil when none of them is.
    private func recordedBefore(
        _ request: AppendRequest
    ) throws(AppendFailure) -> AppendResult? {
        if request.events.count > 1 { try checkDistinct(request.events) }
        var positions: [(event: Int, position: UInt64)] = []
        var unknown: [(event: Int, id: EventID)] = []
        overlay.withLock { state in
            let events = request.events.span
            for index in events.indices {
                if let position = state.position(of: events[index].id) {
                    positions.append((index, position))
                } else if !state.isBeyondTable(events[index].id) {
                    unknown.append((index, events[index].id))
                }
            }
            if positions.isEmpty { resolveStreams(of: request, &state) }
        }
        if !unknown.isEmpty, let index {
            let found = try lookingUp { () throws(EventLogError) in
                try index.positions(ofIDs: unknown.map(\.id))
            }
            for (asked, position) in zip(unknown, found) {
                if let position { positions.append((asked.event, position)) }
            }
        }
        guard !positions.isEmpty else { return nil }
        positions.sort { $0.event < $1.event }
        return try firstAnswer(request, positions)
    }

    private func checkDistinct(_ events: [EventDraft]) throws(AppendFailure) {
        scratch.ids.removeAll(keepingCapacity: true)
        for event in events { scratch.ids.append(event.id) }
        scratch.ids.sort()
        var previous: EventID?
        for id in scratch.ids {
            if id == previous { throw .idReused(id) }
            previous = id
        }
    }

    private func firstAnswer(
        _ request: AppendRequest, _ found: [(event: Int, position: UInt64)]
    ) throws(AppendFailure) -> AppendResult {
        var versions: [UInt64] = []
        var trailers: [[UInt8]] = []
        var ledgerAt: Int64 = 0
        for (index, position) in found {
            let recorded = try lookingUp { () throws(EventLogError) in try event(at: position) }
            let draft = request.events[index]
            guard recorded.type == draft.type, recorded.stream == draft.stream,
                recorded.body == draft.body || saysTheSame(draft, recorded)
            else { throw .idReused(draft.id) }
            versions.append(recorded.streamVersion)
            trailers.append(recorded.trailer)
            ledgerAt = recorded.ledgerAt
        }
        let first = found[0].position
        // The events of one request lie side by side; anything else mixes requests.
        let isWhole =
            found.count == request.events.count
            && found.enumerated().allSatisfy { $1.position == first + UInt64($0) }
        guard isWhole else {
            throw .mixedIDs(recorded: request.events[found[0].event].id)
        }
        return AppendResult(
            first: Position(first), ledgerAt: ledgerAt, versions: versions, trailers: trailers)
    }

    private func saysTheSame(_ draft: EventDraft, _ recorded: RecordedEvent) -> Bool {
        judge?.saysTheSame(draft, as: recorded, view: SequencerView(sequencer: self)) ?? false
    }

    /// A request whose dependencies cannot be read is refused, not lost.
    private func lookingUp<Found>(
        _ body: () throws(EventLogError) -> Found
    ) throws(AppendFailure) -> Found {
        do throws(EventLogError) {
            return try body()
        } catch {
            throw .storage(error)
        }
    }

    // MARK: Versions and condition

    /// Looks every stream of the request up, once.
    private func resolveStreams(of request: AppendRequest, _ state: inout OverlayState) {
        scratch.clear()
        let events = request.events.span
        for index in events.indices {
            // Most requests name one stream, again and again.
            if index > 0, events[index].stream == events[index - 1].stream {
                scratch.streams.append(scratch.streams[index - 1])
            } else {
                scratch.streams.append(resolve(stream: events[index].stream, &state))
            }
        }
        let expected = request.expected.span
        for index in expected.indices {
            let name = resolve(stream: expected[index].stream, &state)
            scratch.expected.append(name)
            guard state.names[name].base != nil, scratch.mismatch == nil else { continue }
            let actual = state.version(ofStream: name) ?? 0
            if !expected[index].version.isMet(by: actual) { scratch.mismatch = (index, actual) }
        }
    }

    private func resolve(stream: String, _ state: inout OverlayState) -> NameIndex {
        let index = state.resolve(stream)
        if state.names[index].base == nil { scratch.unknown.append((stream, index)) }
        return index
    }

    private func checkVersions(_ request: AppendRequest) throws(AppendFailure) {
        if !scratch.unknown.isEmpty {
            try lookingUp { () throws(EventLogError) in try load(scratch.unknown) }
        }
        if !scratch.unknown.isEmpty {
            scratch.mismatch = overlay.withLock { state in
                for (index, expectation) in request.expected.enumerated() {
                    let actual = state.version(ofStream: scratch.expected[index]) ?? 0
                    guard expectation.version.isMet(by: actual) else { return (index, actual) }
                }
                return nil
            }
        }
        if let mismatch = scratch.mismatch {
            throw .wrongExpectedVersion(
                stream: request.expected[mismatch.index].stream,
                expected: request.expected[mismatch.index].version, actual: mismatch.actual)
        }
    }

    private func check(_ condition: AppendCondition) throws(AppendFailure) {
        let last = next - 1
        guard condition.after.value < last else { return }
        let plan = PositionPlan(condition.query)
        if plan.isEverything { throw .conditionFailed(condition.after.successor) }
        var from: UInt64? = condition.after.value + 1
        while let start = from {
            let found = try lookingUp { () throws(EventLogError) in
                try search(
                    plan, from: start, direction: .forwards, limit: 1, horizon: last,
                    overlay: overlay, index: index, effort: options.searchEffort)
            }
            if let position = found.positions.first { throw .conditionFailed(Position(position)) }
            from = found.next.flatMap { $0 <= last ? $0 : nil }
        }
    }

    // MARK: Recording

    /// Works out the further tags of each event, the size of its record and its version, and adds
    /// the events to the overlay unless it is a dry run: all of them or none.
    private func plan(
        _ request: AppendRequest, _ trailers: [[UInt8]], _ extraTags: [[String]]
    ) throws(AppendFailure) {
        let number = request.events.count
        guard trailers.isEmpty || trailers.count == number,
            extraTags.isEmpty || extraTags.count == number
        else { throw .invalid("the judge's trailers or tags are not one an event") }
        try overlay.withLock { (state) throws(AppendFailure) in
            for index in 0..<number {
                try plan(
                    request.events.span[index], scratch.streams[index],
                    extraTags.isEmpty ? [] : extraTags[index],
                    trailerBytes: trailers.isEmpty ? 0 : trailers[index].count, &state)
            }
            guard !request.dryRun else { return foreseeVersions(state) }
            for index in 0..<number {
                let tags = scratch.events[index].tags
                let added = state.add(
                    id: request.events[index].id, stream: scratch.streams[index],
                    type: request.events[index].type, tags: scratch.tags[tags])
                scratch.events[index].streamVersion = added.version
                open.count(keys: added.keys)
            }
        }
    }

    /// Plans one event: its own tags and the judge's, once each, without its stream.
    private func plan(
        _ event: EventDraft, _ stream: NameIndex, _ extra: [String], trailerBytes: Int,
        _ state: inout OverlayState
    ) throws(AppendFailure) {
        let start = scratch.tags.count
        var size = RecordFormat.fixedSize + event.stream.utf8.count + event.body.count
        size += trailerBytes
        let own = event.tags.span
        for index in own.indices {
            add(own[index], index, stream, from: start, &size, &state)
        }
        for (index, tag) in extra.enumerated() {
            if let fault = RequestForm.fault(inName: tag, of: "tag") { throw .invalid(fault) }
            add(tag, event.tags.count + index, stream, from: start, &size, &state)
        }
        let tags = start..<scratch.tags.count
        guard tags.count <= RecordFormat.tagsMax else {
            throw .invalid("an event has \(tags.count) tags")
        }
        guard size <= options.maxEventBytes else {
            throw .tooLarge(bytes: size, limit: options.maxEventBytes)
        }
        scratch.events.append(EventPlan(tags: tags, recordBytes: size))
    }

    private func add(
        _ tag: String, _ source: Int, _ stream: NameIndex, from start: Int, _ size: inout Int,
        _ state: inout OverlayState
    ) {
        let name = state.resolve(tag)
        guard name != stream, !scratch.tags[start...].contains(name) else { return }
        scratch.tags.append(name)
        scratch.sources.append(source)
        size += 1 + tag.utf8.count
    }

    /// The versions that a dry run would have got.
    private func foreseeVersions(_ state: OverlayState) {
        var added: [NameIndex: UInt64] = [:]
        for (index, stream) in scratch.streams.enumerated() {
            added[stream, default: 0] += 1
            scratch.events[index].streamVersion =
                (state.version(ofStream: stream) ?? 0) + added[stream, default: 0]
        }
    }

    /// Writes the records of the events that were planned.
    private func write(
        _ request: AppendRequest, _ trailers: [[UInt8]], _ extraTags: [[String]]
    ) {
        let events = request.events.span
        for index in events.indices {
            let plan = scratch.events[index]
            let trailer = trailers.isEmpty ? [] : trailers[index]
            let own = events[index].tags.count
            open.append(
                recordBytes: plan.recordBytes, valueBytesMax: options.maxValueBytes,
                ledgerAt: ledgerAt, spare: &spare
            ) { bytes in
                var writer = RecordFormat.Writer(bytes)
                writer.begin(
                    events[index], tagCount: plan.tags.count, trailerBytes: trailer.count,
                    streamVersion: plan.streamVersion, ledgerAt: ledgerAt)
                for source in scratch.sources[plan.tags] {
                    writer.add(
                        name: source < own
                            ? events[index].tags[source] : extraTags[index][source - own])
                }
                writer.end(body: events[index].body, trailer: trailer)
            }
        }
        next += UInt64(request.events.count)
    }
}
