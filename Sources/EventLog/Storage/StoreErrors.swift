import LMDB
import LogFormat

/// Runs store code and gives its errors the log's own type.
func storing<Result>(_ body: () throws -> Result) throws(EventLogError) -> Result {
    do {
        return try body()
    } catch {
        throw EventLogError(stored: error)
    }
}

extension EventLogError {
    /// The log's own error for one of store code.
    init(stored error: any Error) {
        switch error {
        case let error as EventLogError: self = error
        case let fault as FormatFault: self.init(fault)
        case let error as LMDBError:
            if case .closed = error.kind { self = .closed } else { self = .store(error) }
        default: self = .misuse("unexpected error: \(error)")
        }
    }

    init(_ fault: FormatFault) {
        self =
            switch fault {
            case .damaged(let position, let text): .damaged(position: Position(position), text)
            case .unsupported(let position, let kind):
                .unsupportedValue(position: Position(position), kind: kind)
            }
    }
}

extension RawSpan {
    /// The bytes as a buffer that may be used until the transaction they come from ends: the
    /// pages of a read transaction stay where they are as long as it lives.
    var transactionBytes: UnsafeRawBufferPointer {
        withUnsafeBytes { UnsafeRawBufferPointer(start: $0.baseAddress, count: $0.count) }
    }
}
