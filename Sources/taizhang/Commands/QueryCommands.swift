import ArgumentParser
import PartyBuilding
import Schema

/// What a question to a read model may name.
struct QueryOptions: ParsableArguments {
    @Argument(help: "The read model, for example talent_pipeline.")
    var model: String

    @Option(help: "Only this organisation and those below it.")
    var org: String?

    @Option(help: "2019, 2019H1, 2019Q2 or 2019-06.")
    var period: String?

    @Option(help: "Valid time: the end of this day, YYYY-MM-DD (default: today).")
    var asOf: String?

    @Option(help: "Record time, inclusive: YYYY-MM-DD (its end) or RFC 3339 (default: now).")
    var knownAt: String?

    @Option(help: "Wait until the model has seen this position.")
    var atLeast: UInt64?

    @Option(name: .customLong("where"), help: "COLUMN=VALUE; may be repeated.")
    var conditions: [String] = []

    @Flag(help: "The model's summary table.")
    var summary = false

    @Flag(help: "The model's table of persons.")
    var persons = false

    func request() throws -> QueryRequest {
        guard let descriptor = ModelDescriptor.named(model) else {
            let near = Suggestion.nearest(to: model, among: ModelDescriptor.all.map(\.name))
            throw CommandFailure(
                .notFound,
                zh:
                    "没有读模型 \(model)。\(near.map { "是不是 \($0)？" } ?? "taizhang describe models 列出全部。")",
                en: "there is no read model \(model). "
                    + (near.map { "Did you mean \($0)?" }
                        ?? "taizhang describe models lists them."))
        }
        var request = QueryRequest()
        request.model = model
        let kind: ModelDescriptor.TableKind = summary ? .summary : persons ? .persons : .rows
        guard let table = descriptor.tables[kind] else {
            throw CommandFailure(
                .usage, zh: "\(model) 没有 \(kind.rawValue) 表",
                en: "\(model) has no table of \(kind.rawValue)")
        }
        request.table = kind.rawValue
        if let org { request.org = org }
        if let period { request.period = period }
        if let asOf { request.asOf = try Self.day(asOf, "--as-of").yyyymmdd }
        if let knownAt { request.knownAtUs = try Self.instant(knownAt) }
        if let atLeast { request.atLeast = atLeast }
        request.where = try conditions.map { try Self.condition($0, table) }
        return request
    }

    private static func day(_ text: String, _ option: String) throws -> LocalDate {
        guard let packed = CalendarForm.day(text), let day = LocalDate(yyyymmdd: packed) else {
            throw CommandFailure(
                .usage, zh: "\(option) \(text) 不是日期：应为 2019-07-31",
                en: "\(option) \(text) is no day: write 2019-07-31")
        }
        return day
    }

    private static func instant(_ text: String) throws -> Int64 {
        if let instant = InstantForm.instant(text) { return instant }
        return try day(text, "--known-at").adding(days: 1).startInstant - 1
    }

    private static func condition(
        _ text: String, _ table: MessageDescriptor
    ) throws -> ColumnFilter {
        guard let equals = text.firstIndex(of: "=") else {
            throw CommandFailure(
                .usage, zh: "--where \(text) 的写法不对：应为 列=值",
                en: "--where \(text): write COLUMN=VALUE")
        }
        var filter = ColumnFilter()
        filter.column = String(text[..<equals])
        filter.value = String(text[text.index(after: equals)...])
        guard table.field(named: filter.column) != nil else {
            let names = table.fields.map(\.name)
            let near = Suggestion.nearest(to: filter.column, among: names)
            throw CommandFailure(
                .usage,
                zh:
                    "没有列 \(filter.column)。\(near.map { "是不是 \($0)？" } ?? "")列有：\(names.joined(separator: " "))",
                en:
                    "there is no column \(filter.column). \(near.map { "Did you mean \($0)? " } ?? "")"
                    + "Columns: \(names.joined(separator: " "))")
        }
        return filter
    }
}

/// `taizhang query`: the rows of a read model for any day and any state of knowledge.
struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Ask a read model, for any day and any state of knowledge.",
        discussion: """
            EXAMPLES
              taizhang query talent_pipeline --org na --period 2023
              taizhang query rectification_summary --org yq --as-of 2019-07-31
              taizhang query brand_metrics --org xx --period 2019H1 --known-at 2019-07-05
              taizhang query fortress_rating --summary --json
              taizhang query rectification_ledger --where state=IN_PROGRESS --csv
            """)

    @OptionGroup var query: QueryOptions
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var general: GeneralOptions

    @Option(help: "At most so many rows.")
    var limit: UInt32?

    @Flag(help: "One JSON object a line.")
    var json = false

    @Flag(help: "Comma-separated values with a heading line.")
    var csv = false

    func run() async throws {
        try await general.run {
            var request = try query.request()
            request.limit = limit ?? 0
            let asked = request
            var rows = RowPrinter(language: general.language, json: json, csv: csv)
            try await LedgerConnection.with(connection) { server in
                try await server.stream(
                    .query, asked, as: QueryResponse.self, hasDeadline: true
                ) { answer in
                    try rows.take(answer)
                    return true
                }
            }
            rows.finish(asked)
        }
    }
}

/// `taizhang watch`: a query that streams its changes.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Follow a read model: its rows, then every change; ends with Ctrl-C.",
        discussion: """
            EXAMPLES
              taizhang watch rectification_summary --org yq
              taizhang watch talent_pipeline --period 2023 --json
            """)

    @OptionGroup var query: QueryOptions
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var general: GeneralOptions

    @Flag(help: "One JSON object a line: {\"change\":\"set\"|\"removed\",…}.")
    var json = false

    @Option(help: "End after so many answers.")
    var limit: Int?

    func run() async throws {
        try await general.run {
            let request = try query.request()
            var printer = WatchPrinter(language: general.language, json: json)
            var remaining = limit ?? .max
            try await LedgerConnection.with(connection) { server in
                try await server.stream(
                    .watch, request, as: WatchResponse.self, hasDeadline: false,
                    resume: { _ in request }
                ) { answer in
                    try printer.take(answer)
                    remaining -= 1
                    return remaining > 0
                }
            }
        }
    }
}
