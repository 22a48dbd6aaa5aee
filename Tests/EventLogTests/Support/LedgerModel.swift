import EventLog

/// What a log must do, in the plainest possible way: an array.
struct LedgerModel {
    private(set) var events: [RecordedEvent] = []
    private var requests: [EventID: (first: Int, count: Int)] = [:]

    /// The answer a request must get, apart from the time of recording.
    enum Answer: Equatable {
        case appended(first: UInt64, versions: [UInt64], trailers: [[UInt8]])
        case duplicate(first: UInt64, versions: [UInt64], trailers: [[UInt8]])
        case admitted(versions: [UInt64])
        case wrongVersion(stream: String, actual: UInt64)
        case conditionFailed(UInt64)
        case idReused(EventID)
        case mixedIDs
        case refused
    }

    func version(_ stream: String) -> UInt64 {
        UInt64(events.count { $0.stream == stream })
    }

    /// Decides as the log must decide, and records as `TestJudge` would have it.
    mutating func decide(_ request: AppendRequest) -> Answer {
        var seen: Set<EventID> = []
        for event in request.events where !seen.insert(event.id).inserted {
            return .idReused(event.id)
        }
        let recorded = request.events.map { draft in events.first { $0.id == draft.id } }
        for (draft, event) in zip(request.events, recorded) {
            guard let event else { continue }
            if event.body != draft.body || event.type != draft.type
                || event.stream != draft.stream
            {
                return .idReused(draft.id)
            }
        }
        let positions = recorded.compactMap { $0?.position.value }
        if let first = positions.first {
            let expected = (0..<UInt64(request.events.count)).map { first + $0 }
            guard positions == expected else { return .mixedIDs }
            return .duplicate(
                first: first, versions: recorded.compactMap { $0?.streamVersion },
                trailers: recorded.compactMap { $0?.trailer })
        }
        for expectation in request.expected {
            let actual = version(expectation.stream)
            if !expectation.version.isMet(by: actual) {
                return .wrongVersion(stream: expectation.stream, actual: actual)
            }
        }
        if let condition = request.condition {
            let match = events.first { event in
                event.position > condition.after
                    && condition.query.matches(
                        type: event.type, stream: event.stream, tags: event.tags)
            }
            if let match { return .conditionFailed(match.position.value) }
        }
        if TestJudge.refuses(request) { return .refused }
        var added: [RecordedEvent] = []
        for (index, draft) in request.events.enumerated() {
            let position = UInt64(events.count + index + 1)
            var tags = [draft.stream]
            for tag in draft.tags + TestJudge.extraTags(draft) where !tags.contains(tag) {
                tags.append(tag)
            }
            let before = added.count { $0.stream == draft.stream }
            added.append(
                RecordedEvent(
                    position: Position(position), id: draft.id, stream: draft.stream,
                    streamVersion: version(draft.stream) + UInt64(before) + 1,
                    type: draft.type, tags: tags, ledgerAt: 0, body: draft.body,
                    trailer: TestJudge.trailer(draft)))
        }
        let versions = added.map(\.streamVersion)
        if request.dryRun { return .admitted(versions: versions) }
        let first = UInt64(events.count + 1)
        events += added
        return .appended(first: first, versions: versions, trailers: added.map(\.trailer))
    }

    /// What a read must give, without limits.
    func read(_ query: ReadQuery) -> [RecordedEvent] {
        let matching = events.filter { event in
            let isInScope =
                switch query.scope {
                case .all: true
                case .stream(let name): event.stream == name
                case .category(let name): category(ofStream: event.stream) == name
                case .tag(let name): event.tags.contains(name)
                case .matching(let query):
                    query.matches(type: event.type, stream: event.stream, tags: event.tags)
                }
            return isInScope && (query.types.isEmpty || query.types.contains(event.type))
                && query.tags.allSatisfy { event.tags.contains($0) }
        }
        return query.direction == .forwards
            ? matching.filter { $0.position >= query.from }
            : matching.reversed().filter { $0.position <= query.from }
    }
}

extension LedgerModel.Answer {
    /// What a log answered, in the model's terms; nil for an answer the model never gives.
    init?(_ result: Result<AppendOutcome, AppendFailure>) {
        switch result {
        case .success(.appended(let result)):
            self = .appended(
                first: result.first.value, versions: result.versions, trailers: result.trailers)
        case .success(.duplicate(let result)):
            self = .duplicate(
                first: result.first.value, versions: result.versions, trailers: result.trailers)
        case .success(.admitted(let result)):
            self = .admitted(versions: result.versions)
        case .failure(.wrongExpectedVersion(let stream, _, let actual)):
            self = .wrongVersion(stream: stream, actual: actual)
        case .failure(.conditionFailed(let position)): self = .conditionFailed(position.value)
        case .failure(.idReused(let id)): self = .idReused(id)
        case .failure(.mixedIDs): self = .mixedIDs
        case .failure(.refused): self = .refused
        default: return nil
        }
    }
}

extension RecordedEvent {
    /// The event with its time of recording left out, which the model does not know.
    var timeless: RecordedEvent {
        RecordedEvent(
            position: position, id: id, stream: stream, streamVersion: streamVersion, type: type,
            tags: tags, ledgerAt: 0, body: body, trailer: trailer)
    }
}
