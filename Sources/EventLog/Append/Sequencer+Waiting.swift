/// Requests whose judgement needs what takes long: they wait, nobody else does.
extension Sequencer {
    /// A request that was put off so often is judged with what there is.
    private static let attemptsMax = 8
    /// Requests behind a waiting one are looked through for what they need, up to this much of it.
    private static let orderedMax = 4_096

    /// Whether a request has to wait because one of the same caller does.
    func mustFollow(_ request: AppendRequest) -> Bool {
        !room.isEmpty && room.holds(request.caller)
    }

    /// Puts a request behind the waiting ones of its caller. What it will need is prepared
    /// meanwhile, so that its caller does not wait for one thing after another.
    func follow(_ request: AppendRequest, _ submission: Submission) {
        guard hasRoom(for: request, submission) else { return }
        room.follow(submission, bytes: submission.bytes, of: request.caller)
        guard room.ordered < Self.orderedMax, let judge else { return }
        begin(room.order(judge.preparations(for: request, at: moment(mayWait: true))))
    }

    /// Keeps a request until what it lacks is there.
    func hold(
        _ request: AppendRequest, _ submission: Submission, lacking: [any Preparation]
    ) {
        guard hasRoom(for: request, submission) else { return }
        begin(
            room.hold(
                submission, bytes: submission.bytes, of: request.caller, lacking: lacking))
    }

    /// What waits is bounded like the queue, beyond which callers are refused.
    private func hasRoom(for request: AppendRequest, _ submission: Submission) -> Bool {
        guard
            room.count < options.maxQueuedRequests,
            room.isEmpty || submission.bytes <= options.maxQueuedBytes - room.bytes
        else {
            judge?.failed(request)
            open.answer(.failure(.overloaded), to: submission.completion)
            return false
        }
        return true
    }

    private func begin(_ preparations: [any Preparation]) {
        for preparation in preparations { preparers?.add(preparation) }
    }

    /// Takes over what was prepared and judges those who waited for it.
    ///
    /// - Parameter limit: judges no more requests than this.
    /// - Returns: how many were judged.
    func judgeReady(atMost limit: Int) -> Int {
        if !arrived.isEmpty {
            let view = SequencerView(sequencer: self)
            for preparation in arrived {
                judge?.prepared(preparation, view: view)
                room.done(preparation)
            }
            arrived.removeAll()
        }
        var number = 0
        while number < limit, !isOpenFull, let turn = room.takeTurn() {
            number += 1
            guard case .request(let request) = turn.item.work else {
                room.finish(turn)
                continue
            }
            let lacking = admit(
                request, turn.item.completion, mayWait: turn.attempts < Self.attemptsMax)
            if let lacking {
                begin(room.putBack(turn, lacking: lacking))
            } else {
                room.finish(turn)
            }
        }
        return number
    }
}
