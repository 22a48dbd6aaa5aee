extension EventLog {
    /// Reads the whole ledger and proves it: every value's checksum, gapless positions, Merkle
    /// roots, stream versions, and that the index agrees with the log.
    ///
    /// Appends and reads go on meanwhile; events recorded after the beginning are not looked at.
    /// LMDB trusts the structure of its own pages: of a file that may be damaged, verify a copy in
    /// a process of its own.
    ///
    /// - Parameter progress: told how far it has come; answering false breaks off.
    package func verify(
        progress: VerifyProgress = { _, _ in true }
    ) throws(EventLogError) -> VerifyReport {
        // The checkpoint first: the head is then at or after it.
        let checkpoint = try index?.loadCheckpoint()?.position ?? 0
        let head = committer.durableHead
        var log = LogVerifier(self.log, head: head.position)
        var comparison = index.map {
            IndexVerifier(index: $0, overlay: overlay, checkpoint: checkpoint)
        }
        var indexReport = VerifyReport(head: Position(head.position))
        var failure: EventLogError?
        try log.run(progress: progress) { position, record in
            comparison?.note(record, at: position)
            guard failure == nil, comparison?.isWindowFull == true else { return }
            do throws(EventLogError) {
                try comparison?.compareWindow(&indexReport)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        log.check(head: head)
        var report = log.report
        guard report.damageCount == 0, var comparison else {
            report.indexSkipped = indexFault ?? Self.soundFirst
            return report
        }
        try comparison.compareWindow(&indexReport)
        if report.isComplete { try comparison.compareTotals(&indexReport) }
        report.postings = indexReport.postings
        report.damages = indexReport.damages
        report.damageCount = indexReport.damageCount
        return report
    }

    private static let soundFirst = "the log has to be sound first"

    /// Verifies a ledger at rest, also one that is too damaged to be opened.
    ///
    /// - Throws: `.locked` when a server has it open, `.notALedger`, `.unknownFormat`, `.store`.
    package static func verify(
        directory: String, options: EventLogOptions = EventLogOptions(),
        progress: VerifyProgress = { _, _ in true }
    ) throws(EventLogError) -> VerifyReport {
        var options = options
        options.readOnly = true
        let fault: EventLogError
        do throws(EventLogError) {
            let log = try open(directory: directory, options: options)
            defer { log.close() }
            return try log.verify(progress: progress)
        } catch {
            guard case .damaged = error else { throw error }
            fault = error
        }
        return try verifyLogAlone(directory, options, fault, progress)
    }

    /// What can still be said of a log whose end does not stand proof.
    private static func verifyLogAlone(
        _ directory: String, _ options: EventLogOptions, _ fault: EventLogError,
        _ progress: VerifyProgress
    ) throws(EventLogError) -> VerifyReport {
        let lock = try ServerLock(directory: directory, isShared: true)
        defer { lock.release() }
        var options = options
        options.identity = nil
        let log: LogStore
        do throws(EventLogError) {
            log = try LogStore(path: "\(directory)/log", options: options)
        } catch {
            guard case .damaged(let position, let text) = error else { throw error }
            var report = VerifyReport(head: .zero)
            report.add(.head, position.value, text)
            report.isComplete = false
            report.indexSkipped = soundFirst
            return report
        }
        defer { log.close() }
        var verifier = LogVerifier(log, head: try log.lastPositionKnown())
        try verifier.run(progress: progress) { _, _ in }
        var report = verifier.report
        report.indexSkipped = soundFirst
        if report.damageCount == 0, case .damaged(let position, let text) = fault {
            report.add(.head, position.value, text)
        }
        return report
    }
}
