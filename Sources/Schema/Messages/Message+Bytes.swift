package import SwiftProtobuf

/// Coding of every generated message with this target's own errors, so that other targets need
/// not import the library.
extension SwiftProtobuf.Message {
    /// Decodes a message. What this build does not know in it is kept as it is.
    package init(decoding bytes: [UInt8]) throws(SchemaError) {
        do {
            try self.init(serializedBytes: bytes)
        } catch {
            throw SchemaError(
                .malformed, "is no \(Self.protoMessageName): \(error)",
                zh: "不是 \(Self.protoMessageName)：\(error)")
        }
    }

    /// The message's bytes, fields in ascending order.
    package func encoded() throws(SchemaError) -> [UInt8] {
        do {
            return try serializedBytes()
        } catch {
            throw SchemaError(
                .malformed, "\(Self.protoMessageName) cannot be written: \(error)",
                zh: "\(Self.protoMessageName) 无法写出：\(error)")
        }
    }
}

extension SwiftProtobuf.Message {
    /// The message's bytes where it is known to be writable: one of this schema's messages, which
    /// have no required fields, below 2 GiB. Empty for any other.
    package var wireBytes: [UInt8] { (try? encoded()) ?? [] }

    /// The message in these bytes, nil when they are no such message.
    package init?(wireBytes: [UInt8]) {
        guard let message = try? Self(decoding: wireBytes) else { return nil }
        self = message
    }
}

/// A generated message, for targets that do not import the library.
package typealias RequestMessage = SwiftProtobuf.Message
