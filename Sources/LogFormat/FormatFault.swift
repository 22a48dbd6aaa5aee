/// Why bytes of the log cannot be read.
package enum FormatFault: Error, Equatable, Sendable {
    /// The bytes are not what was written; position of the event or value, and what is wrong.
    case damaged(position: UInt64, String)
    /// A value of a kind that this version does not know.
    case unsupported(position: UInt64, kind: UInt8)
}
