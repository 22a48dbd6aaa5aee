import LogFormat
import Names

/// The rules of form for a request; checked on the caller's thread, before it is queued.
enum RequestForm {
    /// The first rule that a request breaks; nil when it is well formed.
    static func failure(of request: AppendRequest, _ options: EventLogOptions) -> AppendFailure? {
        guard !request.events.isEmpty else { return .invalid("a request without events") }
        guard request.events.count <= options.maxRequestEvents else {
            return .invalid(
                "\(request.events.count) events in a request, \(options.maxRequestEvents) allowed")
        }
        let events = request.events.span
        for index in events.indices {
            let length = events[index].streamPlace.count
            if let fault = fault(inName: length, of: "stream") { return .invalid(fault) }
            // Its category would be the empty name, under which nothing can be indexed.
            guard events[index].bytes[events[index].streamPlace.lowerBound] != hyphen else {
                return .invalid(
                    "the name of the stream \(events[index].stream) begins with a hyphen")
            }
            if let fault = fault(in: events[index].names) { return .invalid(fault) }
            guard events[index].bodyCount <= options.maxEventBytes else {
                return .tooLarge(bytes: events[index].bodyCount, limit: options.maxEventBytes)
            }
        }
        let expected = request.expected.span
        for index in expected.indices {
            if let fault = fault(inName: expected[index].place.count, of: "stream") {
                return .invalid(fault)
            }
        }
        let bytes = bodyBytes(of: request)
        guard bytes <= options.maxRequestBytes else {
            return .tooLarge(bytes: bytes, limit: options.maxRequestBytes)
        }
        return nil
    }

    private static let hyphen = UInt8(ascii: "-")

    /// Bytes of all bodies.
    static func bodyBytes(of request: AppendRequest) -> Int {
        var bytes = 0
        let events = request.events.span
        for index in events.indices { bytes += events[index].bodyCount }
        return bytes
    }

    /// Bytes that a waiting request keeps in memory: its bodies may be parts of a larger message.
    static func heldBytes(of request: AppendRequest) -> Int {
        let events = request.events.span
        return events.isEmpty ? 0 : max(bodyBytes(of: request), events[0].bytes.count)
    }

    /// What is wrong with the further tags of an event; nil when nothing is.
    static func fault(in tags: NameList) -> String? {
        guard tags.count <= RecordFormat.tagsMax else {
            return "\(tags.count) tags on an event, \(RecordFormat.tagsMax) allowed"
        }
        var fault: String?
        tags.forEachPlace { place in
            fault = fault ?? Self.fault(inName: place.count, of: "tag")
        }
        return fault
    }

    /// What is wrong with a name of so many bytes; nil when nothing is.
    static func fault(inName length: Int, of what: String) -> String? {
        if length == 0 { return "the name of a \(what) is empty" }
        if length > RecordFormat.nameBytesMax {
            return
                "the name of a \(what) has \(length) bytes, \(RecordFormat.nameBytesMax) allowed"
        }
        return nil
    }
}
