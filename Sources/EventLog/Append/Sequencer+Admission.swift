import LogFormat

/// Checks one request, has it judged and records it in the open batch.
extension Sequencer {
    /// What ends a request before it is recorded.
    private struct Refusal: Error {
        let failure: AppendFailure
    }

    /// Decides on a request; its answer goes into the open batch, because it may rest on events
    /// that are not durable yet.
    func admit(_ request: AppendRequest, _ completion: @escaping AppendCompletion) {
        let answer: Answer
        do {
            answer = try decide(request)
        } catch let refusal as Refusal {
            answer = .failed(refusal.failure)
        } catch let error as EventLogError {
            answer = .failed(.storage(error))
        } catch {
            answer = .failed(.storage(.misuse("unexpected error: \(error)")))
        }
        if case .failed = answer { judge?.failed(request) }
        open.answer(answer, to: completion)
    }

    private func decide(_ request: AppendRequest) throws -> Answer {
        // Ids first: a repeated request gets its first answer whatever has changed since.
        if let first = try recordedBefore(request) { return .duplicate(first) }
        if isIndexFull, !request.dryRun { throw Refusal(failure: .full(.index)) }
        try checkVersions(request)
        if let condition = request.condition { try check(condition) }
        ledgerAt = max(ledgerAt, options.clock())
        let first = Position(next)
        var trailers: [[UInt8]] = []
        var extraTags: [[String]] = []
        if let judge {
            let moment = JudgeMoment(
                nextPosition: first, ledgerAt: ledgerAt, durable: Position(committer.durable),
                view: SequencerView(sequencer: self))
            switch judge.judge(request, at: moment) {
            case .refuse(let error): throw Refusal(failure: .refused(error))
            case .admit(let added, let tags): (trailers, extraTags) = (added, tags)
            }
        }
        do {
            let tags = try recordedTags(request, trailers, extraTags)
            guard !request.dryRun else {
                judge?.discard(from: first)
                return .admitted(provisional(request, trailers))
            }
            return .appended(record(request, tags, trailers))
        } catch {
            judge?.discard(from: first)
            throw error
        }
    }

    // MARK: Ids

    /// The first answer to a request whose ids are recorded; nil when none of them is.
    private func recordedBefore(_ request: AppendRequest) throws -> AppendResult? {
        let events = request.events
        if events.count > 1 {
            var seen = Set<EventID>(minimumCapacity: events.count)
            for event in events where !seen.insert(event.id).inserted {
                throw Refusal(failure: .idReused(event.id))
            }
        }
        var positions: [(event: Int, position: UInt64)] = []
        var unknown: [(event: Int, id: EventID)] = []
        overlay.withLock { state in
            for (index, event) in events.enumerated() {
                if let position = state.position(of: event.id) {
                    positions.append((index, position))
                } else if !state.isBeyondTable(event.id) {
                    unknown.append((index, event.id))
                }
            }
        }
        if !unknown.isEmpty, let index {
            let found = try index.positions(ofIDs: unknown.map(\.id))
            for (asked, position) in zip(unknown, found) {
                if let position { positions.append((asked.event, position)) }
            }
        }
        guard !positions.isEmpty else { return nil }
        positions.sort { $0.event < $1.event }
        return try firstAnswer(request, positions)
    }

    private func firstAnswer(
        _ request: AppendRequest, _ found: [(event: Int, position: UInt64)]
    ) throws -> AppendResult {
        var versions: [UInt64] = []
        var trailers: [[UInt8]] = []
        var ledgerAt: Int64 = 0
        for (index, position) in found {
            let recorded = try event(at: position)
            let draft = request.events[index]
            guard recorded.type == draft.type, recorded.stream == draft.stream,
                recorded.body == draft.body || saysTheSame(draft, recorded)
            else { throw Refusal(failure: .idReused(draft.id)) }
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
            throw Refusal(failure: .mixedIDs(recorded: request.events[found[0].event].id))
        }
        return AppendResult(
            first: Position(first), last: Position(first + UInt64(found.count) - 1),
            versions: versions, ledgerAt: ledgerAt, trailers: trailers)
    }

    private func saysTheSame(_ draft: EventDraft, _ recorded: RecordedEvent) -> Bool {
        judge?.saysTheSame(draft, as: recorded, view: SequencerView(sequencer: self)) ?? false
    }

    // MARK: Versions and condition

    private func checkVersions(_ request: AppendRequest) throws {
        var names: [String] = []
        for event in request.events where names.last != event.stream { names.append(event.stream) }
        for expectation in request.expected where names.last != expectation.stream {
            names.append(expectation.stream)
        }
        try load(names)
        guard !request.expected.isEmpty else { return }
        try overlay.withLock { (state) throws in
            for expectation in request.expected {
                let actual = state.entry(named: expectation.stream)?.version ?? 0
                guard expectation.version.isMet(by: actual) else {
                    throw Refusal(
                        failure: .wrongExpectedVersion(
                            stream: expectation.stream, expected: expectation.version,
                            actual: actual))
                }
            }
        }
    }

    private func check(_ condition: AppendCondition) throws {
        let last = next - 1
        guard condition.after.value < last else { return }
        let plan = PositionPlan(condition.query)
        if plan.isEverything {
            throw Refusal(failure: .conditionFailed(condition.after.successor))
        }
        var from: UInt64? = condition.after.value + 1
        while let start = from {
            let found = try search(
                plan, from: start, direction: .forwards, limit: 1, horizon: last,
                overlay: overlay, index: index, effort: options.searchEffort)
            if let position = found.positions.first {
                throw Refusal(failure: .conditionFailed(Position(position)))
            }
            from = found.next.flatMap { $0 <= last ? $0 : nil }
        }
    }

    // MARK: Recording

    /// The further tags of each event: its own and the judge's, once each, without its stream.
    private func recordedTags(
        _ request: AppendRequest, _ trailers: [[UInt8]], _ extraTags: [[String]]
    ) throws -> [[String]] {
        let number = request.events.count
        guard trailers.isEmpty || trailers.count == number,
            extraTags.isEmpty || extraTags.count == number
        else {
            throw Refusal(failure: .invalid("the judge's trailers or tags are not one an event"))
        }
        var all: [[String]] = []
        all.reserveCapacity(number)
        for (index, event) in request.events.enumerated() {
            var tags: [String] = []
            let extra = extraTags.isEmpty ? [] : extraTags[index]
            for tag in event.tags where tag != event.stream && !tags.contains(tag) {
                tags.append(tag)
            }
            for tag in extra where tag != event.stream && !tags.contains(tag) {
                if let fault = RequestForm.fault(inName: tag, of: "tag") {
                    throw Refusal(failure: .invalid(fault))
                }
                tags.append(tag)
            }
            guard tags.count <= RecordFormat.tagsMax else {
                throw Refusal(failure: .invalid("an event has \(tags.count) tags"))
            }
            let size = RecordFormat.size(
                stream: event.stream, tags: tags, bodyBytes: event.body.count,
                trailerBytes: trailers.isEmpty ? 0 : trailers[index].count)
            guard size <= options.maxEventBytes else {
                throw Refusal(failure: .tooLarge(bytes: size, limit: options.maxEventBytes))
            }
            all.append(tags)
        }
        return all
    }

    private func record(
        _ request: AppendRequest, _ tags: [[String]], _ trailers: [[UInt8]]
    ) -> AppendResult {
        let first = next
        var versions: [UInt64] = []
        versions.reserveCapacity(request.events.count)
        let keys = overlay.withLock { state in
            var keys = 0
            for (index, event) in request.events.enumerated() {
                let added = state.add(
                    id: event.id, stream: event.stream, type: event.type, tags: tags[index])
                versions.append(added.version)
                keys += added.keys
            }
            return keys
        }
        open.count(keys: keys)
        for (index, event) in request.events.enumerated() {
            let trailer = trailers.isEmpty ? [] : trailers[index]
            let size = RecordFormat.size(
                stream: event.stream, tags: tags[index], bodyBytes: event.body.count,
                trailerBytes: trailer.count)
            open.append(
                recordBytes: size, valueBytesMax: options.maxValueBytes, ledgerAt: ledgerAt
            ) { bytes in
                RecordFormat.append(
                    event, tags: tags[index], trailer: trailer, streamVersion: versions[index],
                    ledgerAt: ledgerAt, to: &bytes)
            }
        }
        next += UInt64(request.events.count)
        return AppendResult(
            first: Position(first), last: Position(next - 1), versions: versions,
            ledgerAt: ledgerAt,
            trailers: trailers.isEmpty
                ? [[UInt8]](repeating: [], count: request.events.count) : trailers)
    }

    /// What `record` would answer, without recording.
    private func provisional(_ request: AppendRequest, _ trailers: [[UInt8]]) -> AppendResult {
        var added: [String: UInt64] = [:]
        let versions = overlay.withLock { state in
            request.events.map { event in
                added[event.stream, default: 0] += 1
                return (state.entry(named: event.stream)?.version ?? 0)
                    + added[event.stream, default: 0]
            }
        }
        return AppendResult(
            first: Position(next), last: Position(next + UInt64(request.events.count) - 1),
            versions: versions, ledgerAt: ledgerAt,
            trailers: trailers.isEmpty
                ? [[UInt8]](repeating: [], count: request.events.count) : trailers)
    }
}
