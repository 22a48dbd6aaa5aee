package import SwiftProtobuf

/// A generated message that is the payload of an event type.
package protocol EventMessage: SwiftProtobuf.Message {
    /// The catalogue's type whose payload this message is.
    static var eventType: EventType { get }

    /// The message inside a payload, nil when the payload is of another type.
    init?(_ payload: EventPayload)

    /// The message as a payload.
    var payload: EventPayload { get }
}
