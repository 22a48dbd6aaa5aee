import ArgumentParser
import PartyBuilding
import Schema

/// `taizhang status`: how the server is.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how the server is: position, sizes, models.")

    @Flag(help: "Print it as JSON.")
    var json = false

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var general: GeneralOptions

    func run() async throws {
        try await general.run {
            let status = try await LedgerConnection.with(connection) { server in
                try await server.unary(.status, StatusRequest(), as: StatusResponse.self)
            }
            if json {
                let descriptor = try RowPrinter.descriptor("taizhang.services.v1.StatusResponse")
                Terminal.print(try MessageJSON.encode(descriptor, try status.encoded()).text())
                return
            }
            let language = general.language
            func line(_ label: Phrase, _ value: String) {
                Terminal.print(DisplayWidth.padded(label(language), to: 16) + value)
            }
            line(Phrase(zh: "账簿", en: "ledger"), UUIDForm.text(status.ledgerID))
            line(Phrase(zh: "软件", en: "software"), status.softwareVersion)
            line(Phrase(zh: "位置", en: "head"), "\(status.headPosition)")
            line(Phrase(zh: "默克尔根", en: "Merkle root"), Hexadecimal.text(status.rootHash))
            line(
                Phrase(zh: "索引", en: "index"),
                "\(status.indexPosition) (+\(status.headPosition - min(status.headPosition, status.indexPosition)))"
            )
            line(
                Phrase(zh: "字节", en: "bytes"),
                "log \(status.logBytes), index \(status.indexBytes), views \(status.viewsBytes)")
            line(
                Phrase(zh: "自启动以来", en: "since start"),
                Phrase(
                    zh:
                        "记入 \(status.factsRecorded)，拒绝 \(status.factsRefused)，连接 \(status.connections)",
                    en: "\(status.factsRecorded) recorded, \(status.factsRefused) refused, "
                        + "\(status.connections) connections")(language))
            if !status.stoppedReason.isEmpty {
                line(Phrase(zh: "已停止", en: "STOPPED"), Colour.red(status.stoppedReason))
            }
            for model in status.models {
                let mark = model.parkedReason.isEmpty ? "" : Colour.red("  \(model.parkedReason)")
                line(
                    Phrase(zh: "模型", en: "model"),
                    DisplayWidth.padded(model.model, to: 24) + "\(model.position) (-\(model.lag))"
                        + mark)
            }
        }
    }
}
