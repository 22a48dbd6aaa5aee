import NIOPosix
import PartyBuilding
import ReadModels
import Schema
import Wire

/// Understands questions to read models.
enum QueryService {
    /// Opens a query or a watch.
    static func open(
        _ bytes: [UInt8], watches: Bool, _ ledger: Ledger, _ workers: NIOThreadPool,
        _ deadline: Instant?, _ responder: Responder
    ) throws(WireStatus) -> (any StreamingAnswer)? {
        let request = try ServiceRouter.decode(QueryRequest.self, bytes)
        let query = try query(request, now: ledger.now)
        if watches { return WatchAnswer(query, ledger, workers, responder) }
        if let quick = try quickAnswer(query, ledger, to: bytes) {
            responder.reply(quick, events: 0)
            return nil
        }
        return QueryAnswer(query, ledger, workers, until: until(deadline), responder)
    }

    /// Serves a query without a handler if it can be answered at once.
    ///
    /// - Parameter message: the message `QueryRequest`, lent.
    static func quickOutcome(
        _ message: UnsafeRawBufferPointer, _ ledger: Ledger
    ) -> BriefOutcome {
        let now = ledger.now
        if let answer = ledger.keptAnswers.message(for: message, ledger.models, at: now) {
            return .reply(answer, events: 0)
        }
        do throws(WireStatus) {
            let bytes = [UInt8](message)
            let request = try ServiceRouter.decode(QueryRequest.self, bytes)
            let query = try query(request, now: now)
            guard let answer = try quickAnswer(query, ledger, to: bytes) else {
                return .needsHandler
            }
            return .reply(answer, events: 0)
        } catch {
            return .finished(error)
        }
    }

    /// The only message of an answer that can be given on the event loop because that takes a few
    /// microseconds: rows and status then leave in one write.
    ///
    /// - Parameter request: the query as it came.
    /// - Returns: nil when there is more to do, or more to say than every client accepts in one
    ///   message.
    private static func quickAnswer(
        _ query: ModelQuery, _ ledger: Ledger, to request: [UInt8]
    ) throws(WireStatus) -> [UInt8]? {
        // Whether an organisation exists and a position is reached is not for here to find out.
        guard query.org == nil, query.atLeast == nil else { return nil }
        do {
            guard let page = try ledger.models.quickRows(query) else { return nil }
            let message = QueryMessage.timeless(page)
            guard message.bytes.count <= Limits.messageBytesMaxLeast else { return nil }
            ledger.keptAnswers.keep(page, message, for: request, query)
            return message.bytes
        } catch {
            throw QueryFailure.status(error)
        }
    }

    /// The request in the engine's terms.
    private static func query(_ request: QueryRequest, now: Int64) throws(WireStatus) -> ModelQuery
    {
        var query = ModelQuery(model: request.model, now: now)
        if request.hasTable { query.table = request.table }
        if request.hasOrg { query.org = request.org }
        if request.hasPeriod {
            guard let period = CalendarPeriod(request.period) else {
                throw QueryFailure.invalid(
                    zh: "期间 \(request.period) 的写法不对：应为 2019、2019H1、2019Q2 或 2019-06",
                    en: "\(request.period) is no period: write 2019, 2019H1, 2019Q2 or 2019-06")
            }
            query.period = period
        }
        if request.hasAsOf {
            guard let day = LocalDate(yyyymmdd: request.asOf) else {
                throw QueryFailure.invalid(
                    zh: "as_of \(request.asOf) 不是存在的日期",
                    en: "as_of \(request.asOf) is not a day that exists")
            }
            query.asOf = day
        }
        if request.hasKnownAtUs {
            guard IntegerLimit.contains(request.knownAtUs) else {
                throw QueryFailure.invalid(
                    zh: "known_at_us \(request.knownAtUs) 超出范围",
                    en: "known_at_us \(request.knownAtUs) is out of range")
            }
            query.knownAt = request.knownAtUs
        }
        if request.hasAtLeast { query.atLeast = request.atLeast }
        query.conditions = request.where.map {
            ModelQuery.Condition(column: $0.column, value: $0.value)
        }
        query.limit = Int(request.limit)
        if request.hasPageToken { query.pageToken = [UInt8](request.pageToken) }
        return query
    }

    /// The call's deadline on the clock of the models; a minute without one.
    private static func until(_ deadline: Instant?) -> ContinuousClock.Instant {
        guard let deadline else { return .now + .seconds(60) }
        let now = ConnectionHandler.now
        let rest = deadline.nanoseconds - min(deadline.nanoseconds, now.nanoseconds)
        // A little earlier than the call's own end, so that the answer can say its lag.
        return .now + .nanoseconds(Int64(clamping: rest - rest / 10))
    }
}

/// Failures of queries as statuses.
enum QueryFailure {
    static func invalid(zh: String, en: String) -> WireStatus {
        FailureStatus.status(
            .invalidArgument, "QUERY", "", zh: zh, en: en, domain: FailureStatus.queryDomain)
    }

    static func unknownOrganisation(_ id: String) -> WireStatus {
        FailureStatus.status(
            .notFound, "UNKNOWN_ORGANISATION", "", zh: "没有登记编号为 \(id) 的组织，请核对",
            en: "no organisation \(id) is registered; check its id",
            ["org": id], domain: FailureStatus.queryDomain)
    }

    static func lagging(position: UInt64, wanted: UInt64) -> WireStatus {
        FailureStatus.status(
            .deadlineExceeded, "LAGGING", "",
            zh: "读模型跟进到位置 \(position)，尚未到 \(wanted)：请稍后再查",
            en: "the model has come to position \(position), not yet to \(wanted): ask again",
            ["position": "\(position)", "at_least": "\(wanted)"],
            domain: FailureStatus.queryDomain)
    }

    static func status(_ error: any Error) -> WireStatus {
        guard let fault = error as? ModelFault else { return FailureStatus.of(error: error) }
        switch fault {
        case .unknownModel(let name):
            return FailureStatus.status(
                .notFound, "UNKNOWN_MODEL", "",
                zh: "没有读模型（或表）\(name)：taizhang describe models 列出全部",
                en:
                    "there is no read model (or table) \(name): taizhang describe models lists them",
                ["model": name], domain: FailureStatus.queryDomain)
        case .invalidQuery(let what):
            return invalid(zh: "查询不能用：\(what)", en: "the query cannot be used: \(what)")
        case .building, .parked:
            return FailureStatus.status(
                .unavailable, "MODEL_UNAVAILABLE", "", zh: "\(fault)", en: "\(fault)",
                domain: FailureStatus.queryDomain)
        case .overflow, .corrupted, .logMismatch:
            return FailureStatus.status(
                .dataLoss, "VIEWS", "", zh: "\(fault)", en: "\(fault)",
                domain: FailureStatus.queryDomain)
        }
    }
}
