import LogFormat

/// The rules of form for a request; checked on the caller's thread, before it is queued.
enum RequestForm {
    /// The first rule that a request breaks; nil when it is well formed.
    static func failure(of request: AppendRequest, _ options: EventLogOptions) -> AppendFailure? {
        guard !request.events.isEmpty else { return .invalid("a request without events") }
        guard request.events.count <= options.maxRequestEvents else {
            return .invalid(
                "\(request.events.count) events in a request, \(options.maxRequestEvents) allowed")
        }
        for event in request.events {
            if let fault = fault(inName: event.stream, of: "stream") { return .invalid(fault) }
            // Its category would be the empty name, under which nothing can be indexed.
            guard event.stream.utf8.first != UInt8(ascii: "-") else {
                return .invalid("the name of the stream \(event.stream) begins with a hyphen")
            }
            guard event.tags.count <= RecordFormat.tagsMax else {
                return .invalid(
                    "\(event.tags.count) tags on an event, \(RecordFormat.tagsMax) allowed")
            }
            for tag in event.tags {
                if let fault = fault(inName: tag, of: "tag") { return .invalid(fault) }
            }
            guard event.body.count <= options.maxEventBytes else {
                return .tooLarge(bytes: event.body.count, limit: options.maxEventBytes)
            }
        }
        for expectation in request.expected {
            if let fault = fault(inName: expectation.stream, of: "stream") {
                return .invalid(fault)
            }
        }
        let bytes = bodyBytes(of: request)
        guard bytes <= options.maxRequestBytes else {
            return .tooLarge(bytes: bytes, limit: options.maxRequestBytes)
        }
        return nil
    }

    /// Bytes of all bodies.
    static func bodyBytes(of request: AppendRequest) -> Int {
        var bytes = 0
        for event in request.events { bytes += event.body.count }
        return bytes
    }

    /// What is wrong with a name; nil when nothing is.
    static func fault(inName name: String, of what: String) -> String? {
        let length = name.utf8.count
        if length == 0 { return "the name of a \(what) is empty" }
        if length > RecordFormat.nameBytesMax {
            return
                "the name of a \(what) has \(length) bytes, \(RecordFormat.nameBytesMax) allowed"
        }
        return nil
    }
}
