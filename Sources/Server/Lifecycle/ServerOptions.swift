/// How a server is set up.
package struct ServerOptions: Sendable {
    /// Directory of the ledger; made when it does not exist.
    package var dataDirectory: String
    package var host = "127.0.0.1"
    /// 0 for any free port.
    package var port = 7_400
    /// Event loops; the log, the index and the models have threads of their own.
    package var eventLoops = 2
    /// Threads for queries over history and verification.
    package var workers = 2
    /// Name and version that clients are told.
    package var softwareVersion = TaizhangServer.version

    package init(dataDirectory: String) {
        self.dataDirectory = dataDirectory
    }
}

/// Why a server could not start, or had to end.
package enum ServerStartFailure: Error, Sendable {
    case addressInUse(String)
    case cannotListen(String, reason: String)
    case directoryInUse(String, pid: String?)
    case diskFull(String)
    case damaged(String)
    /// The ledger was written in a format that this version does not read.
    case otherFormat(String, found: UInt32, supported: UInt32)
    case cannotOpen(String, reason: String)
    /// The log has stopped for good, for example after a failed flush.
    case stopped(String)
}
