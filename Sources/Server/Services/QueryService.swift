import NIOPosix
import PartyBuilding
import ReadModels
import Schema
import Wire

/// Answers questions to read models, off the event loops.
enum QueryService {
    /// Bytes of rows in one answer message.
    static let pageBytes = 512 * 1_024

    /// Opens a query or a watch.
    static func open(
        _ bytes: [UInt8], watches: Bool, _ ledger: Ledger, _ workers: NIOThreadPool,
        _ deadline: Instant?, _ responder: Responder
    ) throws(WireStatus) -> (any StreamingAnswer)? {
        let request = try ServiceRouter.decode(QueryRequest.self, bytes)
        let query = try query(request, now: ledger.now)
        if watches { return WatchAnswer(query, ledger, workers, responder) }
        let until = Self.until(deadline)
        // Waiting for a position is rare and may take long: it holds no worker.
        Task {
            do {
                try await answer(query, until: until, ledger, workers, responder)
                responder.finish()
            } catch {
                responder.finish(QueryFailure.status(error))
            }
        }
        return nil
    }

    private static func answer(
        _ query: ModelQuery, until deadline: ContinuousClock.Instant, _ ledger: Ledger,
        _ workers: NIOThreadPool, _ responder: Responder
    ) async throws {
        var query = query
        if let position = query.atLeast {
            await ledger.models.waitForPosition(position, until: deadline)
        }
        let wanted = query.limit
        var sent = 0
        while true {
            query.limit = wanted == 0 ? 4_096 : min(4_096, wanted - sent)
            let asked = query
            let page = try await workers.runIfActive { try ledger.models.rows(asked) }
            if let position = query.atLeast, page.position < position {
                throw QueryFailure.lagging(position: page.position, wanted: position)
            }
            try send(page, isPaged: wanted > 0, responder)
            sent += page.rows.count
            guard let next = page.nextPage, wanted == 0 || sent < wanted else { return }
            query.pageToken = next
        }
    }

    /// Sends a page in messages of moderate size; the first one goes out even without rows.
    private static func send(
        _ page: ModelPage, isPaged: Bool, _ responder: Responder
    ) throws {
        var response = emptyResponse(page)
        var size = 0
        for row in page.rows {
            if size > pageBytes {
                responder.send(try response.encoded(), events: 0)
                response = emptyResponse(page)
                size = 0
            }
            response.rows.append(.init(row.bytes))
            size += row.bytes.count
        }
        if isPaged, let next = page.nextPage { response.nextPage = .init(next) }
        responder.send(try response.encoded(), events: 0)
    }

    private static func emptyResponse(_ page: ModelPage) -> QueryResponse {
        var response = QueryResponse()
        response.rowType = page.rowType
        response.position = page.position
        response.asOf = page.asOf.yyyymmdd
        response.knownAtUs = page.knownAt
        return response
    }

    /// The request in the engine's terms.
    private static func query(_ request: QueryRequest, now: Int64) throws(WireStatus) -> ModelQuery {
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
        if request.hasKnownAtUs { query.knownAt = request.knownAtUs }
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
                en: "there is no read model (or table) \(name): taizhang describe models lists them",
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
