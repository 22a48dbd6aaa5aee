import EventLog
import NIOPosix
import PartyBuilding
import ReadModels
import Schema
import Wire

/// Sends the rows of a query as the client takes them.
///
/// Confined to the connection's event loop; rows are fetched by a worker, one stretch at a time,
/// and no further stretch before the client has taken the last one.
final class QueryAnswer: StreamingAnswer, @unchecked Sendable {
    private let ledger: Ledger
    private let workers: NIOThreadPool
    private let responder: Responder
    private let deadline: ContinuousClock.Instant
    private var query: ModelQuery
    /// Rows asked for; 0 for all.
    private let wanted: Int
    private var rowsSent = 0
    private var allowance = Credit.none
    private var pending = PacedMessages()
    /// Waits for the views to come to a position.
    private var waiting: Task<Void, Never>?
    private var isFetching = false
    private var isComplete = false
    private var isFinished = false
    /// The organisation asked for exists; nil while nobody has looked.
    private var isOrganisationKnown: Bool?

    /// Rows that are fetched at once.
    private static let stretchRows = 4_096
    /// Bytes of rows in one message: with what else it says, every client accepts it.
    private static let messageBytesMax = Limits.messageBytesMaxLeast - 4_096

    private enum Found: Sendable {
        case page(ModelPage)
        /// There is no such organisation in views that have come to `position`.
        case unknownOrganisation(String, position: UInt64)
    }

    /// - Parameter deadline: until when to wait for the position that the query demands.
    init(
        _ query: ModelQuery, _ ledger: Ledger, _ workers: NIOThreadPool,
        until deadline: ContinuousClock.Instant, _ responder: Responder
    ) {
        self.query = query
        self.ledger = ledger
        self.workers = workers
        self.deadline = deadline
        self.responder = responder
        wanted = query.limit
        if let position = query.atLeast { wait(for: position) }
    }

    func credit(_ allowance: Credit) {
        self.allowance = allowance
        goOn()
    }

    func cancelled() {
        isFinished = true
        waiting?.cancel()
        waiting = nil
    }

    private func wait(for position: UInt64) {
        let (models, deadline, responder) = (ledger.models, deadline, responder)
        // Waiting may take long: it holds no worker.
        waiting = Task { [weak self] in
            await models.waitForPosition(position, until: deadline)
            responder.execute { [weak self] in
                self?.waiting = nil
                self?.goOn()
            }
        }
    }

    /// Sends what is there; fetches more when it is gone.
    private func goOn() {
        guard !isFinished, waiting == nil else { return }
        pending.send(through: responder, within: &allowance)
        guard pending.isEmpty else { return }
        if isComplete {
            finish(.ok)
        } else if !isFetching, allowance.allows(events: 0) {
            fetch()
        }
    }

    private func fetch() {
        isFetching = true
        query.limit =
            wanted == 0 ? Self.stretchRows : min(Self.stretchRows, wanted - rowsSent)
        let asked = query
        let unproven = isOrganisationKnown == true ? nil : query.org
        let (models, responder) = (ledger.models, responder)
        workers.submit { state in
            let result = Result { () throws -> Found in
                guard case .active = state else { throw FailureStatus.closing }
                if let unproven, try !models.knowsOrganisation(unproven) {
                    return .unknownOrganisation(
                        unproven, position: try models.status().position)
                }
                return .page(try models.rows(asked))
            }
            responder.execute { self.fetched(result) }
        }
    }

    private func fetched(_ result: Result<Found, any Error>) {
        isFetching = false
        guard !isFinished else { return }
        do {
            switch try result.get() {
            case .page(let page): try take(page)
            case .unknownOrganisation(let id, let position): try missed(id, position)
            }
        } catch {
            finish(QueryFailure.status(error))
        }
    }

    private func take(_ page: ModelPage) throws {
        isOrganisationKnown = true
        if let position = query.atLeast, page.position < position {
            throw QueryFailure.lagging(position: page.position, wanted: position)
        }
        rowsSent += page.rows.count
        isComplete = page.nextPage == nil || (wanted > 0 && rowsSent >= wanted)
        add(page)
        query.pageToken = page.nextPage
        goOn()
    }

    /// It may have been registered a moment ago: views that lag get time to see it.
    private func missed(_ organisation: String, _ position: UInt64) throws {
        let head = ledger.log.head.value
        guard position < head, isOrganisationKnown == nil else {
            throw QueryFailure.unknownOrganisation(organisation)
        }
        isOrganisationKnown = false
        wait(for: head)
    }

    /// Puts a page into messages of moderate size; the first one goes out even without rows.
    private func add(_ page: ModelPage) {
        var start = 0
        var size = 0
        for (index, row) in page.rows.enumerated() {
            let rowBytes = QueryMessage.bytes(of: row)
            if index > start, size + rowBytes > Self.messageBytesMax {
                pending.add(
                    QueryMessage.encoded(page, page.rows[start..<index], nextPage: nil), events: 0)
                start = index
                size = 0
            }
            size += rowBytes
        }
        pending.add(
            QueryMessage.encoded(
                page, page.rows[start...], nextPage: isComplete ? page.nextPage : nil), events: 0)
    }

    private func finish(_ status: WireStatus) {
        cancelled()
        responder.finish(status)
    }
}
