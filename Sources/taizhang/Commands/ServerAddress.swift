/// `HOST:PORT` as the user writes it.
struct ServerAddress {
    let host: String
    let port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `127.0.0.1:7400`, `[::1]:7400`, `name:7400`.
    init(parsing text: String) throws {
        guard let colon = text.lastIndex(of: ":"),
            let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port)
        else { throw ServerAddress.wrong(text) }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty, !host.hasPrefix(":") else { throw ServerAddress.wrong(text) }
        self.init(host: host, port: port)
    }

    private static func wrong(_ text: String) -> CommandFailure {
        CommandFailure(
            .usage, zh: "地址 \(text) 的写法不对：应为 主机:端口，例如 127.0.0.1:7400",
            en: "\(text) is no address: write HOST:PORT, for example 127.0.0.1:7400")
    }
}
