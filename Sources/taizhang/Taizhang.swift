import ArgumentParser
import Glibc

/// The program: server, operator's tool and client in one.
@main
struct Taizhang: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "taizhang",
        abstract: "Taizhang 台账: a book of record for party-building offices.",
        discussion: """
            EXAMPLES
              taizhang serve --data ./ledger
              taizhang import facts.ndjson
              taizhang query rectification_summary --org yq --as-of 2019-07-31
              taizhang subscribe --from-end
              taizhang describe BranchEstablished

            Client commands take --server HOST:PORT or $TAIZHANG_SERVER.
            Exit codes are listed by taizhang describe exit-codes.
            """,
        version: "taizhang 0.1.0",
        subcommands: [
            ServeCommand.self, RecordCommand.self, ImportCommand.self, ExportCommand.self,
            QueryCommand.self, WatchCommand.self, ReadCommand.self, SubscribeCommand.self,
            ReplayCommand.self, VerifyCommand.self, StatusCommand.self, DescribeCommand.self,
            BenchCommand.self,
        ])

    static func main() async {
        // A reader that goes away (`| head`) is no fault.
        signal(SIGPIPE, SIG_IGN)
        // A file that may not grow any more is told as an error, like a full disk.
        signal(SIGXFSZ, SIG_IGN)
        await main(nil)
    }
}
