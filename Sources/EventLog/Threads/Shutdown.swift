import LMDB

/// The threads of a log that appends.
struct LogThreads: Sendable {
    var sequencer: WorkerThread
    var committer: WorkerThread
    var settler: WorkerThread
    var follower: WorkerThread
    /// Nil when nothing is sealed.
    var sealer: WorkerThread?
    /// They do what the judge wants prepared.
    var preparers: [WorkerThread] = []

    /// Whether the caller is one of them.
    var includesCurrent: Bool {
        sequencer.isCurrent || committer.isCurrent || settler.isCurrent || follower.isCurrent
            || sealer?.isCurrent ?? false || preparers.contains(where: \.isCurrent)
    }
}

/// The orderly end of a log, apart from the log itself so that it can outlive it.
struct Shutdown: Sendable {
    let lock: ServerLock
    let log: LogStore
    let index: IndexStore?
    let follower: IndexFollower?
    let desk: SealDesk
    let preparers: Preparers?
    let pipeline: Monitor<Pipeline>
    let waiters: Waiters
    let threads: LogThreads?

    /// Ends everything and waits for it, unless the caller is one of the log's own threads or does
    /// the work of one: those cannot wait for themselves, so another one does.
    func begin() {
        let isCarrier = pipeline.withLock { state in
            state.isClosing = true
            return state.isCarrier
        }
        pipeline.wake(role: Pipeline.sequencerRole)
        guard let threads, isCarrier || threads.includesCurrent else { return finish() }
        // Without a thread to finish on, the operating system cleans up when the process ends.
        guard let closer = try? WorkerThread(name: "tz-closer", { finish() }) else { return }
        closer.detach()
    }

    private func finish() {
        if let threads {
            threads.sequencer.join()
            threads.committer.join()
            preparers?.stop()
            for thread in threads.preparers { thread.join() }
            log.settler.stop()
            threads.settler.join()
            desk.close()
            threads.sealer?.join()
            follower?.stop()
            threads.follower.join()
            follower?.writeAll()
        }
        waiters.close()
        index?.environment.close()
        log.close()
        lock.release()
    }
}
