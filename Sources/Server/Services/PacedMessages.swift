import Wire

/// Messages of one answer that wait for the client's credit, in order.
struct PacedMessages {
    private var waiting: [(bytes: [UInt8], events: UInt32)] = []
    private var sent = 0

    var isEmpty: Bool { sent == waiting.count }

    /// - Parameter events: what the message counts in the client's credit; 0 if it needs only
    ///   bytes.
    mutating func add(_ bytes: [UInt8], events: UInt32) {
        waiting.append((bytes, events))
    }

    /// Sends what the allowance lets go; a message begins while there is any of it.
    mutating func send(through responder: Responder, within allowance: inout Credit) {
        while !isEmpty, allowance.allows(events: waiting[sent].events) {
            let message = waiting[sent]
            waiting[sent].bytes = []
            sent += 1
            responder.send(message.bytes, events: message.events)
            allowance.spend(events: message.events)
            allowance.spend(frameBytes: message.bytes.count)
        }
        guard isEmpty else { return }
        waiting = []
        sent = 0
    }
}
