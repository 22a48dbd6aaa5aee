import Synchronization

/// Counts connections, all and of each peer address, and says which are too many.
final class AcceptGate: Sendable {
    private let connectionsMax: Int
    private let connectionsPerPeerMax: Int
    private let counts = Mutex(Counts())

    private struct Counts {
        var all = 0
        var ofPeer: [String: Int] = [:]
    }

    init(connectionsMax: Int, connectionsPerPeerMax: Int) {
        self.connectionsMax = connectionsMax
        self.connectionsPerPeerMax = connectionsPerPeerMax
    }

    var connections: Int { counts.withLock { $0.all } }

    /// A connection has arrived.
    ///
    /// - Returns: why it is refused; nil when it was counted and `left` must follow.
    func arrived(from peer: String) -> String? {
        counts.withLock { counts in
            guard counts.all < connectionsMax else {
                return "the server has \(connectionsMax) connections"
            }
            let ofPeer = counts.ofPeer[peer, default: 0]
            guard ofPeer < connectionsPerPeerMax else {
                return "this address has \(connectionsPerPeerMax) connections"
            }
            counts.all += 1
            counts.ofPeer[peer] = ofPeer + 1
            return nil
        }
    }

    /// A counted connection is gone.
    func left(_ peer: String) {
        counts.withLock { counts in
            counts.all -= 1
            let ofPeer = counts.ofPeer[peer, default: 1] - 1
            counts.ofPeer[peer] = ofPeer > 0 ? ofPeer : nil
        }
    }
}
