import NIOCore

/// A call that has something to send.
protocol CarriesLane {
    var lane: OutboundLane { get set }
}

/// Serves the calls of a connection in turn, so that a large answer does not block a small one.
///
/// It knows only the order; the lanes belong to their calls. A call that is gone simply misses its
/// turn.
struct OutboundScheduler: Sendable {
    private var round = Fifo<CallID>()
    /// Bytes of messages of all calls that wait.
    private(set) var queuedBytes = 0
    /// Bytes of messages of those calls that credit lets go.
    private(set) var sendableBytes = 0

    var isIdle: Bool { round.isEmpty }

    /// Something was queued in a lane, or its credit has grown.
    ///
    /// - Parameter queued: bytes that were added to the lane before this call.
    mutating func laneChanged(_ call: CallID, _ lane: inout OutboundLane, queued: Int = 0) {
        queuedBytes += queued
        if lane.isInRound {
            sendableBytes += queued
        } else if lane.canSend {
            lane.isInRound = true
            sendableBytes += lane.queuedBytes
            round.append(call)
        }
    }

    /// Empties a lane whose call has ended.
    mutating func laneDropped(_ lane: inout OutboundLane) {
        queuedBytes -= lane.queuedBytes
        if lane.isInRound { sendableBytes -= lane.queuedBytes }
        lane.isInRound = false
        lane.drop()
    }

    /// Writes turns until there are `bytesMax` bytes in the buffer or nothing may be sent.
    ///
    /// - Parameter ended: called with each call whose end was written.
    /// - Returns: frames that were written.
    mutating func writeTurns<Call: CarriesLane>(
        of calls: inout [CallID: Call], into buffer: inout ByteBuffer, bytesMax: Int,
        limits: Limits, ended: (CallID, inout [CallID: Call]) -> Void
    ) -> Int {
        var frames = 0
        while buffer.readableBytes < bytesMax, let call = round.popFirst() {
            // In its place: taken out and put back, a call costs more than its turn.
            guard let place = calls.index(forKey: call),
                let taken = calls.values[place].takeTurn(call, into: &buffer, limits: limits)
            else { continue }
            frames += taken.frames
            queuedBytes -= taken.payload
            sendableBytes -= taken.payload
            switch taken.turn {
            case .again:
                round.append(call)
            case .waiting:
                sendableBytes -= calls.values[place].lane.queuedBytes
                calls.values[place].lane.isInRound = false
            case .ended:
                calls.values[place].lane.isInRound = false
                ended(call, &calls)
            }
        }
        return frames
    }
}

extension CarriesLane {
    /// - Returns: nil when the lane was dropped since it was put into the round.
    fileprivate mutating func takeTurn(
        _ call: CallID, into buffer: inout ByteBuffer, limits: Limits
    ) -> (turn: OutboundLane.Turn, payload: Int, frames: Int)? {
        guard lane.isInRound else { return nil }
        let before = lane.queuedBytes
        let (turn, frames) = lane.writeTurn(of: call, into: &buffer, limits: limits)
        return (turn, before - lane.queuedBytes, frames)
    }
}
