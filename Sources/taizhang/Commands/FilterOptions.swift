import ArgumentParser
import Schema

/// Which facts a command reads.
struct FilterOptions: ParsableArguments {
    @Option(help: "First position to read (inclusive).")
    var from: UInt64?

    @Option(help: "Only facts of this stream, for example branch-yq-b1; may be repeated.")
    var stream: [String] = []

    @Option(help: "Only streams with this prefix, for example issue.")
    var category: String?

    @Option(help: "Only facts of this type, by name or number (A12); may be repeated.")
    var type: [String] = []

    @Option(
        help: "Only facts with this tag (subject), for example person-yq-p01; all must be there.")
    var tag: [String] = []

    /// Whether every fact passes, wherever the reading begins.
    var isEmpty: Bool { stream.isEmpty && category == nil && type.isEmpty && tag.isEmpty }

    func filter() throws -> FactFilter {
        var filter = FactFilter()
        filter.streams = stream
        filter.categories = category.map { [$0] } ?? []
        filter.types = try type.map { try Self.type($0).number }
        filter.tags = tag
        return filter
    }

    private static func type(_ name: String) throws -> EventType {
        if let type = EventType(name: name) ?? EventType(specID: name) { return type }
        let near = Suggestion.nearest(to: name, among: EventType.all.map(\.name))
        throw CommandFailure(
            .usage,
            zh: "没有事件类型 \(name)。\(near.map { "是不是 \($0)？" } ?? "taizhang describe events 列出全部。")",
            en: "there is no event type \(name). "
                + (near.map { "Did you mean \($0)?" } ?? "taizhang describe events lists them."))
    }
}
