/// A place in the log from which to read on, from history into what is recorded just now: the
/// same pages from the same store all the way, so there is no seam at which an event could be lost
/// or come twice. It costs nothing while nobody reads from it.
package struct EventCursor: Sendable {
    /// What it reads; `from` is the next position to look at.
    package private(set) var query: ReadQuery

    /// A cursor that goes forwards along `query`, from its `from` on.
    package init(_ query: ReadQuery) {
        self.query = query
        self.query.direction = .forwards
    }

    /// The next position to look at: everything before it was delivered or does not match.
    package var next: Position {
        query.from
    }

    /// Reads the next page; it has no events when the cursor has caught up, or when a search was
    /// broken off for the effort it takes (then `ReadPage.next` is not nil).
    package mutating func page(from log: EventLog) throws(EventLogError) -> ReadPage {
        let page = try log.read(query)
        query.from = max(query.from, page.next ?? page.head.successor)
        return page
    }

    /// Reads the next page that has events, and waits for one to be recorded if need be.
    ///
    /// - Throws: `CancellationError`, `EventLogError`.
    package mutating func nextPage(from log: EventLog) async throws -> ReadPage {
        while true {
            let page = try page(from: log)
            if !page.events.isEmpty { return page }
            try Task.checkCancellation()
            if page.next == nil { _ = try await log.wait(after: page.head) }
        }
    }
}
