/// What drives a `DirectConnection`: told of everything that happens, on its loop's thread.
///
/// A call begun inside a callback leaves with everything else that the same bytes led to; a call
/// begun elsewhere leaves with `DirectConnection.flush()`.
package protocol DirectDriver: AnyObject {
    /// The server has greeted: calls may begin.
    func opened(_ connection: DirectConnection)

    /// A message of a call has arrived.
    ///
    /// - Parameters:
    ///   - message: valid only until the callback returns.
    ///   - events: events that it stands for.
    ///   - isBlock: a sealed block instead of a message of the service.
    func received(
        _ call: UInt32, _ message: UnsafeRawBufferPointer, events: UInt32, isBlock: Bool,
        on connection: DirectConnection)

    /// A call has ended.
    ///
    /// - Parameter failure: nil when the server said OK.
    func ended(_ call: UInt32, _ failure: TaizhangError?, on connection: DirectConnection)

    /// All that arrived together has been told.
    func settled(_ connection: DirectConnection)

    /// The connection is gone; the last callback.
    func closed(_ connection: DirectConnection, _ failure: TaizhangError)
}

extension DirectDriver {
    /// Nothing is left to do by itself.
    package func settled(_ connection: DirectConnection) {}
}

/// A method of the server with what every call of it begins with, encoded once.
package struct DirectMethod: Sendable {
    let open: DirectOpen

    /// - Parameters:
    ///   - name: for example `taizhang.services.v1.Record/Record`.
    ///   - events: events that the server may send before it is given more.
    ///   - bytes: bytes of the same.
    package init(_ name: String, events: UInt32 = 65_536, bytes: UInt32 = 16_777_216) {
        open = DirectOpen(method: name, events: events, bytes: bytes)
    }
}
