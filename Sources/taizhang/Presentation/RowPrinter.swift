import PartyBuilding
import Schema

/// Prints the rows of a query as a table, as JSON lines, or as CSV.
struct RowPrinter {
    private let language: Language
    private let json: Bool
    private let csv: Bool
    private var descriptor: MessageDescriptor?
    private var rows: [JSONObject] = []
    private var last = QueryResponse()
    private var hasHeading = false

    init(language: Language, json: Bool, csv: Bool) {
        self.language = language
        self.json = json
        self.csv = csv
    }

    mutating func take(_ answer: QueryResponse) throws {
        let descriptor = try Self.descriptor(answer.rowType)
        self.descriptor = descriptor
        last = answer
        if csv, !hasHeading {
            hasHeading = true
            Terminal.print(descriptor.fields.map(\.name).joined(separator: ","))
        }
        for bytes in answer.rows {
            let value = try MessageJSON.encode(descriptor, [UInt8](bytes))
            guard let row = value.objectValue else { continue }
            if json {
                Terminal.print(value.text())
            } else if csv {
                Terminal.print(
                    descriptor.fields.map { Self.csvCell(row[$0.name] ?? .null) }
                        .joined(separator: ","))
            } else {
                rows.append(row)
            }
        }
    }

    func finish(_ request: QueryRequest) {
        guard !json, !csv, let descriptor else { return }
        Terminal.print(caption(request))
        if rows.isEmpty {
            Terminal.print(Phrase(zh: "没有符合条件的行", en: "no row matches")(language))
            return
        }
        for line in RowTable(descriptor, rows, language).lines(width: Terminal.columns) {
            Terminal.print(line)
        }
        let asked = request.hasOrg ? request.org : nil
        Chart.lines(model: request.model, org: asked, rows, language).forEach(Terminal.print)
    }

    private func caption(_ request: QueryRequest) -> String {
        let model = ModelDescriptor.named(request.model)
        let day = LocalDate(yyyymmdd: last.asOf).map { "\($0)" } ?? "—"
        let known = InstantText.local(last.knownAtUs)
        let title = "\(model?.specID ?? "") \(model?.zh ?? "") \(request.model)"
        let facts = Phrase(
            zh: "截至 \(day)，已知至 \(known)，含前 \(last.position) 条事实",
            en: "as of \(day), known at \(known), contains the first \(last.position) facts")
        return Colour.bold(title) + "\n" + Colour.faint(facts(language))
    }

    static func descriptor(_ name: String) throws -> MessageDescriptor {
        guard let found = MessageDescriptor.named(name) else {
            throw CommandFailure(
                .protocolError, zh: "服务返回了本程序不认识的行 \(name)：请升级 taizhang",
                en: "the server sent rows of type \(name), which this program does not know: "
                    + "upgrade taizhang")
        }
        return found
    }

    private static func csvCell(_ value: JSONValue) -> String {
        let text: String
        switch value {
        case .null: return ""
        case .string(let string): text = string
        case .bool, .integer, .decimal, .array, .object: text = value.text()
        }
        let needsQuotes = text.contains { $0 == "," || $0 == "\"" || $0 == "\n" || $0 == "\r" }
        return needsQuotes ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }
}
