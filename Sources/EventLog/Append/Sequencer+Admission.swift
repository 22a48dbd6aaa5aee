import LogFormat
import Names

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
    /// Where the text of each of `tags` is.
    var sources: [TagSource] = []
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

/// Where the text of a tag stands: among the event's own names or among those that the judge added.
struct TagSource {
    var isAdded: Bool
    var place: Range<Int>
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
    ///
    /// - Parameter mayWait: whether the judge may put the request off.
    /// - Returns: what has to be prepared before the request can be judged; nil when it was.
    func admit(
        _ request: AppendRequest, _ completion: @escaping AppendCompletion, mayWait: Bool = true
    ) -> [any Preparation]? {
        do throws(AppendFailure) {
            switch try decide(request, mayWait: mayWait) {
            case .outcome(let outcome): open.answer(.success(outcome), to: completion)
            case .later(let lacking): return lacking
            }
        } catch {
            judge?.failed(request)
            open.answer(.failure(error), to: completion)
        }
        return nil
    }

    private enum Decision {
        case outcome(AppendOutcome)
        case later([any Preparation])
    }

    /// Where in the ledger's history the next request is judged.
    func moment(mayWait: Bool) -> JudgeMoment {
        JudgeMoment(
            nextPosition: Position(next), ledgerAt: ledgerAt,
            durable: Position(committer.durable), mayWait: mayWait && preparers != nil,
            view: SequencerView(sequencer: self))
    }

    private func decide(
        _ request: AppendRequest, mayWait: Bool
    ) throws(AppendFailure) -> Decision {
        // Ids first: a repeated request gets its first answer whatever has changed since.
        if let first = try recordedBefore(request) { return .outcome(.duplicate(first)) }
        if isIndexFull, !request.dryRun { throw .full(.index) }
        try checkVersions(request)
        if let condition = request.condition { try check(condition) }
        ledgerAt = max(ledgerAt, now)
        let first = Position(next)
        var additions: [Addition] = []
        if let judge {
            switch judge.judge(request, at: moment(mayWait: mayWait)) {
            case .refuse(let error): throw .refused(error)
            case .admit(let added): additions = added
            case .later(let lacking): return .later(lacking)
            }
        }
        do throws(AppendFailure) {
            try plan(request, additions)
            let result = AppendResult(
                first: first, ledgerAt: ledgerAt,
                versions: scratch.events.lazy.map(\.streamVersion), additions: additions)
            guard !request.dryRun else {
                judge?.discard(from: first)
                return .outcome(.admitted(result))
            }
            write(request, additions)
            return .outcome(.appended(result))
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
        var additions: [Addition] = []
        var ledgerAt: Int64 = 0
        for (index, position) in found {
            let recorded = try lookingUp { () throws(EventLogError) in try event(at: position) }
            let draft = request.events[index]
            guard recorded.type == draft.type, recorded.stream == draft.stream,
                recorded.body == draft.body || saysTheSame(draft, recorded)
            else { throw .idReused(draft.id) }
            versions.append(recorded.streamVersion)
            additions.append(Addition(trailer: recorded.trailer))
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
            first: Position(first), ledgerAt: ledgerAt, versions: versions, additions: additions)
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
            if index > 0, events[index].isInStream(of: events[index - 1]) {
                scratch.streams.append(scratch.streams[index - 1])
            } else {
                scratch.streams.append(
                    resolve(
                        stream: events[index].bytes, events[index].streamPlace, &state))
            }
        }
        let expected = request.expected.span
        for index in expected.indices {
            let name = resolve(stream: expected[index].bytes, expected[index].place, &state)
            scratch.expected.append(name)
            guard state.names[name].base != nil, scratch.mismatch == nil else { continue }
            let actual = state.version(ofStream: name) ?? 0
            if !expected[index].version.isMet(by: actual) { scratch.mismatch = (index, actual) }
        }
    }

    private func resolve(
        stream bytes: [UInt8], _ place: Range<Int>, _ state: inout OverlayState
    ) -> NameIndex {
        let index = state.resolve(bytes, place)
        if state.names[index].base == nil {
            scratch.unknown.append((String(decoding: bytes[place], as: UTF8.self), index))
        }
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
        _ request: AppendRequest, _ additions: [Addition]
    ) throws(AppendFailure) {
        let number = request.events.count
        guard additions.isEmpty || additions.count == number else {
            throw .invalid("the judge's additions are not one an event")
        }
        try overlay.withLock { (state) throws(AppendFailure) in
            for index in 0..<number {
                try plan(index, of: request, additions, &state)
            }
            guard !request.dryRun else { return foreseeVersions(state) }
            for index in 0..<number {
                let tags = scratch.events[index].tags
                let added = state.add(
                    id: request.events.span[index].id, stream: scratch.streams[index],
                    type: request.events.span[index].type, tags: scratch.tags[tags])
                scratch.events[index].streamVersion = added.version
                open.count(keys: added.keys)
            }
        }
    }

    /// Plans one event: its own tags and the judge's, once each, without its stream.
    private func plan(
        _ index: Int, of request: AppendRequest, _ additions: [Addition],
        _ state: inout OverlayState
    ) throws(AppendFailure) {
        let (events, stream) = (request.events.span, scratch.streams[index])
        let start = scratch.tags.count
        var size = RecordFormat.fixedSize
        size += events[index].streamPlace.count + events[index].bodyCount
        add(events[index].names, isAdded: false, stream, from: start, &size, &state)
        if !additions.isEmpty {
            let added = additions.span
            if let fault = RequestForm.fault(in: added[index].tags) { throw .invalid(fault) }
            size += added[index].trailer.count
            add(added[index].tags, isAdded: true, stream, from: start, &size, &state)
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
        _ names: NameList, isAdded: Bool, _ stream: NameIndex, from start: Int,
        _ size: inout Int, _ state: inout OverlayState
    ) {
        names.bytes.withUnsafeBytes { all in
            var offset = names.range.lowerBound
            while offset < names.range.upperBound {
                let place = (offset + 1)..<(offset + 1 + Int(all[offset]))
                offset = place.upperBound
                let name = state.resolve(UnsafeRawBufferPointer(rebasing: all[place]))
                guard name != stream, !scratch.tags[start...].contains(name) else { continue }
                scratch.tags.append(name)
                scratch.sources.append(TagSource(isAdded: isAdded, place: place))
                size += 1 + place.count
            }
        }
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
    private func write(_ request: AppendRequest, _ additions: [Addition]) {
        let events = request.events.span
        for index in events.indices {
            let plan = scratch.events[index]
            let event = events[index]
            let addition = additions.isEmpty ? Addition() : additions[index]
            open.append(
                recordBytes: plan.recordBytes, valueBytesMax: options.maxValueBytes,
                ledgerAt: ledgerAt, spare: &spare
            ) { bytes in
                var writer = RecordFormat.Writer(bytes)
                writer.begin(
                    event, tagCount: plan.tags.count,
                    trailerBytes: addition.trailer.count,
                    streamVersion: plan.streamVersion, ledgerAt: ledgerAt)
                for tag in plan.tags where !scratch.sources[tag].isAdded {
                    writer.add(event.names.bytes, scratch.sources[tag].place)
                }
                for tag in plan.tags where scratch.sources[tag].isAdded {
                    writer.add(addition.tags.bytes, scratch.sources[tag].place)
                }
                writer.end(event, trailer: addition.trailer)
            }
        }
        next += UInt64(request.events.count)
    }
}

extension EventDraft {
    /// Whether another event belongs to the same stream.
    fileprivate func isInStream(of other: EventDraft) -> Bool {
        guard streamPlace.count == other.streamPlace.count else { return false }
        return bytes.withUnsafeBytes { own in
            other.bytes.withUnsafeBytes { others in
                TextBytes.same(
                    UnsafeRawBufferPointer(rebasing: own[streamPlace]),
                    UnsafeRawBufferPointer(rebasing: others[other.streamPlace]))
            }
        }
    }
}
