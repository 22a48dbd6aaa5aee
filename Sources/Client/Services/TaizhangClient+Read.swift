import Schema

/// Where a subscription begins.
public enum SubscriptionStart: Sendable, Equatable {
    /// With the first event of the ledger.
    case beginning
    /// With the event at this position, if it matches.
    case position(UInt64)
    /// With the next event that is recorded.
    case end
}

extension TaizhangClient {
    /// Reads events that are recorded; it ends with the last of them.
    ///
    /// - Parameters:
    ///   - position: the first to consider; nil for the beginning, or backwards for the end.
    ///   - limit: at most so many; nil for all.
    /// - Throws: `TaizhangError` when a type does not exist; reading throws what goes wrong.
    public func read(
        _ selection: EventSelection = EventSelection(), from position: UInt64? = nil,
        backwards: Bool = false, limit: UInt64? = nil, options: CallOptions = CallOptions()
    ) throws -> EventStream {
        var request = ReadRequest()
        request.filter = try selection.filter()
        request.from = position ?? 0
        request.backwards = backwards
        request.limit = limit ?? 0
        request.acceptsBlocks = true
        return events("taizhang.services.v1.Read/Read", .read(request), options)
    }

    /// History, then what is recorded, for ever.
    ///
    /// - Throws: `TaizhangError` when a type does not exist; reading throws what goes wrong.
    public func subscribe(
        _ selection: EventSelection = EventSelection(), from start: SubscriptionStart = .beginning,
        options: CallOptions = CallOptions()
    ) throws -> EventStream {
        var request = SubscribeRequest()
        request.filter = try selection.filter()
        request.acceptsBlocks = true
        switch start {
        case .beginning: break
        case .position(let position): request.from = position
        case .end: request.fromEnd = true
        }
        return events("taizhang.services.v1.Read/Subscribe", .subscription(request), options)
    }

    private func events(
        _ method: String, _ kind: ReadProgress.Kind, _ options: CallOptions
    ) -> EventStream {
        EventStream(
            pages: EventPages(
                batches: EventBatches(
                    client: self, method: method, options: options,
                    progress: ReadProgress(kind))))
    }
}
